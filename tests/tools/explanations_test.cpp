// Ten explanations as a newcomer reads them, word for word. They say what the program found out by running:
// whoever changes a model, a judge or the words looks at them again.
//
// LIGHTCONE_UPDATE_GOLDEN=1 writes them anew.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include "tests/tools/program.hpp"

namespace lightcone::tests {

namespace {

namespace fs = std::filesystem;

const fs::path folder = fs::path(LIGHTCONE_SOURCE_DIR) / "tests/tools/explanations";

std::string read_golden(const std::string& name) {
  std::ifstream in(folder / (name + ".txt"));
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("explain: ten anomalies, in words that follow from the run") {
  for (const std::string name :
       {"raft/forgotten-vote", "raft/stale-leader-read", "raft/acknowledged-before-fsync", "raft/figure-8",
        "raft/retry-without-session", "raft/lease-fast-clocks", "raft/wiped-member",
        "raft/local-read-goes-back", "lock/paused-holder", "lock/dead-waiter"}) {
    INFO(name);
    const Ran ran = run_program("explain scenarios/" + name + ".json --others 20");
    CHECK(ran.exit_code == 0);
    const fs::path file = folder / (name + ".txt");
    if (std::getenv("LIGHTCONE_UPDATE_GOLDEN") != nullptr) {
      fs::create_directories(file.parent_path());
      std::ofstream(file) << ran.output;
    }
    CHECK(ran.output == read_golden(name));
    CHECK_THAT(ran.output, Catch::Contains("What if\n   - as it was: the claim is broken with this seed"));
    // The safeguard, of all that it says, has to help.
    const std::string folded = std::regex_replace(ran.output, std::regex("\\s+"), " ");
    const std::size_t safeguard = folded.find("with the safeguard on: ");
    REQUIRE(safeguard != std::string::npos);
    CHECK_THAT(folded.substr(safeguard), Catch::Contains("the claim holds with this seed"));
  }
}

}  // namespace lightcone::tests
