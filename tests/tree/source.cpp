#include "tests/tree/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace lightcone::tests::tree {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 11> folders = {
    ".ci", "bench", "cmake", "docs", "faults", "models", "sim", "scenarios", "reports", "tests", "tools"};

bool is_looked_at(const Source& source) {
  if (source.is_cpp() || source.is_cmake()) return true;
  if (source.layer() == "tests") return false;
  const bool script = source.path.find('.', 1) == std::string::npos &&
                      (source.path.starts_with("tools/") || source.path.starts_with(".ci/"));
  return source.is_document() || source.is_scenario() || script;
}

std::string content_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

Source make_source(std::string path, std::string text) {
  Source source{std::move(path), std::move(text), {}};
  if (source.is_cpp()) source.tokens = tokens_of(source.text);
  return source;
}

std::vector<Source> read_tree(const std::string& root) {
  std::vector<Source> tree;
  const auto add = [&](const fs::directory_entry& entry) {
    if (!entry.is_regular_file()) return;
    const Source nameless{entry.path().lexically_relative(root).generic_string(), {}, {}};
    if (is_looked_at(nameless)) tree.push_back(make_source(nameless.path, content_of(entry.path())));
  };
  for (const fs::directory_entry& entry : fs::directory_iterator(root)) add(entry);
  for (const std::string_view folder : folders) {
    const fs::path path = fs::path(root) / folder;
    if (!fs::exists(path)) continue;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(path)) add(entry);
  }
  std::sort(tree.begin(), tree.end(), [](const Source& a, const Source& b) { return a.path < b.path; });
  return tree;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string report(const Findings& findings) {
  std::string out;
  for (const Finding& finding : findings) {
    fmt::format_to(std::back_inserter(out), "{}:{}: [{}] {}\n", finding.file, finding.line, finding.rule,
                   finding.instead);
  }
  return out;
}

}  // namespace lightcone::tests::tree
