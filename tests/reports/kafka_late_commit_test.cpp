// What a leader commits that has not heard of its successor counts as committed.
#include <catch2/catch.hpp>

#include "reports/judge.hpp"
#include "tests/shipped_scenarios.hpp"

namespace lightcone::tests {

TEST_CASE("kafka: an older leader may commit, and then clean up, after a later one was elected") {
  const models::Registry registry;
  for (const char* scenario :
       {"scenarios/kafka/random-faults-retention.json", "scenarios/kafka/random-faults-compact.json"}) {
    const auto loaded = load_shipped(registry, scenario, {});
    INFO(scenario);
    CHECK(reports::judge(run_loaded(loaded, 327)).verdict == reports::Verdict::held);
  }
}

}  // namespace lightcone::tests
