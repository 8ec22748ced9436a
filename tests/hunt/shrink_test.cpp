// Cutting failures down: what is left still fails, nothing in it can be left out, and jobs change nothing.
#include <catch2/catch.hpp>

#include "scenarios/freeze.hpp"
#include "tests/shipped_scenarios.hpp"
#include "tools/hunt/trial.hpp"
#include "tools/shrink/shrinker.hpp"

namespace lightcone::tests {

namespace hunt = tools::hunt;
namespace shrink = tools::shrink;

namespace {

// The first failure of this claim under random faults.
scenarios::Scenario failing(const std::string& file, std::string bug, const std::string& claim) {
  scenarios::Overrides overrides;
  overrides.bugs = {std::move(bug)};
  const scenarios::Loaded loaded = load_shipped(shipped_models(), file, overrides);
  for (std::uint64_t seed = 1; seed < 100; ++seed) {
    const auto trial = hunt::try_once(loaded, seed, [] { return true; });
    for (const hunt::Failure& failure : trial->failures) {
      if (failure.signature.claim == claim) return failure.frozen;
    }
  }
  FAIL("nothing fails");
  return {};
}

struct Shrunk {
  scenarios::Scenario scenario;
  bool is_minimal = false;
  std::size_t improvements = 0;
};

Shrunk shrunk(const scenarios::Scenario& frozen, shrink::Probe::Limits limits) {
  shrink::Probe probe(shipped_models(), std::move(limits));
  REQUIRE(probe.fails(frozen));
  Shrunk result;
  shrink::Shrinker shrinker(probe, frozen,
                            [&](const scenarios::Scenario&, std::string_view) { ++result.improvements; });
  result.is_minimal = shrinker.run();
  result.scenario = shrinker.best();
  return result;
}

}  // namespace

TEST_CASE("shrink: what is left is a story of a few faults and operations that still fails") {
  struct Case {
    std::string file;
    std::string bug;
    std::string claim;
  };
  for (const Case& one : {Case{"scenarios/raft/random-faults.json", "raft.no-sessions", "P18.6"},
                          Case{"scenarios/raft/random-faults.json", "raft.local-leader-read", "P18.7"},
                          Case{"scenarios/lock/random-faults.json", "lock.no-fencing", "P9.3"}}) {
    INFO(one.bug);
    const scenarios::Scenario frozen = failing(one.file, one.bug, one.claim);
    const shrink::Extent before = shrink::extent_of(frozen, shipped_models());
    CHECK(before.operations > 100);
    const Shrunk result = shrunk(frozen, {.jobs = 2, .time = {}, .go_on = {}});
    CHECK(result.is_minimal);
    CHECK(result.improvements > 5);
    const shrink::Extent after = shrink::extent_of(result.scenario, shipped_models());
    CHECK(after.faults <= 3);
    CHECK(after.operations <= 6);
    CHECK(after.nodes <= before.nodes);
    CHECK(after.length < before.length);
    CHECK(result.scenario.expect.claim == frozen.expect.claim);
    CHECK(result.scenario.expect.anomaly == frozen.expect.anomaly);

    // 1-minimal, checked without the shrinker.
    const shrink::Probe probe(shipped_models(), {});
    CHECK(probe.fails(result.scenario));
    for (std::size_t i = 0; i < result.scenario.faults.size(); ++i) {
      scenarios::Scenario less = result.scenario;
      less.faults.erase(less.faults.begin() + static_cast<std::ptrdiff_t>(i));
      CHECK_FALSE(probe.fails(less));
    }
    for (std::size_t i = 0; i < result.scenario.workload.script->size(); ++i) {
      scenarios::Scenario less = result.scenario;
      less.workload.script->erase(less.workload.script->begin() + static_cast<std::ptrdiff_t>(i));
      CHECK_FALSE(probe.fails(less));
    }
    // With the safeguard on, the same story ends well.
    scenarios::Scenario mended = result.scenario;
    mended.system.bugs.clear();
    CHECK_FALSE(probe.fails(mended));
  }
}

TEST_CASE("shrink: the result does not depend on the number of jobs") {
  const scenarios::Scenario frozen =
      failing("scenarios/raft/random-faults.json", "raft.no-sessions", "P18.7");
  const Shrunk one = shrunk(frozen, {.jobs = 1, .time = {}, .go_on = {}});
  const Shrunk three = shrunk(frozen, {.jobs = 3, .time = {}, .go_on = {}});
  CHECK(scenarios::text_of(one.scenario) == scenarios::text_of(three.scenario));
  CHECK(one.is_minimal == three.is_minimal);
}

TEST_CASE("shrink: ends when its time is up, with the best so far") {
  const scenarios::Scenario frozen =
      failing("scenarios/raft/random-faults.json", "raft.no-sessions", "P18.7");
  std::size_t questions = 0;
  const Shrunk cut = shrunk(frozen, {.jobs = 1, .time = {}, .go_on = [&] { return ++questions < 20'000; }});
  CHECK_FALSE(cut.is_minimal);
  CHECK(cut.improvements > 0);
  const shrink::Probe probe(shipped_models(), {});
  CHECK(probe.fails(cut.scenario));
  CHECK(shrink::extent_of(cut.scenario, shipped_models()).operations <
        shrink::extent_of(frozen, shipped_models()).operations);
}

}  // namespace lightcone::tests
