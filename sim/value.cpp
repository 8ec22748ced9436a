#include "sim/value.hpp"

#include <fmt/format.h>

#include <iterator>

#include "sim/ensure.hpp"

namespace lightcone::sim {

std::strong_ordering Value::operator<=>(const Value& other) const {
  if (held_.index() != other.held_.index()) return held_.index() <=> other.held_.index();
  if (const bool* b = as_bool()) return *b <=> *other.as_bool();
  if (const std::int64_t* n = as_int()) return *n <=> *other.as_int();
  if (const std::string* text = as_text()) return text->compare(*other.as_text()) <=> 0;
  const ValueList* list = as_list();
  if (list == nullptr) return std::strong_ordering::equal;
  const ValueList& right = *other.as_list();
  for (std::size_t i = 0; i < list->size() && i < right.size(); ++i) {
    const std::strong_ordering order = (*list)[i] <=> right[i];
    if (order != 0) return order;
  }
  return list->size() <=> right.size();
}

void Value::append(std::string_view more) {
  auto* text = std::get_if<std::string>(&held_);
  ensure(text != nullptr, "only a text is appended to");
  text->append(more);
}

bool Value::operator==(const Value& other) const { return held_ == other.held_; }

std::string Value::to_json() const {
  std::string out;
  append_json(out);
  return out;
}

void Value::append_json(std::string& out) const {
  if (const bool* b = as_bool()) {
    out += *b ? "true" : "false";
  } else if (const std::int64_t* n = as_int()) {
    fmt::format_to(std::back_inserter(out), "{}", *n);
  } else if (const std::string* text = as_text()) {
    append_json_string(out, *text);
  } else if (const ValueList* list = as_list()) {
    out += '[';
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (i > 0) out += ',';
      (*list)[i].append_json(out);
    }
    out += ']';
  } else {
    out += "null";
  }
}

std::uint64_t Value::wire_bytes() const {
  if (as_bool() != nullptr) return 2;
  if (as_int() != nullptr) return 9;
  if (const std::string* text = as_text()) return 5 + text->size();
  std::uint64_t bytes = 1;
  if (const ValueList* list = as_list()) {
    bytes += 4;
    for (const Value& element : *list) bytes += element.wire_bytes();
  }
  return bytes;
}

namespace {

// Length of the well-formed UTF-8 sequence that starts at `at`, 0 when there is none (Unicode 15, table 3-7).
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0U : 0x80U;
    const unsigned high = lead == 0xED ? 0x9FU : 0xBFU;
    return byte(1) >= low && byte(1) <= high && tail(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90U : 0x80U;
    const unsigned high = lead == 0xF4 ? 0x8FU : 0xBFU;
    return byte(1) >= low && byte(1) <= high && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

// How many characters from `at` on stand for themselves: ASCII without quotes, backslashes and controls.
std::size_t plain_length(std::string_view text, std::size_t at) {
  std::size_t end = at;
  for (; end < text.size(); ++end) {
    const auto c = static_cast<unsigned char>(text[end]);
    if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\') break;
  }
  return end - at;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t plain = plain_length(text, i);
    out.append(text, i, plain);
    i += plain;
    if (i == text.size()) break;
    const char c = text[i];
    const std::size_t length = sequence_length(text, i);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      ++i;
      continue;
    }
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out.append(text.substr(i, length));
    }
    i += length;
  }
  out += '"';
}

}  // namespace lightcone::sim
