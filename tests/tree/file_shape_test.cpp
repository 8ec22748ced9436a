#include "tests/tree/file_shape.hpp"

#include <catch2/catch.hpp>

using namespace lightcone::tests::tree;

namespace {

std::vector<Source> only(const std::string& path, const std::string& text) {
  std::vector<Source> tree;
  tree.push_back(make_source(path, text));
  return tree;
}

std::string lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "x\n";
  return text;
}

}  // namespace

TEST_CASE("a file longer than a concept is found") {
  CHECK(file_lengths(only("sim/a.cpp", lines(longest_file))).empty());
  CHECK(file_lengths(only("sim/a.cpp", lines(longest_file + 1))).size() == 1);
  CHECK(file_lengths(only("tools/check", lines(longest_file + 1))).size() == 1);
  CHECK(file_lengths(only("ARCHITECTURE.md", lines(longest_file + 1))).empty());
}

TEST_CASE("tabs, trailing blanks and bad ends are found at their line") {
  CHECK(blanks(only("sim/a.cpp", "a\nb c\n")).empty());
  CHECK(blanks(only("sim/a.cpp", "")).empty());
  for (const char* text : {"a\nb \n", "a\n\tb\n", "a\nb\r\n", "a\nb", "a\n\n"}) {
    const Findings findings = blanks(only("README.md", text));
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].line == 2);
  }
}

TEST_CASE("a header without an opening comment or without its guard is found") {
  CHECK(header_openings(only("sim/a.hpp", "// What a is.\n#pragma once\nint a();\n")).empty());
  CHECK(header_openings(only("sim/a.hpp", "#pragma once\n// What a is.\n")).size() == 1);
  CHECK(header_openings(only("sim/a.hpp", "// What a is. #pragma once\nint a();\n")).size() == 1);
  CHECK(header_openings(only("sim/a.hpp", "")).size() == 2);
  CHECK(header_openings(only("sim/a.cpp", "int a;\n")).empty());
}

TEST_CASE("a test whose name holds a semicolon is found") {
  const std::string macro = "TEST_CASE";
  CHECK(test_names(only("tests/a.cpp", macro + "(\"one, and two\") { f(); }\n")).empty());
  CHECK(test_names(only("tests/a.cpp", macro + "(\"one; two\") {\n")).size() == 1);
}
