// lightcone report, from outside.
#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "tests/tools/program.hpp"

namespace lightcone::tests {

namespace {

using Catch::Contains;

const std::string folder = LIGHTCONE_SCRATCH_DIR;

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool has_page() { return run_program("report").output.find("no page") == std::string::npos; }

}  // namespace

TEST_CASE("report: a run, its trace and --report of run give the same page") {
  const std::string from_run = folder + "/report-run.html";
  const std::string trace = folder + "/report.jsonl.zst";
  const std::string changes = " scenarios/raft/forgotten-vote.fixed.json --seed 3 --bug raft.no-persist-vote";
  const Ran ran = run_program("run" + changes + " --trace " + trace + " --report " + from_run);
  if (ran.output.find("this build has no page") != std::string::npos) return;
  const std::string page = content_of(from_run);
  CHECK(page.find("<!DOCTYPE html>") == 0);
  const std::string from_trace = folder + "/report-trace.html";
  CHECK(run_program("report " + trace + " -o " + from_trace).exit_code == 0);
  CHECK(content_of(from_trace) == page);
  const std::string from_scenario = folder + "/report-scenario.html";
  CHECK(run_program("report" + changes + " -o " + from_scenario).exit_code == 0);
  CHECK(content_of(from_scenario) == page);
  for (const std::string& file : {from_run, trace, from_trace, from_scenario}) std::remove(file.c_str());
}

TEST_CASE("report: every format is written, and a window is checked") {
  const std::string scenario = "scenarios/dynamo/half-done-write.json";
  const std::string file = folder + "/report-export";
  for (const std::string format : {"svg", "perfetto", "shiviz", "csv"}) {
    INFO(format);
    CHECK(run_program("report " + scenario + " --format " + format + " -o " + file).exit_code == 0);
    const std::string whole = content_of(file);
    CHECK_FALSE(whole.empty());
    CHECK(run_program("report " + scenario + " --format " + format + " --from 1s --to 1100ms -o " + file)
              .exit_code == 0);
    CHECK(content_of(file).size() < whole.size());
  }
  const Ran unknown = run_program("report " + scenario + " --format svgg -o " + file);
  CHECK(unknown.exit_code == 64);
  CHECK_THAT(unknown.output, Contains("did you mean svg?"));
  for (const std::string window : {"--from 2s --to 1s", "--from soon", "--to -1s"}) {
    INFO(window);
    CHECK(run_program("report " + scenario + " --format csv " + window + " -o " + file).exit_code == 64);
  }
  CHECK(run_program("report " + scenario + " --from 1s -o " + file).exit_code == 64);
  const Ran many = run_program("report scenarios/raft/leader-partition.json --format svg -o " + file);
  CHECK(many.exit_code == 64);
  CHECK_THAT(many.output, Contains("too many for a diagram"));
  CHECK(run_program("report " + scenario + " --format csv -o /no/such/folder/x").exit_code == 73);
  std::remove(file.c_str());
}

TEST_CASE("check: --report shows one history as a page, whatever the verdict") {
  const std::string history = "tests/page/write-skew.jsonl";
  const std::string page = folder + "/history.html";
  const Ran ran = run_program("check " + history + " --report " + page);
  if (ran.output.find("no page") != std::string::npos) return;
  CHECK(ran.exit_code == 1);
  CHECK(content_of(page).find("<!DOCTYPE html>") == 0);
  CHECK(run_program("check " + history + " " + history + " --report " + page).exit_code == 64);
  CHECK(run_program("check " + history + " --report " + folder + "/no/such/folder.html").exit_code == 73);
  const std::string cases = folder + "/cases.jsonl";
  std::ofstream(cases) << R"({"ops":[]})"
                       << "\n"
                       << R"({"ops":[]})"
                       << "\n";
  const Ran several = run_program("check --model register " + cases + " --report " + page);
  CHECK(several.exit_code == 64);
  CHECK_THAT(several.output, Contains("shows one history"));
}

TEST_CASE("report: wrong usage is said, and nothing is written") {
  if (!has_page()) return;
  const std::string scenario = "scenarios/raft/forgotten-vote.json";
  const Ran without_output = run_program("report " + scenario);
  CHECK(without_output.exit_code == 64);
  CHECK_THAT(without_output.output, Contains("-o FILE"));
  CHECK(run_program("report -o " + folder + "/none.html").exit_code == 64);
  CHECK(run_program("report " + scenario + " --seed 1..3 -o " + folder + "/none.html").exit_code == 64);
  CHECK(run_program("report README.md -o " + folder + "/none.html").exit_code == 65);
  CHECK(run_program("report nowhere.json -o " + folder + "/none.html").exit_code != 0);
  CHECK(run_program("report " + scenario + " -o " + folder + "/no/such/folder.html").exit_code != 0);
  CHECK(content_of(folder + "/none.html").empty());
}

}  // namespace lightcone::tests
