// A file of the tree as the house rules see it, and what a rule says of it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tests/tree/lexer.hpp"

namespace lightcone::tests::tree {

// One breach of a house rule.
struct Finding {
  std::string file;     // from the root of the tree
  std::size_t line;     // from 1; 0 when the file as a whole is meant, or is missing
  std::string rule;     // its short name, by which exceptions refer to it
  std::string instead;  // why, and what to do about it
};

using Findings = std::vector<Finding>;

struct Source {
  std::string path;  // from the root of the tree, with '/'
  std::string text;
  std::vector<Token> tokens;  // of C++ files only

  bool is_cpp() const { return is_header() || path.ends_with(".cpp"); }
  bool is_header() const { return path.ends_with(".hpp"); }
  bool is_document() const { return path.ends_with(".md"); }
  bool is_scenario() const { return path.ends_with(".json"); }
  bool is_cmake() const { return path.ends_with("CMakeLists.txt") || path.ends_with(".cmake"); }

  std::string_view layer() const { return std::string_view(path).substr(0, path.find('/')); }
};

Source make_source(std::string path, std::string text);

// Everything the rules look at, in the order of the paths: C++, CMake files, documents and scenarios, and the
// scripts in tools/ and .ci/. Recorded test material (tests/**) other than C++ and CMake is left out.
std::vector<Source> read_tree(const std::string& root);

// Lines without their ends, in order.
std::vector<std::string_view> lines_of(std::string_view text);

// A line for each finding, as compilers write them, so that editors can jump to it.
std::string report(const Findings& findings);

}  // namespace lightcone::tests::tree
