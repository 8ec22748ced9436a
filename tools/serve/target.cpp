#include "tools/serve/target.hpp"

#include <algorithm>

namespace lightcone::tools {

namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decoded(std::string_view text, bool in_query) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = digit(text[i + 1]), low = digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && in_query) {
      c = ' ';
    }
    const bool ends_a_line = in_query && (c == '\n' || c == '\r');
    if (static_cast<unsigned char>(c) < ' ' && !ends_a_line) return std::nullopt;
    out += c;
  }
  return out;
}

}  // namespace

std::string Target::value(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name && !value.empty()) return value;
  return {};
}

std::vector<std::string> Target::values(std::string_view name) const {
  std::vector<std::string> all;
  for (const auto& [key, value] : query)
    if (key == name && !value.empty()) all.push_back(value);
  return all;
}

std::optional<Target> parse_target(std::string_view text) {
  if (!text.starts_with('/')) return std::nullopt;
  const std::size_t mark = std::min(text.find('?'), text.size());
  const auto path = decoded(text.substr(0, mark), false);
  if (!path) return std::nullopt;
  Target target;
  target.path = *path;
  for (std::size_t at = mark + 1; at < text.size();) {
    const std::size_t end = std::min(text.find('&', at), text.size());
    const std::string_view field = text.substr(at, end - at);
    const std::size_t equals = std::min(field.find('='), field.size());
    const auto key = decoded(field.substr(0, equals), true);
    const auto value = decoded(field.substr(std::min(equals + 1, field.size())), true);
    if (!key || !value) return std::nullopt;
    if (!key->empty()) target.query.emplace_back(*key, *value);
    at = end + 1;
  }
  return target;
}

std::string encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '/';
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4U];
      out += digits[byte & 15U];
    }
  }
  return out;
}

}  // namespace lightcone::tools
