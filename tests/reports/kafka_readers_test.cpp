// How readers of a group are judged that did not come to a record: by what was there at the time.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "reports/judge.hpp"
#include "tests/shipped_scenarios.hpp"

namespace lightcone::tests {

namespace {

bool misses_an_effect(const sim::RunRecord& run) {
  const reports::RunReport report = reports::judge(run);
  return std::any_of(report.claims.begin(), report.claims.end(), [](const reports::ClaimReport& each) {
    return each.claim.id == "P7.10" && each.finding && each.finding->anomaly == "missing-effect";
  });
}

scenarios::Overrides short_logs(const std::string& reset = "earliest") {
  scenarios::Overrides overrides;
  overrides.settings = {"system.parameters.segment_records=10", "system.parameters.retention_records=80",
                        "system.parameters.reset=" + reset};
  return overrides;
}

std::uint64_t missed(const sim::RunRecord& run) {
  const auto found = run.metrics.counters.find("records that readers missed");
  return found == run.metrics.counters.end() ? 0 : found->second;
}

}  // namespace

TEST_CASE("kafka: what nobody processed is missed, although retention has removed it since") {
  const models::Registry registry;
  const auto loaded = load_shipped(registry, "scenarios/kafka/done-before-it-is-done.json", short_logs());
  const sim::RunRecord run = run_loaded(loaded, 1);
  REQUIRE(run.metrics.counters.at("records removed by retention") > 100);
  CHECK(misses_an_effect(run));
}

TEST_CASE("kafka: what retention had removed when a member of the group came to it is not missed") {
  const models::Registry registry;
  for (const std::string reset : {"earliest", "latest"}) {
    scenarios::Overrides overrides = short_logs(reset);
    overrides.settings.push_back("system.parameters.retention_records=10");
    overrides.settings.push_back("system.parameters.process=100ms");
    const auto loaded =
        load_shipped(registry, "scenarios/kafka/done-before-it-is-done.fixed.json", overrides);
    const sim::RunRecord run = run_loaded(loaded, 1);
    INFO(reset);
    CHECK(missed(run) > 100);
    CHECK_FALSE(misses_an_effect(run));
  }
}

// The generation in which a member committed may be lost, and with it who the member was.
TEST_CASE("kafka: a finding about a member that nobody knows any more names those who are known") {
  const models::Registry registry;
  const auto loaded = load_shipped(registry, "scenarios/kafka/random-faults-groups.json", {});
  const reports::RunReport report = reports::judge(run_loaded(loaded, 21));
  std::size_t findings = 0;
  for (const reports::ClaimReport& claim : report.claims) {
    if (!claim.finding) continue;
    ++findings;
    INFO(claim.claim.id);
    const auto& nodes = claim.finding->nodes;
    CHECK(std::find(nodes.begin(), nodes.end(), sim::no_node) == nodes.end());
  }
  CHECK(findings > 2);
}

}  // namespace lightcone::tests
