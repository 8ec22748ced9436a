#include "reports/histories/edn_scanner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "reports/histories/utf8.hpp"

namespace lightcone::reports::histories {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == ','; }

bool ends_token(char c) {
  return is_space(c) || std::string_view("()[]{}\";").find(c) != std::string_view::npos;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool EdnScanner::fail(Fault fault, std::string what) {
  fault_ = fault;
  error_ = std::move(what);
  return false;
}

bool EdnScanner::end_of_text() {
  ended_ = true;
  return fail(Fault::malformed, "the text ends inside a form");
}

bool EdnScanner::space() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (is_space(c)) {
      ++at_;
    } else if (c == ';') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (c == '#' && at_ + 1 < text_.size() && text_[at_ + 1] == '_') {
      at_ += 2;
      if (++discards_ > max_depth) return fail(Fault::too_large, "discards are nested too deeply");
      sim::Value unread;
      if (!form(unread, Keep::no, 0)) return false;
      --discards_;
    } else {
      return true;
    }
  }
  return true;
}

bool EdnScanner::tags() {
  for (;;) {
    if (!space()) return false;
    if (peek() != '#' || at_ + 1 >= text_.size()) return true;
    const char next = text_[at_ + 1];
    if ((next < 'a' || next > 'z') && (next < 'A' || next > 'Z')) return true;
    ++at_;
    std::string_view tag;
    if (!token(tag)) return false;
  }
}

bool EdnScanner::accept(char c) {
  if (at_end() || text_[at_] != c) return false;
  ++at_;
  return true;
}

bool EdnScanner::expect(char c) {
  if (!space()) return false;
  if (at_end()) return end_of_text();
  return accept(c) || fail(Fault::malformed, fmt::format("'{}' expected", c));
}

bool EdnScanner::value(sim::Value& out) { return form(out, Keep::yes, 0); }

bool EdnScanner::skip(std::string_view& raw) {
  if (!space()) return false;
  const std::size_t from = at_;
  sim::Value unread;
  if (!form(unread, Keep::no, 0)) return false;
  raw = text_.substr(from, at_ - from);
  return true;
}

bool EdnScanner::form(sim::Value& out, Keep keep, int depth) {
  if (depth > max_depth) return fail(Fault::too_large, "forms are nested too deeply");
  if (!space()) return false;
  if (at_end()) return end_of_text();
  switch (text_[at_]) {
    case '(':
      ++at_;
      return sequence(out, keep, ')', depth);
    case '[':
      ++at_;
      return sequence(out, keep, ']', depth);
    case '{':
      ++at_;
      return map(out, keep, {}, depth);
    case '"':
      ++at_;
      return text(out);
    case '\\':
      ++at_;
      return character(out);
    case '#':
      ++at_;
      return dispatch(out, keep, depth);
    case ')':
    case ']':
    case '}':
      return fail(Fault::malformed, fmt::format("a '{}' that closes nothing", text_[at_]));
    default:
      return atom(out, keep);
  }
}

bool EdnScanner::sequence(sim::Value& out, Keep keep, char close, int depth) {
  sim::ValueList items;
  for (;;) {
    if (!space()) return false;
    if (accept(close)) break;
    sim::Value item;
    if (!form(item, keep, depth + 1)) return false;
    if (keep == Keep::yes) items.push_back(std::move(item));
  }
  if (keep == Keep::yes) out = std::move(items);
  return true;
}

// `name_space` is what #:name{...} puts before keys that have none.
bool EdnScanner::map(sim::Value& out, Keep keep, std::string_view name_space, int depth) {
  sim::ValueList items;
  for (;;) {
    if (!space()) return false;
    if (accept('}')) break;
    sim::ValueList pair(2);
    if (!form(pair[0], keep, depth + 1)) return false;
    if (!space()) return false;
    if (peek() == '}') return fail(Fault::malformed, "a map with a key that has no value");
    if (!form(pair[1], keep, depth + 1)) return false;
    if (keep == Keep::no) continue;
    const std::string* key = pair[0].as_text();
    const bool bare = key != nullptr && key->starts_with(':') && key->find('/') == std::string::npos;
    if (!name_space.empty() && bare) pair[0] = fmt::format(":{}/{}", name_space, key->substr(1));
    items.emplace_back(std::move(pair));
  }
  if (keep == Keep::yes) out = std::move(items);
  return true;
}

// After the '#'.
bool EdnScanner::dispatch(sim::Value& out, Keep keep, int depth) {
  if (at_end()) return end_of_text();
  if (accept('{')) {
    if (!sequence(out, keep, '}', depth)) return false;
    if (keep == Keep::no) return true;
    sim::ValueList items = *out.as_list();
    std::sort(items.begin(), items.end());
    if (std::adjacent_find(items.begin(), items.end()) != items.end())
      return fail(Fault::malformed, "a set that holds something twice");
    out = std::move(items);
    return true;
  }
  if (accept('#')) {  // ##NaN, ##Inf, ##-Inf
    std::string_view name;
    if (!token(name)) return false;
    return keep == Keep::no ||
           fail(Fault::number_out_of_range, fmt::format("{} is not a 64-bit integer", name));
  }
  std::string_view tag;
  if (!token(tag)) return false;
  if (tag.starts_with(':')) {
    if (!expect('{')) return false;
    return map(out, keep, tag.substr(1), depth);
  }
  const char first = tag.front();
  if ((first < 'a' || first > 'z') && (first < 'A' || first > 'Z'))
    return fail(Fault::malformed, "a '#' that is no set, tag or discard");
  return form(out, keep, depth + 1);
}

bool EdnScanner::escape(std::string& out) {
  static constexpr std::string_view letters = "\"\\nrtbf";
  static constexpr std::string_view meanings = "\"\\\n\r\t\b\f";
  if (at_end()) return end_of_text();
  const char c = text_[at_++];
  if (const std::size_t which = letters.find(c); which != std::string_view::npos) {
    out += meanings[which];
    return true;
  }
  if (c != 'u') return fail(Fault::malformed, "an unknown escape in a string");
  const auto hex4 = [&](std::uint32_t& point) {
    if (at_ + 4 > text_.size()) return end_of_text();
    const char* from = text_.data() + at_;
    const auto [end, error] = std::from_chars(from, from + 4, point, 16);
    if (error != std::errc{} || end != from + 4)
      return fail(Fault::malformed, "four hexadecimal digits expected after \\u");
    at_ += 4;
    return true;
  };
  std::uint32_t point = 0;
  if (!hex4(point)) return false;
  if (point >= 0xD800 && point <= 0xDBFF && text_.substr(at_, 2) == "\\u") {
    at_ += 2;
    std::uint32_t low = 0;
    if (!hex4(low)) return false;
    if (low >= 0xDC00 && low <= 0xDFFF) point = 0x10000U + ((point - 0xD800U) << 10U) + (low - 0xDC00U);
  }
  if (point >= 0xD800 && point <= 0xDFFF)
    return fail(Fault::malformed, "half of a surrogate pair in a string");
  append_utf8(out, point);
  return true;
}

// After the opening quote.
bool EdnScanner::text(sim::Value& out) {
  std::string read;
  for (;;) {
    if (at_end()) return end_of_text();
    const char c = text_[at_];
    if (c == '"') break;
    if (c == '\\') {
      ++at_;
      if (!escape(read)) return false;
      continue;
    }
    const std::size_t length = utf8_sequence(text_.substr(at_));
    if (length == 0) return fail(Fault::malformed, "a string that is not UTF-8");
    read.append(text_, at_, length);
    at_ += length;
  }
  ++at_;
  out = std::move(read);
  return true;
}

// After the backslash.
bool EdnScanner::character(sim::Value& out) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> names = {
      {{"newline", "\n"},
       {"return", "\r"},
       {"space", " "},
       {"tab", "\t"},
       {"formfeed", "\f"},
       {"backspace", "\b"}}};
  if (at_end()) return end_of_text();
  const std::size_t length = utf8_sequence(text_.substr(at_));
  if (length == 0) return fail(Fault::malformed, "a character that is not UTF-8");
  std::size_t end = at_ + length;
  while (end < text_.size() && !ends_token(text_[end])) ++end;
  const std::string_view token = text_.substr(at_, end - at_);
  at_ = end;
  if (token.size() == length) {
    out = token;
    return true;
  }
  for (const auto& [name, meaning] : names) {
    if (token == name) {
      out = meaning;
      return true;
    }
  }
  std::uint32_t point = 0;
  const bool unicode = token.size() == 5 && token.front() == 'u';
  if (unicode) {
    const auto [last, error] = std::from_chars(token.data() + 1, token.data() + 5, point, 16);
    if (error == std::errc{} && last == token.data() + 5 && (point < 0xD800 || point > 0xDFFF)) {
      std::string read;
      append_utf8(read, point);
      out = std::move(read);
      return true;
    }
  }
  return fail(Fault::malformed, fmt::format("an unknown character \\{}", token));
}

bool EdnScanner::token(std::string_view& out) {
  const std::size_t from = at_;
  while (at_ < text_.size() && !ends_token(text_[at_])) {
    const auto c = static_cast<unsigned char>(text_[at_]);
    const std::size_t length = c < 0x20 || c == 0x7F ? 0 : utf8_sequence(text_.substr(at_));
    if (length == 0) return fail(Fault::malformed, "a name with a character that cannot be in one");
    at_ += length;
  }
  out = text_.substr(from, at_ - from);
  if (!out.empty()) return true;
  return at_end() ? end_of_text() : fail(Fault::malformed, "a name expected");
}

bool EdnScanner::number(std::string_view token, sim::Value& out, Keep keep) {
  std::string_view digits = token;
  if (digits.front() == '+') digits.remove_prefix(1);
  if (digits.ends_with('N')) digits.remove_suffix(1);
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  const bool whole = end == digits.data() + digits.size();
  if (error == std::errc{} && whole) {
    out = n;
    return true;
  }
  if (token.find_first_not_of("0123456789+-.eEMN/") != std::string_view::npos)
    return fail(Fault::malformed, fmt::format("{} is not a number", token));
  return keep == Keep::no ||
         fail(Fault::number_out_of_range, fmt::format("{} is not a 64-bit integer", token));
}

bool EdnScanner::atom(sim::Value& out, Keep keep) {
  std::string_view read;
  if (!token(read)) return false;
  const bool sign = read.size() > 1 && (read.front() == '-' || read.front() == '+');
  if (is_digit(read.front()) || (sign && is_digit(read[1]))) return number(read, out, keep);
  if (read.front() == '^' || read.front() == '@' || read.front() == '`' || read.front() == '~')
    return fail(Fault::malformed, fmt::format("'{}' is for programs, not for data", read.front()));
  if (read == ":" || read.starts_with("::"))
    return fail(Fault::malformed, fmt::format("{} is no keyword", read));
  if (keep == Keep::no) return true;
  if (read == "nil") {
    out = nullptr;
  } else if (read == "true" || read == "false") {
    out = read == "true";
  } else {
    out = read;
  }
  return true;
}

}  // namespace lightcone::reports::histories
