// hunt, shrink, explain and compare from outside: exit codes, files, and what they say when something is
// wrong.
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/scratch_folder.hpp"
#include "tests/tools/program.hpp"

namespace lightcone::tests {

namespace {

namespace fs = std::filesystem;
using Catch::Contains;

std::vector<nlohmann::json> lines_of(const std::string& text) {
  std::vector<nlohmann::json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

const std::string broken =
    "scenarios/raft/random-faults.json --bug raft.no-sessions --set length=10s --set calm=4s ";

}  // namespace

TEST_CASE("hunt, shrink, explain: from a search to a story") {
  const ScratchFolder folder("search_story");
  const Ran hunted = run_program("hunt " + broken + "--seeds 1..40 --json --regressions " + folder("kept"));
  CHECK(hunted.exit_code == 1);
  const auto lines = lines_of(hunted.output);
  REQUIRE(lines.size() >= 2);
  CHECK(lines.back()["seeds"] == 40);
  CHECK(lines.back()["failures"] == lines.size() - 1);
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    const std::string file = lines[i]["frozen"];
    CHECK(run_program("run --quiet " + file).exit_code == 0);  // as it expects
  }
  const std::string frozen = lines.front()["frozen"];
  const Ran cut = run_program("shrink --json -o " + folder("small.json") + " " + frozen);
  CHECK(cut.exit_code == 0);
  const nlohmann::json said = nlohmann::json::parse(cut.output);
  CHECK(said["minimal"] == true);
  CHECK(said["after"]["faults"] <= 3);
  CHECK(said["after"]["operations"] <= 6);
  CHECK(said["before"]["operations"] > 100);
  CHECK(run_program("run --quiet " + folder("small.json")).exit_code == 0);
  const Ran told = run_program("explain --others 10 " + folder("small.json"));
  CHECK(told.exit_code == 0);
  CHECK_THAT(told.output, Contains("How it came about"));
  CHECK_THAT(told.output, Contains("(raft.no-sessions)"));

  // The next hunt begins with what was kept.
  const Ran again = run_program("hunt " + broken + "--seeds 1..2 --regressions " + folder("kept"));
  CHECK_THAT(again.output, Contains(frozen + ": still fails"));
}

TEST_CASE("hunt: parts put together are the whole, whatever was torn") {
  const ScratchFolder folder("search_parts");
  const std::string hunt = "hunt " + broken + "--seeds 1..12 --keep-nothing --json ";
  const Ran whole = run_program(hunt);
  for (const char* part : {"1", "2"}) {
    run_program(hunt + "--shard " + part + "/2 --results " + folder(std::string(part) + ".jsonl"));
  }
  fs::resize_file(folder("2.jsonl"), fs::file_size(folder("2.jsonl")) - 30);
  const Ran early = run_program("hunt merge --keep-nothing " + folder("1.jsonl") + " " + folder("2.jsonl"));
  CHECK_THAT(early.output, Contains("1 of 12 seeds are missing"));
  run_program(hunt + "--shard 2/2 --results " + folder("2.jsonl"));
  const Ran merged =
      run_program("hunt merge --keep-nothing --json " + folder("1.jsonl") + " " + folder("2.jsonl"));
  CHECK(merged.exit_code == 1);
  const auto left = lines_of(whole.output).back();
  const auto right = lines_of(merged.output).back();
  for (const char* field : {"seeds", "digest", "failing", "failures", "features", "events"}) {
    CHECK(left[field] == right[field]);
  }
  CHECK_THAT(run_program("hunt merge scenarios/raft/figure-8.json").output, Contains("no line of a hunt"));
  CHECK(run_program("hunt merge").exit_code == 64);
  CHECK_THAT(run_program(hunt + "--shard 1/2 --set length=11s --results " + folder("1.jsonl")).output,
             Contains("the results of another hunt"));
}

TEST_CASE("hunt: nothing found ends with 0 and writes nothing, and --all compares the safeguards") {
  const ScratchFolder folder("search_nothing");
  const Ran held =
      run_program("hunt scenarios/raft/random-faults.json --seeds 1..5 --regressions " + folder("kept"));
  CHECK(held.exit_code == 0);
  CHECK_THAT(held.output, Contains("No claim was violated."));
  CHECK(folder.files() == 0);
  const Ran all = run_program("hunt scenarios/lock/random-faults.json --all --seeds 1..3 --keep-nothing");
  CHECK(all.exit_code == 1);
  CHECK_THAT(all.output, Contains("lock.no-fencing"));
  CHECK_THAT(all.output, Contains("not found"));
}

TEST_CASE("search: what is wrong with a command line is said") {
  const std::string file = "scenarios/raft/random-faults.json";
  const auto complaint = [&](const std::string& arguments) {
    const Ran ran = run_program(arguments);
    CHECK(ran.exit_code == 64);
    return ran.output;
  };
  CHECK_THAT(complaint("hunt"), Contains("no scenario is given"));
  CHECK_THAT(complaint("hunt --seeds 5 --strategy clever " + file),
             Contains("uniform, swarm, pct or guided"));
  CHECK_THAT(complaint("hunt --seeds many " + file), Contains("a range such as 1..100"));
  CHECK_THAT(complaint("hunt --for soon " + file), Contains("a time such as"));
  CHECK_THAT(complaint("hunt --jobs 0 " + file), Contains("from 1 to 1024"));
  CHECK_THAT(complaint("hunt --shard 3/2 " + file), Contains("such as 3/8"));
  CHECK_THAT(complaint("hunt --until-found 0 " + file), Contains("a number from 1"));
  CHECK_THAT(complaint("hunt --all --bug raft.no-sessions " + file), Contains("exclude each other"));
  CHECK_THAT(complaint("hunt --strategy guided --shard 1/2 " + file), Contains("it has no parts"));
  CHECK_THAT(complaint("shrink"), Contains("takes one scenario"));
  CHECK_THAT(complaint("explain --others many " + file), Contains("a number from 0"));
  CHECK_THAT(complaint("compare " + file), Contains("nothing to compare it with"));
  CHECK(run_program("shrink " + file).exit_code == 3);
  CHECK(run_program("explain " + file).exit_code == 3);
}

TEST_CASE("compare: the same run, and two that part") {
  const std::string file = "scenarios/raft/leader-partition.json";
  CHECK_THAT(run_program("compare " + file + " " + file).output, Contains("They are the same run"));
  const Ran parted = run_program("compare " + file + " --bug raft.local-leader-read");
  CHECK(parted.exit_code == 0);
  CHECK_THAT(parted.output, Contains("They part after"));
  CHECK_THAT(parted.output, Contains("raft.local-leader-read"));
  CHECK_THAT(parted.output, Contains("longest without an ok"));
  const Ran no_folder = run_program("compare " + file + " --seed 2 --report /no/such/folder/x.html");
  CHECK((no_folder.exit_code == 73 || no_folder.output.find("no page") != std::string::npos));
}

}  // namespace lightcone::tests
