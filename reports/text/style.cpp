#include "reports/text/style.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/value.hpp"

namespace lightcone::reports::text {

std::string painted(std::string_view text, Paint paint, const Style& style) {
  if (!style.colours || paint == Paint::plain) return std::string(text);
  std::string_view code;
  switch (paint) {
    case Paint::plain:
      break;
    case Paint::bold:
      code = "1";
      break;
    case Paint::dim:
      code = "2";
      break;
    case Paint::good:
      code = "32";
      break;
    case Paint::bad:
      code = "1;31";
      break;
    case Paint::warn:
      code = "33";
      break;
  }
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::string harmless(std::string_view text) {
  std::string json;
  sim::append_json_string(json, text);  // escapes control characters, replaces malformed UTF-8
  std::string out;
  for (std::size_t i = 1; i + 1 < json.size(); ++i) {
    const bool escaped_plain = json[i] == '\\' && (json[i + 1] == '"' || json[i + 1] == '\\');
    if (escaped_plain) ++i;
    if (json[i] == '\x7F') {
      out += "\\u007f";
    } else {
      out += json[i];
    }
  }
  return out;
}

std::size_t width_of(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(
      utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string fitted(std::string_view text, std::size_t columns) {
  const std::size_t width = width_of(text);
  if (width <= columns) return std::string(text) + std::string(columns - width, ' ');
  std::string out;
  std::size_t taken = 0;
  for (const char c : text) {
    const bool begins = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    if (begins && taken + 1 >= columns) break;
    if (begins) ++taken;
    out += c;
  }
  return columns == 0 ? std::string() : out + "…";
}

std::string folded(std::string_view text, std::size_t indent, const Style& style) {
  const auto columns = static_cast<std::size_t>(std::max(style.columns, 40));
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    const std::size_t width = width_of(word);
    if (column > indent && column + 1 + width > columns) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += width;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string in_words(sim::Duration duration) {
  const double ns = static_cast<double>(duration.count());
  if (duration.count() == 0) return "0";
  if (ns < 1e3) return fmt::format("{} ns", duration.count());
  // What rounds to a thousand is one of the next.
  if (ns < 999.5e3) return fmt::format("{:.3g} us", ns / 1e3);
  if (ns < 999.5e6) return fmt::format("{:.3g} ms", ns / 1e6);
  return fmt::format("{:.4g} s", ns / 1e9);
}

std::string seconds(sim::Duration since_start) {
  return fmt::format("{:.3f}", static_cast<double>(since_start.count()) / 1e9);
}

std::string grouped(std::uint64_t number) {
  std::string digits = fmt::format("{}", number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

}  // namespace lightcone::reports::text
