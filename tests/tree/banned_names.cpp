#include "tests/tree/banned_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace lightcone::tests::tree {

namespace {

std::vector<std::string_view> words_of(std::string_view blank_separated) {
  std::vector<std::string_view> words;
  while (!blank_separated.empty()) {
    const std::size_t end = std::min(blank_separated.find(' '), blank_separated.size());
    words.push_back(blank_separated.substr(0, end));
    blank_separated.remove_prefix(std::min(end + 1, blank_separated.size()));
  }
  return words;
}

bool is_in(std::string_view layer, std::string_view layers) {
  const std::vector<std::string_view> names = words_of(layers);
  return std::find(names.begin(), names.end(), layer) != names.end();
}

bool matches(const Token& token, std::string_view pattern) {
  if (token.kind == Kind::literal) return false;
  if (pattern.size() > 1 && pattern.ends_with('*'))
    return token.text.starts_with(pattern.substr(0, pattern.size() - 1));
  return token.text == pattern;
}

// Whether the word at `at` can be a call of the C function of that name: not a member, not another
// namespace's, not a declaration (which has a type before it).
bool can_be_free_call(const std::vector<Token>& code, std::size_t at) {
  if (at == 0 || code[at].in_directive) return true;
  const Token& before = code[at - 1];
  if (is(before, ".") || is(before, "->")) return false;
  if (is(before, "::")) return at < 2 || code[at - 2].kind != Kind::word || is(code[at - 2], "std");
  static constexpr std::array<std::string_view, 6> statements = {"return",   "co_return", "co_yield",
                                                                 "co_await", "else",      "do"};
  return before.kind != Kind::word ||
         std::find(statements.begin(), statements.end(), before.text) != statements.end();
}

bool matches_at(const std::vector<Token>& code, std::size_t at,
                const std::vector<std::string_view>& pattern) {
  if (at + pattern.size() > code.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (!matches(code[at + i], pattern[i])) return false;
  }
  const bool call = pattern.size() > 1 && pattern[1] == "(";
  return !call || can_be_free_call(code, at);
}

bool is_floating_number(const Token& token) {
  if (token.kind != Kind::number) return false;
  const std::string_view text = token.text;
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  return text.find_first_of(hex ? ".pP" : ".eE") != std::string_view::npos;
}

std::vector<Token> without_comments(const std::vector<Token>& tokens) {
  std::vector<Token> rest;
  std::copy_if(tokens.begin(), tokens.end(), std::back_inserter(rest),
               [](const Token& token) { return token.kind != Kind::comment; });
  return rest;
}

// Whether the first template argument after the `<` at `at` ends with a star.
bool first_argument_is_pointer(const std::vector<Token>& code, std::size_t at) {
  int depth = 0;
  for (std::size_t i = at; i < code.size(); ++i) {
    if (is(code[i], "<") || is(code[i], "(")) ++depth;
    if (is(code[i], ">") || is(code[i], ")")) --depth;
    if (is(code[i], ";")) return false;
    const bool ends = depth == 0 || (depth == 1 && is(code[i], ","));
    if (ends) return is(code[i - 1], "*");
  }
  return false;
}

}  // namespace

Findings banned_names(const std::vector<Source>& tree) {
  Findings findings;
  for (const Source& source : tree) {
    const std::vector<Token> code = without_comments(source.tokens);
    for (const Ban& ban : bans()) {
      if (!is_in(source.layer(), ban.layers)) continue;
      const std::vector<std::string_view> pattern = words_of(ban.pattern);
      for (std::size_t at = 0; at < code.size(); ++at) {
        if (!matches_at(code, at, pattern)) continue;
        findings.push_back({source.path, code[at].line, std::string(ban.pattern),
                            fmt::format("{}; {}", ban.why, ban.instead)});
      }
    }
  }
  return findings;
}

Findings floating_point(const std::vector<Source>& tree) {
  Findings findings;
  for (const Source& source : tree) {
    if (!is_in(source.layer(), "sim models faults")) continue;
    for (const Token& token : source.tokens) {
      const bool floats = is_floating_number(token) || is(token, "float") || is(token, "double");
      if (!floats) continue;
      findings.push_back({source.path, token.line, "floating point",
                          "rounding must not decide; use integer nanoseconds, exact ratios or fixed point; "
                          "report in reports/"});
    }
  }
  return findings;
}

Findings pointer_order(const std::vector<Source>& tree) {
  static constexpr std::array<std::string_view, 6> containers = {"map",      "set",  "multimap",
                                                                 "multiset", "less", "greater"};
  Findings findings;
  for (const Source& source : tree) {
    if (!is_in(source.layer(), "sim models faults scenarios reports")) continue;
    const std::vector<Token> code = code_of(source.tokens);
    for (std::size_t at = 0; at + 1 < code.size(); ++at) {
      const bool container =
          std::find(containers.begin(), containers.end(), code[at].text) != containers.end();
      if (!container || !is(code[at + 1], "<") || !first_argument_is_pointer(code, at + 1)) continue;
      findings.push_back(
          {source.path, code[at].line, "order of pointers",
           "addresses differ from run to run; order by a number or name that belongs to the run"});
    }
  }
  return findings;
}

}  // namespace lightcone::tests::tree
