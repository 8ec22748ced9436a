#include "tests/tree/lexer.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <utility>

namespace lightcone::tests::tree {

namespace {

bool is_blank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Token> all() {
    while (at_ < text_.size()) step();
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool follows(std::string_view expected) const { return text_.substr(at_).starts_with(expected); }

  // The token from here to `end`, a position in the text.
  void take(Kind kind, std::size_t end) {
    end = std::min(end, text_.size());
    const std::string_view taken = text_.substr(at_, end - at_);
    tokens_.push_back({kind, std::string(taken), line_, in_directive_});
    line_ += static_cast<std::size_t>(std::count(taken.begin(), taken.end(), '\n'));
    at_ = end;
  }

  void step() {
    const char c = peek();
    if (c == '\\' && peek(1) == '\n') {
      ++line_;
      at_ += 2;
    } else if (c == '\n') {
      ++line_;
      ++at_;
      in_directive_ = false;
    } else if (is_blank(c)) {
      ++at_;
    } else if (follows("//")) {
      take(Kind::comment, end_of_line());
    } else if (follows("/*")) {
      const std::size_t close = text_.find("*/", at_ + 2);
      take(Kind::comment, close == std::string_view::npos ? close : close + 2);
    } else if (c == '#' && !in_directive_) {
      directive();
    } else if (const std::size_t quote = quote_after_prefix(); quote != nowhere) {
      literal(quote);
    } else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
      take(Kind::number, end_of_number());
    } else if (is_word(c)) {
      std::size_t end = at_;
      while (end < text_.size() && is_word(text_[end])) ++end;
      take(Kind::word, end);
    } else {
      take(Kind::symbol, at_ + (follows("::") || follows("->") ? 2 : 1));
    }
  }

  // Where the line ends, lines that a backslash continues included.
  std::size_t end_of_line() const {
    std::size_t end = text_.find('\n', at_);
    while (end != std::string_view::npos && end > at_ && text_[end - 1] == '\\')
      end = text_.find('\n', end + 1);
    return std::min(end, text_.size());
  }

  std::size_t end_of_number() const {
    std::size_t end = at_;
    while (end < text_.size()) {
      const char c = text_[end];
      const bool sign_of_exponent = (c == '+' || c == '-') && end > at_ &&
                                    std::string_view("eEpP").find(text_[end - 1]) != std::string_view::npos;
      if (!is_word(c) && c != '.' && c != '\'' && !sign_of_exponent) break;
      ++end;
    }
    return end;
  }

  void directive() {
    in_directive_ = true;
    ++at_;
    while (peek() == ' ') ++at_;
    std::size_t end = at_;
    while (end < text_.size() && is_word(text_[end])) ++end;
    take(Kind::directive, end);
    if (tokens_.back().text != "include") return;
    while (peek() == ' ') ++at_;
    const char close = peek() == '<' ? '>' : '"';
    const std::size_t found = text_.find(close, at_ + 1);
    take(Kind::header, found == std::string_view::npos ? end_of_line() : found + 1);
  }

  // The position of the quote if a literal begins here, prefix (u8R" and the like) or not.
  std::size_t quote_after_prefix() const {
    static constexpr std::array<std::string_view, 10> prefixes = {"",   "R",  "L",  "u",  "U",
                                                                  "u8", "LR", "uR", "UR", "u8R"};
    for (const std::string_view prefix : prefixes) {
      const char quote = peek(prefix.size());
      if (follows(prefix) && (quote == '"' || (quote == '\'' && !prefix.ends_with('R'))))
        return at_ + prefix.size();
    }
    return nowhere;
  }

  void literal(std::size_t quote) {
    if (quote > at_ && text_[quote - 1] == 'R') {
      const std::size_t open = text_.find('(', quote);
      const std::string close = ")" + std::string(text_.substr(quote + 1, open - quote - 1)) + "\"";
      const std::size_t found = text_.find(close, open);
      take(Kind::literal, found == std::string_view::npos ? found : found + close.size());
      return;
    }
    std::size_t end = quote + 1;
    while (end < text_.size() && text_[end] != text_[quote]) end += text_[end] == '\\' ? 2U : 1U;
    take(Kind::literal, end + 1);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  bool in_directive_ = false;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokens_of(std::string_view text) { return Lexer(text).all(); }

std::vector<Token> code_of(const std::vector<Token>& tokens) {
  std::vector<Token> code;
  std::copy_if(tokens.begin(), tokens.end(), std::back_inserter(code),
               [](const Token& token) { return token.kind != Kind::comment && !token.in_directive; });
  return code;
}

std::vector<std::size_t> partners_of(const std::vector<Token>& code) {
  std::vector<std::size_t> partners(code.size(), nowhere);
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (code[i].kind != Kind::symbol) continue;
    const char c = code[i].text.front();
    if (c == '(' || c == '[' || c == '{') open.push_back(i);
    if ((c == ')' || c == ']' || c == '}') && !open.empty()) {
      partners[i] = open.back();
      partners[open.back()] = i;
      open.pop_back();
    }
  }
  return partners;
}

}  // namespace lightcone::tests::tree
