#include "tests/tree/lexer.hpp"

#include <catch2/catch.hpp>

using namespace lightcone::tests::tree;

namespace {
std::vector<std::string> texts(const std::vector<Token>& tokens) {
  std::vector<std::string> out;
  for (const Token& token : tokens) out.push_back(token.text);
  return out;
}
using Texts = std::vector<std::string>;
}  // namespace

TEST_CASE("the lexer keeps code apart from comments, literals and directives") {
  const std::vector<Token> tokens = tokens_of(
      "#include <random>\n"
      "// rand()\n"
      "int a = 1'000; /* x\n y */ char b = '\"'; auto c = u8R\"x(\")\" rand)x\"; std::size_t d{1e-3};\n");
  CHECK(texts(code_of(tokens)) == Texts{"int", "a",    "=",  "1'000",  ";", "char", "b",
                                        "=",   "'\"'", ";",  "auto",   "c", "=",    "u8R\"x(\")\" rand)x\"",
                                        ";",   "std",  "::", "size_t", "d", "{",    "1e-3",
                                        "}",   ";"});
  CHECK(tokens[0].kind == Kind::directive);
  CHECK(tokens[1].kind == Kind::header);
  CHECK(tokens[1].text == "<random>");
  CHECK(tokens[2].kind == Kind::comment);
}

TEST_CASE("the lexer counts lines through comments, raw strings and continued lines") {
  const std::vector<Token> tokens = tokens_of("/*\n*/ a\nR\"(\n\n)\" b\n#define X \\\n  y\nc // d \\\n e\nf");
  const auto line = [&](std::string_view text) -> std::size_t {
    for (const Token& token : tokens) {
      if (token.text == text) return token.line;
    }
    return 0;
  };
  CHECK(line("a") == 2);
  CHECK(line("b") == 5);
  CHECK(line("y") == 7);
  CHECK(line("c") == 8);
  CHECK(line("e") == 0);
  CHECK(line("f") == 10);
  CHECK(texts(code_of(tokens)) == Texts{"a", "R\"(\n\n)\"", "b", "c", "f"});
}

TEST_CASE("the lexer survives text that ends too early") {
  for (const std::string_view text :
       {"\"", "'", "/*", "R\"(", "R\"", "#", "#include", "#include <", "\\", "1e", "u8\"\\"}) {
    CHECK(texts(tokens_of(text)).size() <= 2);
  }
}

TEST_CASE("brackets find their partners") {
  const std::vector<std::size_t> partners = partners_of(tokens_of("f({[x]}, y)"));
  CHECK(partners == std::vector<std::size_t>{nowhere, 9, 6, 5, nowhere, 3, 2, nowhere, nowhere, 1});
}
