// How long checks and writes take across regions, as published: Pang et al., "Zanzibar: Google's Consistent,
// Global Authorization System", ATC 2019, table 2. Zookies older than ten seconds are answered near by
// ("safe"), younger ones may have to cross regions ("recent").
//
// The paper's regions are not known. Here there are three, California, Virginia and Ireland, with the mean
// round trips of Bailis et al., VLDB 2014, table 1c; replicas that are told what is safe every eight seconds,
// as Spanner's are; and no caches, so that what is measured is where a snapshot can be read. So what has to
// come out are the proportions, not the milliseconds.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/registry.hpp"
#include "scenarios/load.hpp"
#include "scenarios/run.hpp"
#include "tests/fidelity/row.hpp"

namespace lightcone::tests {

namespace {

constexpr std::string_view regions =
    R"("network": {"latency": "250us",
  "zones": {"california": ["t1", "n1", "n4", "d1", "c1", "c4", "c7", "c10"],
            "virginia": ["t2", "n2", "n5", "c2", "c5", "c8", "c11"],
            "ireland": ["t3", "n3", "n6", "c3", "c6", "c9", "c12"]},
  "between": [{"zones": ["california", "virginia"], "latency": "42250us"},
              {"zones": ["california", "ireland"], "latency": "84900us"},
              {"zones": ["virginia", "ireland"], "latency": "53950us"}]})";

sim::RunRecord run(std::string_view profile, std::string_view parameters, std::string_view workload,
                   std::string_view length) {
  const std::string text = fmt::format(
      R"({{"title": "Regions", "question": "How long does it take?",
 "system": {{"model": "zanzibar", "profile": "{}", "parameters": {{"tenants": 1, "shards": 3, "indexes": 0, {}}}}},
 {}, "workload": {{"clients": 12, "sticky": "nearest", "timeout": "2s", {}}},
 "warm_up": "0s", "length": "{}", "calm": "20s"}})",
      profile, parameters, regions, workload, length);
  const models::Registry registry;
  scenarios::Diagnostics diagnostics("regions", text);
  const auto loaded = scenarios::load(registry, {}, diagnostics);
  INFO(diagnostics.to_text());
  REQUIRE(loaded);
  auto record = scenarios::run(*loaded, {});
  REQUIRE(record);
  return std::move(*record);
}

// In milliseconds; reorders.
double quantile(std::vector<std::int64_t>& nanoseconds, std::size_t percent) {
  REQUIRE(nanoseconds.size() > 500);
  const auto rank = static_cast<std::ptrdiff_t>(nanoseconds.size() * percent / 100);
  std::nth_element(nanoseconds.begin(), nanoseconds.begin() + rank, nanoseconds.end());
  return static_cast<double>(nanoseconds[static_cast<std::size_t>(rank)]) / 1e6;
}

struct Latencies {
  std::vector<std::int64_t> safe{};
  std::vector<std::int64_t> recent{};
  std::vector<std::int64_t> writes{};
};

// A recheck has the zookie of its client's latest write.
Latencies latencies_of(const sim::RunRecord& record) {
  constexpr std::int64_t young = 10'000'000'000;
  Latencies latencies;
  std::map<std::int64_t, std::int64_t> written;
  for (const sim::Operation& operation : record.history) {
    if (operation.invoke >= record.phases.final_reads.count()) break;
    REQUIRE(operation.outcome == sim::Outcome::ok);
    const std::int64_t took = operation.complete - operation.invoke;
    if (operation.f != "recheck") {
      latencies.writes.push_back(took);
      written[operation.process] = operation.complete;
    } else if (written.contains(operation.process)) {
      const bool is_young = operation.invoke - written[operation.process] < young;
      (is_young ? latencies.recent : latencies.safe).push_back(took);
    }
  }
  return latencies;
}

std::size_t new_enemies(std::string_view profile) {
  const sim::RunRecord record =
      run(profile, R"("users": 4, "default_staleness": "10s", "heartbeat": "8s", "read_timeout": "1s")",
          R"("keys": 4, "think": {"exponential": {"mean": "200ms"}},
             "mix": {"open": 4, "save": 1, "share": 2, "unshare": 4})",
          "5m");
  return static_cast<std::size_t>(
      std::count_if(record.findings.begin(), record.findings.end(),
                    [](const sim::Finding& finding) { return finding.anomaly == "invariant(new_enemy)"; }));
}

}  // namespace

TEST_CASE("zanzibar latency: recent checks are as fast as safe ones, but for those that cross regions") {
  const sim::RunRecord record = run(
      "rebac",
      R"("cache_size": 0, "default_staleness": "10s", "heartbeat": "8s", "read_timeout": "1s", "check_timeout": "2s")",
      R"("keys": 40, "think": {"exponential": {"mean": "1s"}}, "mix": {"recheck": 11, "share": 1})", "20m");
  Latencies latencies = latencies_of(record);
  const double safe = quantile(latencies.safe, 50);
  const double recent = quantile(latencies.recent, 50);
  check_row({"p50 of recent checks, to that of safe ones", "2.86 / 3.0", 1, 0.1}, recent / safe);
  const double tail = quantile(latencies.recent, 95) / quantile(latencies.safe, 95);
  const double write = quantile(latencies.writes, 50) / safe;
  fmt::print("| safe p50, p95 and p99, ms | 3.0, 9.46, 15.0 | {:.2f}, {:.2f}, {:.2f} |\n", safe,
             quantile(latencies.safe, 95), quantile(latencies.safe, 99));
  fmt::print("| recent p50, p95 and p99, ms | 2.86, 60.0, 76.3 | {:.2f}, {:.2f}, {:.2f} |\n", recent,
             quantile(latencies.recent, 95), quantile(latencies.recent, 99));
  fmt::print("| writes p50, p95 and p99, ms | 127, 233, 401 | {:.1f}, {:.1f}, {:.1f} |\n",
             quantile(latencies.writes, 50), quantile(latencies.writes, 95), quantile(latencies.writes, 99));
  fmt::print("| p95 of recent checks, to that of safe ones | 60.0 / 9.46 | at least 5 | {:.1f} |\n", tail);
  fmt::print("| p50 of writes, to that of safe checks | 127 / 3.0 | at least 40 | {:.1f} |\n", write);
  CHECK(tail >= 5);
  CHECK(write >= 40);
}

TEST_CASE("zanzibar latency: new enemies come without zookies alone") {
  CHECK(new_enemies("rebac") == 0);
  CHECK(new_enemies("no-zookies") > 0);
}

}  // namespace lightcone::tests
