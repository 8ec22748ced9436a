// How far behind reads and owners are said to be.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>

#include "tests/shipped_scenarios.hpp"

namespace lightcone::tests {

namespace {

std::int64_t reads_of(const sim::RunRecord& run) {
  return std::ranges::count_if(run.history, [](const sim::Operation& operation) {
    return operation.f == "get" && operation.outcome == sim::Outcome::ok;
  });
}

}  // namespace

TEST_CASE("dynamo: one copy shows how many writes a read misses, and for how long they had been there") {
  const models::Registry registry;
  const sim::RunRecord run = run_loaded(load_shipped(registry, "scenarios/dynamo/one-is-enough.json", {}), 1);
  const sim::MetricsRecord& metrics = run.metrics;
  CHECK(metrics.histograms.at("versions behind").count() == static_cast<std::uint64_t>(reads_of(run)));
  const sim::Histogram& behind_for = metrics.histograms.at("behind for");
  CHECK(behind_for.count() == metrics.counters.at("stale reads"));
  CHECK(behind_for.count() > 100);
  // Nothing holds a copy up for longer than the fault, which delays it by 30 ms.
  CHECK(behind_for.greatest() > std::chrono::nanoseconds(std::chrono::milliseconds(25)).count());
  CHECK(behind_for.greatest() < std::chrono::nanoseconds(std::chrono::milliseconds(35)).count());
  const auto& differ = metrics.series.at("keys on which owners differ").points;
  CHECK(std::ranges::any_of(differ, [](const auto& point) { return point.second == 3; }));
  CHECK(differ.back().second == 0);
}

TEST_CASE("dynamo: reads that write back are never behind") {
  const models::Registry registry;
  scenarios::Overrides overrides;
  overrides.settings = {"system.profile=abd"};
  const sim::RunRecord run =
      run_loaded(load_shipped(registry, "scenarios/dynamo/one-is-enough.json", overrides), 1);
  CHECK(run.metrics.histograms.at("versions behind").greatest() == 0);
  CHECK_FALSE(run.metrics.histograms.contains("behind for"));
}

}  // namespace lightcone::tests
