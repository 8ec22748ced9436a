#include "scenarios/json/syntax_errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "scenarios/json/positions.hpp"
#include "sim/nearest.hpp"
#include "sim/value.hpp"

namespace lightcone::scenarios::json {

namespace {

using sim::Form;
using sim::Mismatch;

// The token at which the parser stopped, and whether a comma or colon was taken before it.
struct Stop {
  std::size_t begin = 0;
  bool behind_separator = false;
};

Stop find_stop(std::string_view text, const SyntaxState& state, std::size_t consumed) {
  Stop stop{skip_blanks(text, state.behind_last), false};
  while (stop.begin + 1 < consumed && stop.begin < text.size()) {
    if (text[stop.begin] != ',' && text[stop.begin] != ':') break;
    stop = {skip_blanks(text, stop.begin + 1), true};
  }
  return stop;
}

std::string expected_at(const SyntaxState& state, bool behind_separator) {
  switch (state.last) {
    case Last::nothing:
      return "a value";
    case Last::opening:
      return state.container == Form::object ? "a key in double quotes or '}'" : "a value or ']'";
    case Last::key:
      return behind_separator ? "a value" : "':' behind the key";
    case Last::value:
      break;
  }
  if (state.container == Form::null) return "nothing behind the value but comments";
  if (state.container == Form::object) return behind_separator ? "a key in double quotes" : "',' or '}'";
  return behind_separator ? "a value" : "',' or ']'";
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string shown(std::string_view token) {
  if (token.front() == '"' || token.size() > 4 || is_letter(token.front()) || is_digit(token.front())) {
    constexpr std::size_t longest = 40;
    if (token.size() <= longest) return std::string(token);
    return std::string(token.substr(0, longest - 3)) + "...";
  }
  return fmt::format("'{}'", token);
}

// A word without quotes: one of JSON's own, misspelt, or a text whose quotes were forgotten.
std::string meant_by(std::string_view word) {
  static constexpr std::string_view words[] = {"true", "false", "null"};
  std::string likely = sim::nearest(word, words);
  if (!likely.empty()) return likely;
  if (!is_letter(word.front())) return {};
  sim::append_json_string(likely, word);
  return likely;
}

Mismatch unexpected(std::string_view text, const SyntaxState& state, const Stop& stop) {
  Mismatch why;
  why.expected = expected_at(state, stop.behind_separator);
  if (stop.begin >= text.size()) {
    why.problem = "the file ends here";
    if (state.container != Form::null) {
      why.problem += fmt::format(", within the {} that begins at line {}, column {}",
                                 state.container == Form::list ? "list" : "object", state.opened.line,
                                 state.opened.column);
    }
    return why;
  }
  const std::string_view token = text.substr(stop.begin, end_of_token(text, stop.begin) - stop.begin);
  why.problem = "unexpected " + shown(token);
  const bool closes_behind_comma =
      stop.behind_separator && state.last == Last::value && (token == "}" || token == "]");
  if (closes_behind_comma) why.problem += " behind a comma";
  if (token == "'") why.expected += " (texts stand in double quotes)";
  const bool is_word = is_letter(token.front());
  if (is_word && why.expected.starts_with("a value")) why.nearest = meant_by(token);
  if (is_word && why.expected.starts_with("a key")) sim::append_json_string(why.nearest, token);
  return why;
}

struct LexicalError {
  std::string_view complaint;  // part of the parser's words
  std::string_view problem;
  std::string_view expected;
  enum class At : std::uint8_t { token, consumed, backslash } at;
};

constexpr LexicalError lexical_errors[] = {
    {"missing closing quote", "this text has no end", "a closing '\"'", LexicalError::At::token},
    {"U+000A (LF) must be escaped", "this text does not end on its line",
     "a closing '\"' (a line break within a text is written \\n)", LexicalError::At::token},
    {"U+000D (CR) must be escaped", "this text does not end on its line",
     "a closing '\"' (a line break within a text is written \\n)", LexicalError::At::token},
    {"invalid string: control character", "a control character stands within this text",
     "an escape such as \\t or \\u0007", LexicalError::At::consumed},
    {"forbidden character after backslash", "this is not an escape",
     "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u", LexicalError::At::backslash},
    {"must be followed by 4 hex digits", "\\u lacks its digits", "four hexadecimal digits, such as \\u00e9",
     LexicalError::At::backslash},
    {"surrogate U+D", "half of a surrogate pair stands alone", "both halves, such as \\ud83d\\ude00",
     LexicalError::At::backslash},
    {"missing closing '*/'", "this comment has no end", "'*/'", LexicalError::At::token},
};

std::size_t offset_of(const LexicalError& error, std::string_view text, const Stop& stop,
                      std::size_t consumed) {
  const std::size_t last = std::min(consumed, text.size());
  switch (error.at) {
    case LexicalError::At::token:
      return stop.begin;
    case LexicalError::At::consumed:
      return last == 0 ? 0 : last - 1;
    case LexicalError::At::backslash:
      break;
  }
  // The parser stops at most behind the byte that is wrong; that byte may itself be a backslash.
  const std::size_t found = text.substr(0, last == 0 ? 0 : last - 1).rfind('\\');
  return found == std::string_view::npos ? stop.begin : std::max(found, stop.begin);
}

}  // namespace

SyntaxError describe(std::string_view text, const SyntaxState& state, std::size_t consumed,
                     std::string_view complaint) {
  const Stop stop = find_stop(text, state, consumed);
  for (const LexicalError& error : lexical_errors) {
    if (complaint.find(error.complaint) == std::string_view::npos) continue;
    return {offset_of(error, text, stop, consumed),
            {std::string(error.problem), std::string(error.expected), {}}};
  }
  if (stop.begin < text.size()) {
    const std::string_view token = text.substr(stop.begin, end_of_token(text, stop.begin) - stop.begin);
    if (complaint.find("number overflow") != std::string_view::npos) {
      return {stop.begin, {fmt::format("{} is out of range", shown(token)), "a number below 1e308", {}}};
    }
    if (complaint.find("invalid number") != std::string_view::npos) {
      return {stop.begin,
              {fmt::format("{} is not a number", shown(token)), "digits, such as 10, -1.5 or 2e-6", {}}};
    }
  }
  return {stop.begin, unexpected(text, state, stop)};
}

}  // namespace lightcone::scenarios::json
