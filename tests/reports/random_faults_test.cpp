// With all safeguards on, nothing that the nemesis does breaks a claim; with one off, it is seen.
#include <catch2/catch.hpp>

#include "reports/judge.hpp"
#include "tests/shipped_scenarios.hpp"

namespace lightcone::tests {

TEST_CASE("raft: 100 seeds of random faults hold every claim") {
  const models::Registry registry;
  const scenarios::Loaded loaded = load_shipped(registry, "scenarios/raft/random-faults.json");
  std::uint64_t effective_faults = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const sim::RunRecord run = run_loaded(loaded, seed);
    const reports::RunReport report = reports::judge(run);
    INFO("seed " << seed);
    CHECK(report.ending == reports::Ending::as_expected);
    CHECK(report.verdict == reports::Verdict::held);
    for (const sim::FaultRecord& fault : run.faults) effective_faults += fault.affected > 0 ? 1 : 0;
  }
  CHECK(effective_faults > 300);
}

TEST_CASE("raft: the search finds the easy switches within 50 seeds, with the anomaly of each") {
  const models::Registry registry;
  for (const sim::BugSwitch& bug : registry.find("raft")->bugs()) {
    const bool easy = bug.difficulty == sim::BugSwitch::Difficulty::easy;
    if (!easy || bug.shelf != sim::BugSwitch::Shelf::core) continue;
    scenarios::Overrides overrides;
    overrides.bugs = {bug.name};
    const scenarios::Loaded loaded = load_shipped(registry, "scenarios/raft/random-faults.json", overrides);
    bool found = false;
    for (std::uint64_t seed = 1; seed <= 50 && !found; ++seed) {
      const reports::RunReport report = reports::judge(run_loaded(loaded, seed));
      for (const reports::ClaimReport& claim : report.claims)
        found = found || claim.judgement.anomaly == bug.anomaly;
    }
    INFO(bug.name);
    CHECK(found);
  }
}

}  // namespace lightcone::tests
