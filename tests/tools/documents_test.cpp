// What the documents show of the program is what it prints. A block in a document that begins with
// "$ tools/lightcone ..." is that command and its output; the catalogue in the README is what `list` prints.
//
// LIGHTCONE_UPDATE_GOLDEN=1 writes the outputs into the documents.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>

#include "tests/tools/program.hpp"

namespace lightcone::tests {

namespace {

std::string read_document(const std::string& name) {
  std::ifstream in(std::string(LIGHTCONE_SOURCE_DIR) + "/" + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

// How long a run took is different every time.
std::string without_times(const std::string& text) {
  return std::regex_replace(text, std::regex(R"(events in [0-9.e+]+ (us|ms|s))"), "events in some time");
}

// The text with every shown output replaced by what the program prints now.
std::string refreshed(const std::string& text) {
  const std::string fence = "```\n$ tools/lightcone ";
  std::string out;
  std::size_t at = 0;
  for (std::size_t block = text.find(fence); block != std::string::npos; block = text.find(fence, at)) {
    const std::size_t command = block + fence.size();
    const std::size_t line_end = text.find('\n', command);
    const std::size_t close = text.find("```", line_end);
    REQUIRE(close != std::string::npos);
    out += text.substr(at, line_end + 1 - at);
    out += run_program(text.substr(command, line_end - command)).output;
    at = close;
  }
  return out + text.substr(at);
}

// The same for the catalogue.
std::string with_catalogue(const std::string& text) {
  const std::string begin = "<!-- catalogue: made by `tools/lightcone list`, checked by a test -->\n";
  const std::string end = "<!-- end of catalogue -->";
  const std::size_t from = text.find(begin);
  const std::size_t to = text.find(end);
  REQUIRE(from != std::string::npos);
  REQUIRE(to != std::string::npos);
  return text.substr(0, from) + begin + "```\n" + run_program("list").output + "```\n" + text.substr(to);
}

}  // namespace

TEST_CASE("the outputs in README.md are what the program prints") {
  const std::string text = read_document("README.md");
  const std::string now = with_catalogue(refreshed(text));
  if (std::getenv("LIGHTCONE_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(std::string(LIGHTCONE_SOURCE_DIR) + "/README.md") << now;
  }
  CHECK(without_times(now) == without_times(read_document("README.md")));
}

TEST_CASE("scenarios/schema.json is what the program prints") {
  const std::string now = run_program("schema").output;
  if (std::getenv("LIGHTCONE_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(std::string(LIGHTCONE_SOURCE_DIR) + "/scenarios/schema.json") << now;
  }
  CHECK(now == read_document("scenarios/schema.json"));
}

TEST_CASE("every verb explains itself, and the README names only verbs that exist") {
  const Ran help = run_program("--help");
  CHECK(help.exit_code == 0);
  const std::string text = read_document("README.md");
  const std::regex verb("tools/lightcone ([a-z]+)");
  for (auto match = std::sregex_iterator(text.begin(), text.end(), verb); match != std::sregex_iterator();
       ++match) {
    INFO((*match)[1]);
    CHECK(run_program((*match)[1].str() + " --help").exit_code == 0);
  }
}

}  // namespace lightcone::tests
