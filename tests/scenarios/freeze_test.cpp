// A frozen run is the same run, whatever the nemesis and the clients would draw today.
#include "scenarios/freeze.hpp"

#include <catch2/catch.hpp>

#include "tests/shipped_scenarios.hpp"

namespace lightcone::tests {

namespace {

struct Frozen {
  sim::RunRecord record;
  scenarios::Scenario scenario;
};

Frozen freeze_run(const scenarios::Loaded& loaded, std::uint64_t seed) {
  std::vector<faults::FaultSpec> faults;
  scenarios::RunOptions options;
  options.seed = seed;
  options.planned = [&](const std::vector<faults::FaultSpec>& all) { faults = all; };
  auto record = scenarios::run(loaded, options);
  REQUIRE(record);
  auto scenario = scenarios::freeze(loaded, *record, std::move(faults));
  return {std::move(*record), std::move(scenario)};
}

}  // namespace

TEST_CASE("freeze: the same run again, from its choices") {
  const models::Registry registry;
  for (const std::string file : {"scenarios/raft/random-faults.json", "scenarios/lock/random-faults.json",
                                 "scenarios/lock/random-faults-redlock.json"}) {
    INFO(file);
    const scenarios::Loaded loaded = load_shipped(registry, file);
    for (const std::uint64_t seed : {3U, 4U}) {
      const Frozen frozen = freeze_run(loaded, seed);
      CHECK_FALSE(frozen.scenario.nemesis);
      CHECK_FALSE(frozen.scenario.faults.empty());
      REQUIRE(frozen.scenario.workload.script);
      CHECK(frozen.scenario.workload.script->size() > 100);

      std::string why;
      const auto again = scenarios::reload(registry, frozen.scenario, "frozen.json", &why);
      INFO(why);
      REQUIRE(again);
      const Frozen second = freeze_run(*again, again->scenario.seed);
      CHECK(second.record.fingerprint == frozen.record.fingerprint);
      CHECK(second.record.events == frozen.record.events);
      CHECK(second.record.history == frozen.record.history);
      CHECK(scenarios::text_of(second.scenario) == scenarios::text_of(frozen.scenario));
    }
  }
}

TEST_CASE("freeze: what is taken out of the script is not done, and the rest is") {
  const models::Registry registry;
  const scenarios::Loaded loaded = load_shipped(registry, "scenarios/raft/leader-partition.json");
  Frozen frozen = freeze_run(loaded, 1);
  auto& script = *frozen.scenario.workload.script;
  std::erase_if(script, [](const sim::ScriptedOperation& operation) { return operation.f != "put"; });
  REQUIRE_FALSE(script.empty());
  const auto again = scenarios::reload(registry, frozen.scenario, "frozen.json");
  REQUIRE(again);
  const Frozen second = freeze_run(*again, 1);
  CHECK(second.record.script.size() == script.size());
  std::size_t puts = 0;
  for (const sim::Operation& operation : second.record.history) {
    if (operation.f == "put") ++puts;
    CHECK((operation.f == "put" || operation.f == "get"));  // the reads of everything at the end
  }
  CHECK(puts >= script.size());
}

TEST_CASE("freeze: a script is held against its workload and its model") {
  const models::Registry registry;
  const scenarios::Loaded loaded = load_shipped(registry, "scenarios/raft/leader-partition.json");
  const auto complaint = [&](sim::ScriptedOperation operation) {
    scenarios::Scenario scenario = loaded.scenario;
    scenario.workload.script.emplace({std::move(operation)});
    std::string why;
    CHECK_FALSE(scenarios::reload(registry, scenario, "frozen.json", &why));
    return why;
  };
  using Catch::Contains;
  CHECK_THAT(complaint({1, {}, "gett", 0, 0}), Contains("script[0].f") && Contains("did you mean \"get\""));
  CHECK_THAT(complaint({6, {}, "get", 0, 0}), Contains("every client of the script is one of the clients"));
  CHECK_THAT(complaint({1, {}, "get", 5, 0}), Contains("every key of the script is below keys"));
}

}  // namespace lightcone::tests
