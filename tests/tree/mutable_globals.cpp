#include "tests/tree/mutable_globals.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <span>

namespace lightcone::tests::tree {

namespace {

using Tokens = std::span<const Token>;

bool is_one_of(const Token& token, std::span<const std::string_view> names) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) { return is(token, name); });
}

// The tokens outside angle brackets, up to the initializer.
std::vector<Token> declarator_of(Tokens declaration) {
  std::vector<Token> outer;
  int depth = 0;
  for (const Token& token : declaration) {
    if (depth == 0 && (is(token, "=") || is(token, "{") || is(token, ";"))) break;
    if (is(token, ">")) --depth;
    if (depth == 0 && !is(token, ">")) outer.push_back(token);
    if (is(token, "<")) ++depth;
  }
  return outer;
}

bool declares_mutable_variable(Tokens declaration) {
  static constexpr std::array<std::string_view, 14> others = {
      "namespace", "using",  "typedef",       "template", "struct", "class",    "enum",
      "union",     "friend", "static_assert", "concept",  "extern", "operator", "requires"};
  const std::vector<Token> declarator = declarator_of(declaration);
  if (declarator.size() < 2) return false;
  bool constant = false;  // what the name stands for, not what it points to
  for (const Token& token : declarator) {
    if (is_one_of(token, others) || is(token, "(") || is(token, "constexpr")) return false;
    if (is(token, "const")) constant = true;
    if (is(token, "*")) constant = false;
  }
  return !constant;
}

class Globals {
 public:
  explicit Globals(const Source& source)
      : source_(source), code_(code_of(source.tokens)), partners_(partners_of(code_)) {}

  Findings all() {
    scan_namespace(0, code_.size());
    scan_keywords();
    Findings findings;
    for (const std::size_t line : lines_) {
      findings.push_back(
          {source_.path, line, "mutable global",
           "runs must not share state, nor outlive themselves in it; make it constexpr or const, or a "
           "member of what owns the run"});
    }
    return findings;
  }

 private:
  bool opens(std::size_t at) const { return partners_[at] != nowhere && partners_[at] > at; }

  Tokens between(std::size_t begin, std::size_t end) const {
    return Tokens(code_).subspan(begin, end - begin);
  }

  // The end of the declaration that begins at `begin`: past its semicolon or its closing brace.
  std::size_t end_of_declaration(std::size_t begin, std::size_t end) const {
    for (std::size_t at = begin; at < end; ++at) {
      if (is(code_[at], ";")) return at + 1;
      if (!opens(at)) continue;
      const bool brace = is(code_[at], "{");
      at = partners_[at];
      if (brace && (at + 1 >= end || !(is(code_[at + 1], ";") || is(code_[at + 1], ",")))) return at + 1;
    }
    return end;
  }

  void scan_namespace(std::size_t begin, std::size_t end) {
    while (begin < end) {
      const std::size_t brace = namespace_brace(begin, end);
      if (brace != nowhere) {
        scan_namespace(brace + 1, partners_[brace]);
        begin = partners_[brace] + 1;
        continue;
      }
      const std::size_t next = end_of_declaration(begin, end);
      if (declares_mutable_variable(between(begin, next))) lines_.insert(code_[begin].line);
      begin = next;
    }
  }

  // The brace that opens the namespace (or extern "C" block) that begins at `begin`, if one does.
  std::size_t namespace_brace(std::size_t begin, std::size_t end) const {
    std::size_t at = begin;
    if (is(code_[at], "inline") && at + 1 < end) ++at;
    const bool block = is(code_[at], "namespace") ||
                       (is(code_[at], "extern") && at + 1 < end && code_[at + 1].kind == Kind::literal);
    if (!block) return nowhere;
    while (at < end && !is(code_[at], "{") && !is(code_[at], ";") && !is(code_[at], "(")) ++at;
    return at < end && is(code_[at], "{") && opens(at) ? at : nowhere;
  }

  // Static members and variables of functions.
  void scan_keywords() {
    for (std::size_t at = 0; at < code_.size(); ++at) {
      if (!is(code_[at], "static") && !is(code_[at], "thread_local")) continue;
      std::size_t begin = at;
      while (begin > 0 && code_[begin - 1].kind == Kind::word) --begin;
      if (declares_mutable_variable(between(begin, end_of_declaration(at, code_.size()))))
        lines_.insert(code_[at].line);
    }
  }

  const Source& source_;
  std::vector<Token> code_;
  std::vector<std::size_t> partners_;
  std::set<std::size_t> lines_;
};

}  // namespace

Findings mutable_globals(const std::vector<Source>& tree) {
  static constexpr std::array<std::string_view, 5> layers = {"sim", "models", "faults", "scenarios",
                                                             "reports"};
  Findings findings;
  for (const Source& source : tree) {
    if (!source.is_cpp() || std::find(layers.begin(), layers.end(), source.layer()) == layers.end()) continue;
    const Findings more = Globals(source).all();
    findings.insert(findings.end(), more.begin(), more.end());
  }
  return findings;
}

}  // namespace lightcone::tests::tree
