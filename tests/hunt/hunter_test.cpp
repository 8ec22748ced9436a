// A hunt: what it finds, and that nothing but scenario, strategy and seeds decides it.
#include "tools/hunt/hunter.hpp"

#include <catch2/catch.hpp>

#include "scenarios/freeze.hpp"
#include "tests/shipped_scenarios.hpp"
#include "tools/hunt/features.hpp"

namespace lightcone::tests {

namespace hunt = tools::hunt;
using hunt::StrategyKind;

namespace {

scenarios::Loaded broken_raft(std::string bug) {
  scenarios::Overrides overrides;
  if (!bug.empty()) overrides.bugs = {std::move(bug)};
  overrides.settings = {"length=8s", "calm=3s"};
  return load_shipped(shipped_models(), "scenarios/raft/random-faults.json", overrides);
}

struct Ended {
  hunt::Tally tally;
  hunt::End end = hunt::End::all_seeds;
};

Ended hunt_with(const scenarios::Loaded& loaded, StrategyKind strategy, const hunt::Limits& limits) {
  hunt::Hunter hunter(shipped_models(), loaded, strategy, limits);
  const hunt::End end = hunter.run([](const hunt::Tally&, const hunt::Trial*) { return true; });
  return {std::move(hunter.tally()), end};
}

bool never() { return true; }

}  // namespace

TEST_CASE("hunt: finds a missing safeguard, and its frozen run fails in the same way") {
  const scenarios::Loaded loaded = broken_raft("raft.no-sessions");
  hunt::Limits limits;
  limits.last_seed = 500;
  limits.distinct_failures = 2;
  limits.jobs = 2;
  const Ended ended = hunt_with(loaded, StrategyKind::uniform, limits);
  CHECK(ended.end == hunt::End::enough_found);
  CHECK(ended.tally.trials < 500);
  REQUIRE(ended.tally.found.size() >= 2);
  for (const auto& [signature, found] : ended.tally.found) {
    INFO(signature.text());
    CHECK(found.first_seed >= 1);
    CHECK(found.shortest.seed >= found.first_seed);
    const auto frozen = scenarios::reload(shipped_models(), found.shortest.frozen, "frozen.json");
    REQUIRE(frozen);
    const auto again = hunt::try_once(*frozen, frozen->scenario.seed, never);
    REQUIRE(again);
    const auto same = std::find_if(again->failures.begin(), again->failures.end(),
                                   [&](const hunt::Failure& f) { return f.signature == signature; });
    REQUIRE(same != again->failures.end());
    CHECK(same->size == found.shortest.size);
  }
}

TEST_CASE("hunt: with every safeguard on, nothing is found") {
  hunt::Limits limits;
  limits.last_seed = 20;
  const Ended ended = hunt_with(broken_raft(""), StrategyKind::uniform, limits);
  CHECK(ended.end == hunt::End::all_seeds);
  CHECK(ended.tally.trials == 20);
  CHECK(ended.tally.found.empty());
  CHECK(ended.tally.faults_in_effect > 20);
}

TEST_CASE("hunt: what it finds does not depend on the number of jobs") {
  const scenarios::Loaded loaded = broken_raft("raft.vote-without-log-check");
  for (const auto strategy :
       {StrategyKind::uniform, StrategyKind::swarm, StrategyKind::pct, StrategyKind::guided}) {
    INFO(hunt::to_string(strategy));
    hunt::Limits limits;
    limits.last_seed = 150;
    const Ended one = hunt_with(loaded, strategy, limits);
    limits.jobs = 3;
    const Ended three = hunt_with(loaded, strategy, limits);
    CHECK(one.tally.digest == three.tally.digest);
    CHECK(one.tally.features == three.tally.features);
    CHECK(one.tally.failing == three.tally.failing);
    REQUIRE(one.tally.found.size() == three.tally.found.size());
    for (const auto& [signature, found] : one.tally.found) {
      const hunt::Found& other = three.tally.found.at(signature);
      CHECK(found.first_seed == other.first_seed);
      CHECK(found.runs == other.runs);
      CHECK(found.shortest.seed == other.shortest.seed);
    }
  }
}

TEST_CASE("hunt: strategies are different searches of the same scenario") {
  const scenarios::Loaded loaded = broken_raft("");
  std::set<std::uint64_t> digests;
  for (const auto strategy :
       {StrategyKind::uniform, StrategyKind::swarm, StrategyKind::pct, StrategyKind::guided}) {
    hunt::Limits limits;
    limits.last_seed = 100;
    const Ended ended = hunt_with(loaded, strategy, limits);
    digests.insert(ended.tally.digest);
    CHECK(ended.tally.found.empty());  // they all keep to what the system is asked to withstand
    CHECK(hunt::strategy_named(hunt::to_string(strategy)) == strategy);
  }
  CHECK(digests.size() == 4);
  CHECK_FALSE(hunt::strategy_named("clever"));
}

TEST_CASE("hunt: shards are disjoint and together the whole") {
  const scenarios::Loaded loaded = broken_raft("");
  hunt::Limits limits;
  limits.first_seed = 3;
  limits.last_seed = 12;
  std::set<std::uint64_t> seeds;
  std::uint64_t trials = 0;
  limits.shards = 3;
  for (limits.shard = 0; limits.shard < 3; ++limits.shard) {
    hunt::Hunter hunter(shipped_models(), loaded, StrategyKind::uniform, limits);
    hunter.skip({4});
    hunter.run([&](const hunt::Tally&, const hunt::Trial* trial) {
      if (trial != nullptr) seeds.insert(trial->seed);
      return true;
    });
    trials += hunter.tally().trials;
  }
  CHECK(trials == 9);
  CHECK(seeds == std::set<std::uint64_t>{3, 5, 6, 7, 8, 9, 10, 11, 12});
}

TEST_CASE("hunt: ends when its watcher has enough, and when its time is up") {
  const scenarios::Loaded loaded = broken_raft("");
  hunt::Limits limits;
  limits.last_seed = UINT64_MAX / 2;
  limits.jobs = 2;
  hunt::Hunter hunter(shipped_models(), loaded, StrategyKind::uniform, limits);
  CHECK(hunter.run([](const hunt::Tally& tally, const hunt::Trial*) { return tally.trials < 3; }) ==
        hunt::End::interrupted);
  CHECK(hunter.tally().trials == 3);
  limits.time = std::chrono::milliseconds(1);
  CHECK(hunt_with(loaded, StrategyKind::uniform, limits).end == hunt::End::time_is_up);
}

TEST_CASE("hunt: features are a property of the run") {
  const scenarios::Loaded loaded = broken_raft("");
  const auto first = hunt::features_of(run_loaded(loaded, 1));
  CHECK(first.size() > 20);
  CHECK(std::is_sorted(first.begin(), first.end()));
  CHECK(first == hunt::features_of(run_loaded(loaded, 1)));
  CHECK(first != hunt::features_of(run_loaded(loaded, 2)));
}

}  // namespace lightcone::tests
