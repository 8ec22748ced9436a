// The files of a hunt: results that can be taken up again and put together, and the cases that are kept.
#include "tools/hunt/results.hpp"

#include <catch2/catch.hpp>

#include "tests/scratch_folder.hpp"
#include "tests/shipped_scenarios.hpp"
#include "tools/hunt/hunter.hpp"
#include "tools/hunt/regressions.hpp"

namespace lightcone::tests {

namespace hunt = tools::hunt;
namespace fs = std::filesystem;
using Catch::Contains;

namespace {

hunt::Trial trial(std::uint64_t seed) {
  hunt::Trial trial;
  trial.seed = seed;
  trial.fingerprint = seed * 0x9E3779B97F4A7C15ULL;
  trial.events = 10 * seed;
  trial.simulated = std::chrono::seconds(30);
  trial.faults_in_effect = 2;
  trial.claims_judged = 9;
  trial.features = {seed % 3, 100 + seed};
  if (seed % 2 == 0) {
    hunt::Failure failure;
    failure.signature = {"P18.7", "stale-read", "get+put"};
    failure.size = {seed, 5, 6};
    failure.seed = seed;
    failure.summary = "a \"read\" of\nyesterday";
    failure.frozen.title = "frozen";
    failure.frozen.system.model = "raft";
    failure.frozen.seed = seed;
    trial.failures.push_back(std::move(failure));
  }
  return trial;
}

hunt::Header header() {
  hunt::Header header;
  header.scenario = "a.json";
  header.content = 0xFEDCBA9876543210ULL;
  header.strategy = "uniform";
  header.bugs = {"raft.no-sessions"};
  header.first_seed = 1;
  header.last_seed = 6;
  return header;
}

void write_trials(const std::string& path, std::uint64_t first, std::uint64_t last) {
  hunt::ResultsFile file;
  std::vector<hunt::Trial> earlier;
  REQUIRE_FALSE(file.open(path, header(), earlier));
  for (std::uint64_t seed = first; seed <= last; ++seed) file.add(trial(seed), true);
  REQUIRE_FALSE(file.finish());
}

}  // namespace

TEST_CASE("results: a trial is read as it was written") {
  const ScratchFolder scratch("hunt_results_read");
  write_trials(scratch("r.jsonl"), 1, 4);
  hunt::Results results;
  REQUIRE_FALSE(hunt::read_results(scratch("r.jsonl"), results));
  CHECK(results.header.is_of_same_hunt(header()));
  REQUIRE(results.trials.size() == 4);
  const hunt::Trial& second = results.trials[1];
  CHECK(second.seed == 2);
  CHECK(second.fingerprint == trial(2).fingerprint);
  CHECK(second.simulated == trial(2).simulated);
  REQUIRE(second.failures.size() == 1);
  CHECK(second.failures[0].signature == trial(2).failures[0].signature);
  CHECK(second.failures[0].size == trial(2).failures[0].size);
  CHECK(second.failures[0].summary == trial(2).failures[0].summary);
  CHECK(second.failures[0].frozen.title == "frozen");
  // Features stand where they were new.
  CHECK(results.trials[3].features == std::vector<std::uint64_t>{104});
}

TEST_CASE("results: a torn last line is dropped, nothing else is, and the hunt goes on behind it") {
  const ScratchFolder scratch("hunt_results_torn");
  const std::string path = scratch("r.jsonl");
  write_trials(path, 1, 4);
  const std::string whole = read_file(path);
  const std::size_t last_line = whole.rfind('\n', whole.size() - 2) + 1;
  for (const std::size_t length : {last_line, last_line + 1, whole.size() - 1}) {
    std::ofstream(path, std::ios::binary) << whole.substr(0, length);
    hunt::ResultsFile file;
    std::vector<hunt::Trial> earlier;
    REQUIRE_FALSE(file.open(path, header(), earlier));
    CHECK(earlier.size() == 3);
    file.add(trial(4), true);
    REQUIRE_FALSE(file.finish());
    CHECK(read_file(path) == whole);
  }
}

TEST_CASE("results: files that are no results, or those of another hunt, are refused") {
  const ScratchFolder scratch("hunt_results_wrong");
  const std::string path = scratch("r.jsonl");
  write_trials(path, 1, 2);
  hunt::Header other = header();
  other.bugs.clear();
  hunt::ResultsFile file;
  std::vector<hunt::Trial> earlier;
  CHECK_THAT(file.open(path, other, earlier).value_or(""), Contains("another hunt"));
  hunt::Results results;
  std::ofstream(scratch("text")) << "hello\n";
  CHECK_THAT(hunt::read_results(scratch("text"), results).value_or(""), Contains(":1: no line of a hunt"));
  std::ofstream(scratch("bad")) << read_file(path) << "{\"seed\": 3}\n";
  CHECK_THAT(hunt::read_results(scratch("bad"), results).value_or(""), Contains(":4: no line of a hunt"));
  std::ofstream(scratch("empty")) << "";
  CHECK_THAT(hunt::read_results(scratch("empty"), results).value_or(""), Contains("no whole line"));
  CHECK(hunt::read_results(scratch("none"), results));
}

TEST_CASE("regressions: the shortest case is kept, under a name that says what it is") {
  const ScratchFolder scratch("hunt_regressions");
  const hunt::Regressions regressions(scratch("random faults.json"), "");
  CHECK(regressions.folder() == scratch("regressions"));
  CHECK(regressions.cases().empty());
  hunt::Failure failure = trial(2).failures.front();
  failure.frozen.system.bugs = {"raft.no-sessions"};
  const sim::ScriptedOperation get{1, {}, "get", 0, 0};
  failure.frozen.workload.script.emplace(10, get);
  std::string path;
  REQUIRE_FALSE(regressions.keep(failure, path));
  CHECK(path == scratch("regressions/random faults--raft.no-sessions--P18.7-stale-read-get-put.json"));
  CHECK(regressions.cases() == std::vector<std::string>{path});
  failure.frozen.title = "longer";
  failure.frozen.workload.script.emplace(11, get);
  REQUIRE_FALSE(regressions.keep(failure, path));
  CHECK_THAT(read_file(path), Contains("frozen"));
  failure.frozen.title = "shorter";
  failure.frozen.workload.script.emplace(3, get);
  REQUIRE_FALSE(regressions.keep(failure, path));
  CHECK_THAT(read_file(path), Contains("shorter"));
}

}  // namespace lightcone::tests
