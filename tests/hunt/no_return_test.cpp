// Other continuations of a run, and the last moment at which one of them could still have gone well.
#include "tools/explain/no_return.hpp"

#include <catch2/catch.hpp>

#include "reports/judge.hpp"
#include "tests/shipped_scenarios.hpp"

namespace lightcone::tests {

namespace explain = tools::explain;
using namespace std::chrono_literals;

namespace {

std::uint64_t fingerprint(const scenarios::Loaded& loaded, std::optional<scenarios::Fork> fork) {
  scenarios::RunOptions options;
  options.fork = fork;
  return scenarios::run(loaded, options)->fingerprint;
}

}  // namespace

TEST_CASE("fork: the same run up to a moment, and another one from there for each luck") {
  const scenarios::Loaded loaded = load_shipped(shipped_models(), "scenarios/raft/leader-partition.json");
  const std::uint64_t whole = fingerprint(loaded, std::nullopt);
  CHECK(fingerprint(loaded, scenarios::Fork{loaded.scenario.length, 1, true}) == whole);
  const std::uint64_t one = fingerprint(loaded, scenarios::Fork{5s, 1, true});
  CHECK(one != whole);
  CHECK(one == fingerprint(loaded, scenarios::Fork{5s, 1, true}));
  CHECK(one != fingerprint(loaded, scenarios::Fork{5s, 2, true}));
  CHECK(one != fingerprint(loaded, scenarios::Fork{5s + 20ms, 1, true}));
}

TEST_CASE("fork: faults that would begin later can be left out") {
  const scenarios::Loaded loaded = load_shipped(shipped_models(), "scenarios/raft/leader-partition.json");
  const auto affected = [&](bool has_faults) {
    scenarios::RunOptions options;
    options.fork = scenarios::Fork{1s, 1, has_faults};
    const auto record = scenarios::run(loaded, options);
    REQUIRE(record);
    std::uint64_t sum = 0;
    for (const sim::FaultRecord& fault : record->faults) sum += fault.affected;
    return sum;
  };
  CHECK(affected(true) > 0);
  CHECK(affected(false) == 0);
}

TEST_CASE("no return: a stale read can be avoided until the partition that cuts the old leader off") {
  const scenarios::Loaded loaded = load_shipped(shipped_models(), "scenarios/raft/stale-leader-read.json");
  const sim::RunRecord record = run_loaded(loaded, loaded.scenario.seed);
  const reports::RunReport report = reports::judge(record);
  const reports::ClaimReport* claim = report.violation(record);
  REQUIRE(claim != nullptr);
  const auto found = explain::find_no_return(shipped_models(), loaded.scenario, claim->claim.id,
                                             reports::moment_of(record, *claim), 2, [] { return true; });
  REQUIRE(found);
  CHECK(found->at >= 2999ms);
  CHECK(found->at < 3301ms);
  CHECK(found->kept > 0);
  CHECK(found->tried == 16);
  // The same with another number of jobs.
  const auto again = explain::find_no_return(shipped_models(), loaded.scenario, claim->claim.id,
                                             reports::moment_of(record, *claim), 1, [] { return true; });
  CHECK(again->at == found->at);
  CHECK(again->kept == found->kept);
}

TEST_CASE("no return: nothing when there is no time") {
  const scenarios::Loaded loaded = load_shipped(shipped_models(), "scenarios/raft/stale-leader-read.json");
  CHECK_FALSE(
      explain::find_no_return(shipped_models(), loaded.scenario, "P18.7", 3s, 2, [] { return false; }));
}

}  // namespace lightcone::tests
