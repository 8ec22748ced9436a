#include "tests/tree/file_shape.hpp"

#include <fmt/format.h>

namespace lightcone::tests::tree {

namespace {

bool is_guarded(const std::vector<Token>& tokens) {
  for (std::size_t at = 0; at + 1 < tokens.size(); ++at) {
    if (tokens[at].kind == Kind::directive && tokens[at].text == "pragma" && tokens[at + 1].text == "once")
      return true;
  }
  return false;
}

}  // namespace

Findings file_lengths(const std::vector<Source>& tree) {
  Findings findings;
  for (const Source& source : tree) {
    const std::size_t length = lines_of(source.text).size();
    if (source.is_document() || source.is_scenario() || length <= longest_file) continue;
    findings.push_back(
        {source.path, longest_file + 1, "file length",
         fmt::format("{} lines, at most {}; split it where its concepts part", length, longest_file)});
  }
  return findings;
}

Findings blanks(const std::vector<Source>& tree) {
  Findings findings;
  for (const Source& source : tree) {
    std::size_t number = 0;
    for (const std::string_view line : lines_of(source.text)) {
      ++number;
      if (line.find('\t') != std::string_view::npos)
        findings.push_back({source.path, number, "tab", "indent with two blanks"});
      if (line.ends_with(' ') || line.ends_with('\r')) {
        findings.push_back({source.path, number, "trailing blank", "end the line where its text ends"});
      }
    }
    const bool ends_well =
        source.text.empty() || (source.text.ends_with('\n') && !source.text.ends_with("\n\n"));
    if (!ends_well) findings.push_back({source.path, number, "end of file", "end the file with one newline"});
  }
  return findings;
}

Findings header_openings(const std::vector<Source>& tree) {
  Findings findings;
  for (const Source& source : tree) {
    if (!source.is_header()) continue;
    if (!is_guarded(source.tokens))
      findings.push_back({source.path, 1, "#pragma once", "is missing; every header has it"});
    if (source.tokens.empty() || source.tokens.front().kind != Kind::comment) {
      findings.push_back(
          {source.path, 1, "opening comment", "open the header with what it is, in a sentence or two"});
    }
  }
  return findings;
}

Findings test_names(const std::vector<Source>& tree) {
  constexpr std::string_view opening = "TEST_CASE(\"";
  Findings findings;
  for (const Source& source : tree) {
    std::size_t number = 0;
    for (const std::string_view line : lines_of(source.text)) {
      ++number;
      const std::size_t end = line.find("\")");
      if (!line.starts_with(opening) || line.substr(0, end).find(';') == std::string_view::npos) continue;
      findings.push_back(
          {source.path, number, "test name", "ctest splits names at ';' and runs neither half"});
    }
  }
  return findings;
}

}  // namespace lightcone::tests::tree
