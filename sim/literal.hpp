// A value as somebody wrote it, not yet understood: what a reader of scenario files hands to the field
// tables (sim/fields.hpp), and what they hand back for writing. Independent of any file format, although
// it has JSON's shape. It keeps the place of every value and key, so that a mistake can be shown where it was
// made, and the digits of every number, so that nothing passes through floating point.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lightcone::sim {

// Where something begins in its file. Both count from 1, columns in bytes; line 0: not from a file.
struct Place {
  std::int32_t line = 0;
  std::int32_t column = 0;

  auto operator<=>(const Place&) const = default;
};

enum class Form : std::uint8_t { null, boolean, number, text, list, object };

// "null", "a boolean", "a number", "a text", "a list", "an object": to be put into a sentence.
std::string_view noun(Form form);

struct Member;

struct Literal {
  Form form = Form::null;
  std::string text;             // text: its content; number: as written; boolean: "true" or "false"
  std::vector<Literal> items;   // of a list
  std::vector<Member> members;  // of an object, in the order of the file, keys distinct
  Place place;

  static Literal boolean(bool value);
  static Literal number(std::int64_t value);
  static Literal number_text(std::string digits);  // `digits` must be a number of JSON
  static Literal string(std::string_view content);
  static Literal list();
  static Literal object();

  // The value of `key`, or nullptr when this is no object or has no such key.
  const Literal* find(std::string_view key) const;
  Literal* find(std::string_view key);

  // Makes `key` hold `value`, as the last member when it is new. *this must be an object. Returns the value
  // kept.
  Literal& set(std::string_view key, Literal value);
  Literal& append(Literal value);
};

struct Member {
  std::string key;
  Place place;  // of the key
  Literal value;
};

// Same forms and contents; places do not count, the order of members does. Numbers are compared as written.
bool same_content(const Literal& left, const Literal& right);

// As a person would quote it in a message: on one line, at most about 40 bytes, JSON's notation.
std::string quoted(const Literal& literal);

}  // namespace lightcone::sim
