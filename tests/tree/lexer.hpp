// C++ source text as tokens, as far as the house rules need it: comments, literals and directives are
// told apart from code; nothing is preprocessed. Well-formed C++ is assumed (the compiler has seen it).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lightcone::tests::tree {

enum class Kind : std::uint8_t {
  word,       // identifier or keyword
  number,     // with its suffix and separators
  symbol,     // `::` and `->` whole, everything else one character
  literal,    // string or character, with quotes
  comment,    // with its marks
  directive,  // the name after `#`: include, pragma, define, ...
  header,     // what an include names, with "" or <>
};

struct Token {
  Kind kind;
  std::string text;
  std::size_t line;   // from 1; where the token begins
  bool in_directive;  // between `#` and the end of its logical line
};

std::vector<Token> tokens_of(std::string_view text);

// Only what the compiler compiles: without comments and directives.
std::vector<Token> code_of(const std::vector<Token>& tokens);

inline bool is(const Token& token, std::string_view text) {
  return (token.kind == Kind::word || token.kind == Kind::symbol) && token.text == text;
}

inline constexpr std::size_t nowhere = SIZE_MAX;

// For each token of `code` that is a bracket, the position of its partner; `nowhere` for all others.
// Angle brackets are not brackets here.
std::vector<std::size_t> partners_of(const std::vector<Token>& code);

}  // namespace lightcone::tests::tree
