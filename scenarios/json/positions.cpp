#include "scenarios/json/positions.hpp"

#include <algorithm>

namespace lightcone::scenarios::json {

namespace {

constexpr std::string_view word_bytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-.";

// Behind a comment that begins at `offset`; `offset` itself when none begins there or it does not end.
std::size_t end_of_comment(std::string_view text, std::size_t offset) {
  if (text.substr(offset, 2) == "//") return std::min(text.find_first_of("\r\n", offset), text.size());
  if (text.substr(offset, 2) != "/*") return offset;
  const std::size_t end = text.find("*/", offset + 2);
  return end == std::string_view::npos ? offset : end + 2;
}

// Length of the well-formed sequence that begins at `at`, 0 when there is none.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const auto within = [&](std::size_t i, unsigned low, unsigned high) {
    return byte(i) >= low && byte(i) <= high;
  };
  const auto tail = [&](std::size_t i) { return within(i, 0x80, 0xBF); };
  if (within(0, 0, 0x7F)) return 1;
  if (within(0, 0xC2, 0xDF)) return tail(1) ? 2 : 0;
  if (within(0, 0xE0, 0xEF)) {
    const bool second = within(1, byte(0) == 0xE0 ? 0xA0 : 0x80, byte(0) == 0xED ? 0x9F : 0xBF);
    return second && tail(2) ? 3 : 0;
  }
  if (within(0, 0xF0, 0xF4)) {
    const bool second = within(1, byte(0) == 0xF0 ? 0x90 : 0x80, byte(0) == 0xF4 ? 0x8F : 0xBF);
    return second && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

sim::Place Places::at(std::size_t offset) {
  if (offset < seen_) *this = Places(text_);
  while (true) {
    const std::size_t line_end = text_.find('\n', seen_);
    if (line_end == std::string_view::npos || line_end >= offset) break;
    seen_ = line_begin_ = line_end + 1;
    ++line_;
  }
  seen_ = std::max(seen_, offset);
  return {line_, static_cast<std::int32_t>(offset - line_begin_ + 1)};
}

std::size_t skip_blanks(std::string_view text, std::size_t offset) {
  while (offset < text.size()) {
    const std::size_t before = offset;
    offset = std::min(text.find_first_not_of(" \t\r\n", offset), text.size());
    if (offset < text.size() && text[offset] == '/') offset = end_of_comment(text, offset);
    if (offset == before) break;
  }
  return offset;
}

std::size_t end_of_token(std::string_view text, std::size_t offset) {
  if (text[offset] == '"') {
    for (std::size_t at = offset + 1; at < text.size(); ++at) {
      if (text[at] == '"') return at + 1;
      if (text[at] == '\\') ++at;
    }
    return text.size();
  }
  if (word_bytes.find(text[offset]) != std::string_view::npos) {
    return std::min(text.find_first_not_of(word_bytes, offset), text.size());
  }
  return offset + std::max<std::size_t>(sequence_length(text, offset), 1);
}

std::size_t find_ill_formed(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text, at);
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

}  // namespace lightcone::scenarios::json
