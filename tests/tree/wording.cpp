#include "tests/tree/wording.hpp"

#include <fmt/format.h>

#include <array>
#include <cctype>

namespace lightcone::tests::tree {

namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool begins_word(std::string_view line, std::size_t at) { return at == 0 || !is_word(line[at - 1]); }
bool ends_word(std::string_view line, std::size_t end) { return end >= line.size() || !is_word(line[end]); }

bool has_word(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos; at = line.find(word, at + 1)) {
    if (begins_word(line, at) && ends_word(line, at + word.size())) return true;
  }
  return false;
}

// An absolute path below `folder` ("/home"), not part of a longer path or an address.
bool has_path(std::string_view line, std::string_view folder) {
  for (std::size_t at = line.find(folder); at != std::string_view::npos; at = line.find(folder, at + 1)) {
    const char before = at == 0 ? ' ' : line[at - 1];
    const bool begins = !is_word(before) && before != '.' && before != '/' && before != '}' && before != '-';
    const std::size_t end = at + folder.size();
    if (begins && end < line.size() && line[end] == '/') return true;
  }
  return false;
}

// "#12" after a blank or an opening parenthesis.
bool has_number_of_tracker(std::string_view line) {
  for (std::size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1)) {
    const bool begins = at == 0 || line[at - 1] == ' ' || line[at - 1] == '(';
    std::size_t end = at + 1;
    while (end < line.size() && std::isdigit(static_cast<unsigned char>(line[end])) != 0) ++end;
    if (begins && end > at + 1 && ends_word(line, end)) return true;
  }
  return false;
}

// Written apart, so that this file does not say them.
constexpr std::array<std::string_view, 3> notes = {
    "TO"
    "DO",
    "FIX"
    "ME",
    "XX"
    "X"};
constexpr std::array<std::string_view, 4> origins = {
    "session tran"
    "script",
    "sub"
    "agent",
    "AI assis"
    "tant",
    "Clau"
    "de"};
constexpr std::array<std::string_view, 3> homes = {"/work", "/root", "/home"};

void check_line(const Source& source, std::size_t number, std::string_view line, Findings& findings) {
  for (const std::string_view word : notes) {
    if (!has_word(line, word)) continue;
    findings.push_back({source.path, number, "note for later",
                        fmt::format("'{}': do it now, or say what is not done as a fact", word)});
  }
  for (const std::string_view word : origins) {
    if (!has_word(line, word)) continue;
    findings.push_back(
        {source.path, number, "origin", fmt::format("'{}': a text speaks of its subject only", word)});
  }
  for (const std::string_view folder : homes) {
    if (!has_path(line, folder)) continue;
    findings.push_back({source.path, number, "absolute path",
                        fmt::format("{}/... is one machine's; name it from the root of the tree", folder)});
  }
  const bool may_use_scratch = source.layer() == "tests" || source.layer() == "tools" || source.is_document();
  if (!may_use_scratch && has_path(line, "/tmp")) {
    findings.push_back({source.path, number, "absolute path", "only tests and tools write files"});
  }
}

// Comments of C++ and documents outside their code blocks, line by line.
struct Prose {
  std::size_t line;
  std::string_view text;
};

std::vector<Prose> prose_of(const Source& source) {
  std::vector<Prose> prose;
  for (const Token& token : source.tokens) {
    if (token.kind != Kind::comment) continue;
    std::size_t line = token.line;
    for (const std::string_view text : lines_of(token.text)) prose.push_back({line++, text});
  }
  if (!source.is_document()) return prose;
  bool fenced = false;
  std::size_t line = 0;
  for (const std::string_view text : lines_of(source.text)) {
    ++line;
    if (text.find("```") != std::string_view::npos) fenced = !fenced;
    if (!fenced) prose.push_back({line, text});
  }
  return prose;
}

}  // namespace

Findings wording(const std::vector<Source>& tree) {
  Findings findings;
  for (const Source& source : tree) {
    std::size_t number = 0;
    for (const std::string_view line : lines_of(source.text)) check_line(source, ++number, line, findings);
    for (const Prose& prose : prose_of(source)) {
      if (!has_number_of_tracker(prose.text)) continue;
      findings.push_back({source.path, prose.line, "number of a tracker",
                          "say what it is about; numbers outlive no tracker"});
    }
  }
  return findings;
}

}  // namespace lightcone::tests::tree
