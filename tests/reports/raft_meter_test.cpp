// The numbers over time of a Raft group.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "tests/shipped_scenarios.hpp"

namespace lightcone::tests {

namespace {

std::int64_t last_of(const sim::RunRecord& run, const std::string& curve) {
  return run.metrics.series.at(curve).points.back().second;
}

std::int64_t greatest_of(const sim::RunRecord& run, const std::string& curve) {
  const auto& points = run.metrics.series.at(curve).points;
  return std::ranges::max_element(points, {}, [](const auto& point) { return point.second; })->second;
}

}  // namespace

TEST_CASE("raft: a leader that is cut off is seen to lag, and another to lead") {
  const models::Registry registry;
  const sim::RunRecord run =
      run_loaded(load_shipped(registry, "scenarios/raft/leader-partition.json", {}), 1);
  const auto& leaders = run.metrics.series.at("who leads").points;
  const auto& terms = run.metrics.series.at("term").points;
  CHECK(std::ranges::is_sorted(terms, {}, [](const auto& point) { return point.second; }));
  const auto elected = std::ranges::count_if(leaders, [](const auto& point) { return point.second != 0; });
  REQUIRE(elected == static_cast<std::ptrdiff_t>(terms.size()));
  CHECK(elected >= 2);
  CHECK(run.metrics.counters.at("candidacies") >= static_cast<std::uint64_t>(elected));
  const sim::Histogram& without = run.metrics.histograms.at("time without a leader");
  CHECK(without.count() >= 1);
  CHECK(run.metrics.histograms.at("leader after the heal").count() == 1);

  // The first leader was cut off while others went on, and has caught up.
  const std::string lag = "lag of n" + std::to_string(leaders.front().second);
  CHECK(greatest_of(run, lag) > 100);
  CHECK(last_of(run, lag) < 10);
  CHECK(last_of(run, "entries in the log") > greatest_of(run, lag));
  CHECK(last_of(run, "entries not committed") < 10);
}

}  // namespace lightcone::tests
