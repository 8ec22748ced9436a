#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/properties.hpp"

namespace {

std::vector<std::string> corpus(const std::string& target) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(LIGHTCONE_SOURCE_DIR) +
                                                               "/tests/fuzz/corpus/" + target))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> texts;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  REQUIRE(texts.size() > 1);
  return texts;
}

}  // namespace

TEST_CASE("fuzz: what was found once stays mended") {
  for (const std::string& text : corpus("json_lines")) lightcone::fuzz::json_lines_read_back(text);
  for (const std::string& text : corpus("edn")) lightcone::fuzz::edn_reads_back(text);
  for (const std::string& text : corpus("check")) lightcone::fuzz::histories_are_judged(text);
}

TEST_CASE("fuzz: truncated and altered files are read or refused, never more") {
  for (const std::string& text : corpus("check")) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      lightcone::fuzz::json_lines_read_back(text.substr(0, at));
      lightcone::fuzz::edn_reads_back(text.substr(0, at));
      std::string altered = text;
      for (const char c : {'"', '{', ']', '9', '\0', '\xFF'}) {
        altered[at] = c;
        lightcone::fuzz::json_lines_read_back(altered);
        lightcone::fuzz::edn_reads_back(altered);
      }
    }
  }
}
