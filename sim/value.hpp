// A value as clients see it: the key, argument or result of an operation. Compared, hashed and printed
// without reference to any model, so that histories from elsewhere fit as well as our own.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace lightcone::sim {

class Value;
using ValueList = std::vector<Value>;

class Value {
 public:
  Value() = default;  // null: nothing there, nothing known
  Value(std::nullptr_t) {}
  Value(bool b) : held_(b) {}
  Value(int n) : held_(std::int64_t{n}) {}
  Value(std::int64_t n) : held_(n) {}
  Value(std::string text) : held_(std::move(text)) {}
  Value(std::string_view text) : held_(std::string(text)) {}
  Value(const char* text) : held_(std::string(text)) {}
  Value(ValueList list) : held_(std::move(list)) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(held_); }
  const bool* as_bool() const { return std::get_if<bool>(&held_); }
  const std::int64_t* as_int() const { return std::get_if<std::int64_t>(&held_); }
  const std::string* as_text() const { return std::get_if<std::string>(&held_); }
  const ValueList* as_list() const { return std::get_if<ValueList>(&held_); }

  // Adds `more` to the end of a text; no other value has one.
  void append(std::string_view more);

  // A total order: null < bool < int < text < list, then by content.
  std::strong_ordering operator<=>(const Value& other) const;
  bool operator==(const Value& other) const;

  // As JSON on one line. The same text for the same value on every platform.
  std::string to_json() const;
  void append_json(std::string& out) const;

  // What a link or a disk is charged for it: a byte for its kind, and its content (sim/wire_bytes.hpp).
  std::uint64_t wire_bytes() const;

 private:
  std::variant<std::monostate, bool, std::int64_t, std::string, ValueList> held_;
};

// `text` with quotes and JSON escapes, appended to `out`. Bytes that are not valid UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace lightcone::sim
