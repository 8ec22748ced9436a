#include "reports/histories/json_scanner.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

#include "reports/histories/utf8.hpp"

namespace lightcone::reports::histories {

namespace {

// Characters that a string holds as they are, but for the sequences of UTF-8.
constexpr std::array<bool, 256> plain = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x20; c < 0x80; ++c) table[c] = c != '"' && c != '\\';
  return table;
}();

bool is_plain(char c) { return plain[static_cast<unsigned char>(c)]; }

}  // namespace

bool JsonScanner::fail(Fault fault, std::string what) {
  fault_ = fault;
  error_ = std::move(what);
  return false;
}

bool JsonScanner::missing(char c) {
  return fail(Fault::malformed, at_ < text_.size() ? fmt::format("'{}' expected", c)
                                                   : fmt::format("the line ends where '{}' is expected", c));
}

bool JsonScanner::word(std::string_view expected) {
  if (text_.substr(at_, expected.size()) != expected) return fail(Fault::malformed, "a value expected");
  at_ += expected.size();
  return true;
}

bool JsonScanner::hex4(std::uint32_t& out) {
  if (at_ + 4 > text_.size()) return fail(Fault::malformed, "four hexadecimal digits expected after \\u");
  const char* from = text_.data() + at_;
  const auto [end, error] = std::from_chars(from, from + 4, out, 16);
  if (error != std::errc{} || end != from + 4)
    return fail(Fault::malformed, "four hexadecimal digits expected after \\u");
  at_ += 4;
  return true;
}

// After the backslash.
bool JsonScanner::escape(std::string& out) {
  static constexpr std::string_view letters = "\"\\/bfnrt";
  static constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  if (at_ >= text_.size()) return fail(Fault::malformed, "a string without an end");
  const char c = text_[at_++];
  if (const std::size_t which = letters.find(c); which != std::string_view::npos) {
    out += meanings[which];
    return true;
  }
  if (c != 'u') return fail(Fault::malformed, "an unknown escape in a string");
  std::uint32_t point = 0;
  if (!hex4(point)) return false;
  if (point >= 0xDC00 && point <= 0xDFFF)
    return fail(Fault::malformed, "half of a surrogate pair in a string");
  if (point >= 0xD800 && point <= 0xDBFF) {
    std::uint32_t low = 0;
    if (text_.substr(at_, 2) != "\\u") return fail(Fault::malformed, "half of a surrogate pair in a string");
    at_ += 2;
    if (!hex4(low)) return false;
    if (low < 0xDC00 || low > 0xDFFF) return fail(Fault::malformed, "half of a surrogate pair in a string");
    point = 0x10000U + ((point - 0xD800U) << 10U) + (low - 0xDC00U);
  }
  append_utf8(out, point);
  return true;
}

bool JsonScanner::text(std::string& out) {
  out.clear();
  if (!expect('"')) return false;
  for (;;) {
    const std::size_t from = at_;
    while (at_ < text_.size() && is_plain(text_[at_])) ++at_;
    out.append(text_.data() + from, at_ - from);
    if (at_ >= text_.size()) return fail(Fault::malformed, "a string without an end");
    const auto c = static_cast<unsigned char>(text_[at_]);
    if (c == '"') {
      ++at_;
      return true;
    }
    if (c == '\\') {
      ++at_;
      if (!escape(out)) return false;
      continue;
    }
    const std::size_t length = c < 0x20 ? 0 : utf8_sequence(text_.substr(at_));
    if (length == 0)
      return fail(Fault::malformed,
                  c < 0x20 ? "a control character in a string" : "a string that is not UTF-8");
    out.append(text_, at_, length);
    at_ += length;
  }
}

bool JsonScanner::name(std::string_view& out) {
  if (!next_is('"')) return fail(Fault::malformed, "a field's name expected");
  std::size_t end = at_ + 1;
  while (end < text_.size() && is_plain(text_[end])) ++end;
  if (end < text_.size() && text_[end] == '"') {
    out = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
  } else {
    if (!text(scratch_)) return false;
    out = scratch_;
  }
  return expect(':');
}

bool JsonScanner::skip_number() {
  const auto digits = [&] {
    const std::size_t from = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ - from;
  };
  if (at_ < text_.size() && text_[at_] == '-') ++at_;
  const std::size_t start = at_;
  const std::size_t whole = digits();
  if (whole == 0) return fail(Fault::malformed, "a value expected");
  if (whole > 1 && text_[start] == '0') return fail(Fault::malformed, "a number with leading zeros");
  if (at_ < text_.size() && text_[at_] == '.') {
    ++at_;
    if (digits() == 0) return fail(Fault::malformed, "a number that ends in its point");
  }
  if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
    ++at_;
    if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
    if (digits() == 0) return fail(Fault::malformed, "a number without its exponent");
  }
  return true;
}

// The common case: up to 18 digits and nothing that makes them more than an integer. False: not that.
bool JsonScanner::small_integer(std::int64_t& out) {
  std::size_t at = at_;
  const bool negative = at < text_.size() && text_[at] == '-';
  if (negative) ++at;
  const std::size_t from = at;
  std::int64_t n = 0;
  while (at < text_.size() && text_[at] >= '0' && text_[at] <= '9' && at - from < 18)
    n = n * 10 + (text_[at++] - '0');
  if (at == from || (text_[from] == '0' && at - from > 1)) return false;
  const char next = at < text_.size() ? text_[at] : ' ';
  if ((next >= '0' && next <= '9') || next == '.' || next == 'e' || next == 'E') return false;
  at_ = at;
  out = negative ? -n : n;
  return true;
}

bool JsonScanner::integer(std::int64_t& out) {
  space();
  if (small_integer(out)) return true;
  const std::size_t from = at_;
  if (!skip_number()) return false;
  const char* const first = text_.data() + from;
  const char* const last = text_.data() + at_;
  const auto [end, error] = std::from_chars(first, last, out);
  if (error != std::errc{} || end != last)
    return fail(Fault::number_out_of_range,
                fmt::format("{} is not a 64-bit integer", text_.substr(from, at_ - from)));
  return true;
}

bool JsonScanner::number(sim::Value& out) {
  std::int64_t n = 0;
  if (!integer(n)) return false;
  out = n;
  return true;
}

bool JsonScanner::list(sim::Value& out, int depth) {
  sim::ValueList items;
  ++at_;
  if (!accept(']')) {
    do {
      if (!value(items.emplace_back(), depth + 1)) return false;
    } while (accept(','));
    if (!expect(']')) return false;
  }
  out = std::move(items);
  return true;
}

bool JsonScanner::object(sim::Value& out, int depth) {
  sim::ValueList items;
  ++at_;
  if (!accept('}')) {
    do {
      std::string_view key;
      if (!name(key)) return false;
      sim::ValueList pair(2);
      pair[0] = key;
      if (!value(pair[1], depth + 1)) return false;
      items.emplace_back(std::move(pair));
    } while (accept(','));
    if (!expect('}')) return false;
  }
  out = std::move(items);
  return true;
}

bool JsonScanner::value(sim::Value& out) { return value(out, 0); }

bool JsonScanner::value(sim::Value& out, int depth) {
  space();
  if (depth > max_depth) return fail(Fault::too_large, "values are nested too deeply");
  if (at_ >= text_.size()) return fail(Fault::malformed, "the line ends where a value is expected");
  switch (text_[at_]) {
    case '"': {
      std::string read;
      if (!text(read)) return false;
      out = std::move(read);
      return true;
    }
    case '[':
      return list(out, depth);
    case '{':
      return object(out, depth);
    case 'n':
      out = nullptr;
      return word("null");
    case 't':
      out = true;
      return word("true");
    case 'f':
      out = false;
      return word("false");
    default:
      return number(out);
  }
}

bool JsonScanner::skip(std::string_view& raw) {
  space();
  const std::size_t from = at_;
  if (!skip_value(0)) return false;
  raw = text_.substr(from, at_ - from);
  return true;
}

bool JsonScanner::skip_text() { return text(scratch_); }

bool JsonScanner::skip_value(int depth) {
  space();
  if (depth > max_depth) return fail(Fault::too_large, "values are nested too deeply");
  if (at_ >= text_.size()) return fail(Fault::malformed, "the line ends where a value is expected");
  const char first = text_[at_];
  if (first == '"') return skip_text();
  if (first == 'n') return word("null");
  if (first == 't') return word("true");
  if (first == 'f') return word("false");
  if (first != '[' && first != '{') return skip_number();
  ++at_;
  const char close = first == '[' ? ']' : '}';
  if (accept(close)) return true;
  do {
    std::string_view key;
    if (first == '{' && !name(key)) return false;
    if (!skip_value(depth + 1)) return false;
  } while (accept(','));
  return expect(close);
}

}  // namespace lightcone::reports::histories
