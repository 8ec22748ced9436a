#include "tests/tree/coroutine_traps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace lightcone::tests::tree {

namespace {

class Traps {
 public:
  explicit Traps(const Source& source)
      : source_(source), code_(code_of(source.tokens)), partners_(partners_of(code_)) {}

  Findings all() {
    for (std::size_t at = 0; at < code_.size(); ++at) {
      if (!is(code_[at], "co_await") && !is(code_[at], "co_yield")) continue;
      if (at > 0 && is(code_[at - 1], "operator")) continue;
      check_conditions(at);
      search_before(at);
      search_after(at);
    }
    return std::move(findings_);
  }

 private:
  // The parentheses around a suspension, from the inside out, as far as its block.
  void check_conditions(std::size_t suspension) {
    for (std::size_t at = suspension; at-- > 0;) {
      if (is(code_[at], "{") && is_block(at)) return;
      if (is(code_[at], "(") && opens_condition(at)) {
        find(suspension, "awaited condition",
             fmt::format("g++ 12 can lose an awaited value in '{} (...)'; bind it to a variable first",
                         code_[at - 1].text));
        return;
      }
      if (partners_[at] != nowhere && partners_[at] < at) at = partners_[at];
    }
  }

  // From a suspension back to the beginning of its statement, through the brackets that surround it.
  void search_before(std::size_t suspension) {
    for (std::size_t at = suspension; at-- > 0;) {
      if (is(code_[at], ";")) return;
      if (is(code_[at], "(") && opens_condition(at)) return;
      if (is(code_[at], "{")) {
        if (is_block(at)) return;
        found_aggregate(suspension);
      } else if (is(code_[at], "}")) {
        const std::size_t open = partners_[at];
        if (open == nowhere || (is_block(open) && !is_lambda_body(open))) return;
        if (!is_block(open)) {
          if (!continues_after(at)) return;
          found_aggregate(suspension);
        }
        at = open;
      } else if (is(code_[at], ")") || is(code_[at], "]")) {
        if (partners_[at] == nowhere) return;
        if (is(code_[at], "]")) check_lambda(partners_[at], suspension);
        if (is(code_[at], ")")) search_inside(partners_[at], suspension);
        at = partners_[at];
      }
    }
  }

  // From a suspension to the end of its statement.
  void search_after(std::size_t suspension) {
    for (std::size_t at = suspension + 1; at < code_.size() && !is(code_[at], ";"); ++at) {
      if (is(code_[at], ")") && partners_[at] != nowhere && opens_condition(partners_[at])) return;
      if (is(code_[at], "}") && partners_[at] != nowhere && is_block(partners_[at])) return;
      at = search_at(at, suspension);
    }
  }

  void search_inside(std::size_t open, std::size_t suspension) {
    for (std::size_t at = open + 1; at < partners_[open]; ++at) at = search_at(at, suspension);
  }

  // What begins at `at`; returns where to go on. The body of a lambda is another coroutine's matter.
  std::size_t search_at(std::size_t at, std::size_t suspension) {
    if (partners_[at] == nowhere || partners_[at] < at) return at;
    if (is(code_[at], "[")) check_lambda(at, suspension);
    if (!is(code_[at], "{")) return at;
    if (!is_lambda_body(at)) found_aggregate(suspension);
    return partners_[at];
  }

  bool opens_condition(std::size_t open) const {
    static constexpr std::array<std::string_view, 4> keywords = {"if", "while", "switch", "for"};
    return open > 0 && std::find(keywords.begin(), keywords.end(), code_[open - 1].text) != keywords.end();
  }

  // Statements stand in a block; in the braces of a value there are none, but for the bodies of lambdas.
  bool is_block(std::size_t open) const {
    for (std::size_t at = open + 1; at < partners_[open] && partners_[open] != nowhere; ++at) {
      if (is(code_[at], ";")) return true;
      if (is(code_[at], "{") && partners_[at] != nowhere && !is_lambda_body(at)) {
        if (is_block(at)) return true;
        at = partners_[at];
      } else if (partners_[at] != nowhere && partners_[at] > at) {
        at = partners_[at];
      }
    }
    return open > 0 && (is(code_[open - 1], ")") || is(code_[open - 1], "else") || is(code_[open - 1], "do"));
  }

  bool is_introducer(std::size_t open) const {
    if (!is(code_[open], "[")) return false;
    if (open == 0) return true;
    const Token& before = code_[open - 1];
    static constexpr std::array<std::string_view, 4> statements = {"return", "co_return", "co_await",
                                                                   "co_yield"};
    if (before.kind == Kind::word)
      return std::find(statements.begin(), statements.end(), before.text) != statements.end();
    const bool attribute = is(before, "[") || is(code_[open + 1], "[");
    return !attribute && before.kind == Kind::symbol && !is(before, ")") && !is(before, "]") &&
           !is(before, "}");
  }

  // Goes back over `-> Type`, specifiers and parameters to see whether an introducer stands there.
  bool is_lambda_body(std::size_t open) const {
    std::size_t at = open;
    while (at-- > 0) {
      if (is(code_[at], "]")) return partners_[at] != nowhere && is_introducer(partners_[at]);
      if (is(code_[at], ")")) {
        if (partners_[at] == nowhere) return false;
        at = partners_[at];
        continue;
      }
      const bool can_follow_parameters = code_[at].kind == Kind::word || is(code_[at], "->") ||
                                         is(code_[at], "::") || is(code_[at], "<") || is(code_[at], ">") ||
                                         is(code_[at], "&") || is(code_[at], "*");
      if (!can_follow_parameters) return false;
    }
    return false;
  }

  // Whether the statement goes on after the brace that closes at `close`.
  bool continues_after(std::size_t close) const {
    static constexpr std::array<std::string_view, 16> tokens = {",", ")", ".", "->", "]", "}", "?", ":",
                                                                "+", "-", "*", "/",  "=", "<", "|", "&"};
    return close + 1 < code_.size() &&
           std::find(tokens.begin(), tokens.end(), code_[close + 1].text) != tokens.end();
  }

  void check_lambda(std::size_t open, std::size_t suspension) {
    if (!is_introducer(open) || is(code_[open + 1], "]")) return;
    find(suspension, "lambda beside co_await",
         "g++ 12 destroys a capturing lambda in an awaiting statement twice; name it in a statement before");
  }

  void found_aggregate(std::size_t suspension) {
    find(suspension, "temporary beside co_await",
         "g++ 12 destroys an aggregate temporary in an awaiting statement twice; name it in a statement "
         "before");
  }

  void find(std::size_t at, std::string_view rule, std::string instead) {
    const bool known = std::any_of(findings_.begin(), findings_.end(), [&](const Finding& finding) {
      return finding.line == code_[at].line && finding.rule == rule;
    });
    if (!known) findings_.push_back({source_.path, code_[at].line, std::string(rule), std::move(instead)});
  }

  const Source& source_;
  std::vector<Token> code_;
  std::vector<std::size_t> partners_;
  Findings findings_;
};

}  // namespace

Findings coroutine_traps(const std::vector<Source>& tree) {
  Findings findings;
  for (const Source& source : tree) {
    if (!source.is_cpp()) continue;
    const Findings more = Traps(source).all();
    findings.insert(findings.end(), more.begin(), more.end());
  }
  return findings;
}

}  // namespace lightcone::tests::tree
