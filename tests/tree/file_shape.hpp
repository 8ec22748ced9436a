// The outside of files: their length, blanks and ends, and how a header begins.
#pragma once

#include <cstddef>

#include "tests/tree/source.hpp"

namespace lightcone::tests::tree {

// A file is one concept; what is longer holds two. Of C++, scripts and CMake files.
inline constexpr std::size_t longest_file = 500;

Findings file_lengths(const std::vector<Source>& tree);

// Tabs, blanks at the end of a line, carriage returns, and files that do not end with one newline.
Findings blanks(const std::vector<Source>& tree);

// A header opens with a comment that says what it is, and is included once.
Findings header_openings(const std::vector<Source>& tree);

// A test whose name holds a semicolon would never be run by ctest.
Findings test_names(const std::vector<Source>& tree);

}  // namespace lightcone::tests::tree
