// How often a read of a healthy store finds more than one version, as published: DeCandia et al., "Dynamo:
// Amazon's highly available key-value store", SOSP 2007, section 6.3: 99.94 % of the reads of shopping carts
// saw one. Customers change their own carts for the most part, and nothing fails.
#include <catch2/catch.hpp>
#include <cstdint>
#include <string_view>

#include "models/registry.hpp"
#include "scenarios/load.hpp"
#include "scenarios/run.hpp"
#include "tests/fidelity/row.hpp"

namespace lightcone::tests {

namespace {

constexpr std::string_view shopping =
    R"({"title": "Shopping", "system": {"model": "dynamo", "profile": "dynamo",
  "parameters": {"anti_entropy_every": "20s"}},
 "network": {"latency": {"uniform": ["500us", "1500us"]}},
 "workload": {"clients": 30, "keys": 10000, "think": {"exponential": {"mean": "50ms"}}, "timeout": "1s",
  "mix": {"add": 3, "remove": 1, "get": 2}},
 "length": "84s", "calm": "4s"})";

}  // namespace

TEST_CASE("siblings: of a healthy workload nearly all reads see one version") {
  const models::Registry registry;
  scenarios::Diagnostics diagnostics("shopping", std::string(shopping));
  const auto loaded = scenarios::load(registry, {}, diagnostics);
  INFO(diagnostics.to_text());
  REQUIRE(loaded);
  const auto record = scenarios::run(*loaded, {});
  REQUIRE(record);
  std::uint64_t reads = 0;
  std::uint64_t of_one = 0;
  for (const sim::Operation& operation : record->history) {
    if (operation.f != "get" || operation.invoke >= record->phases.final_reads.count()) continue;
    REQUIRE(operation.outcome == sim::Outcome::ok);
    const sim::ValueList* versions = operation.result.as_list();
    if (versions == nullptr || versions->empty()) continue;
    ++reads;
    of_one += versions->size() == 1 ? 1 : 0;
  }
  REQUIRE(reads > 10'000);
  const double share = static_cast<double>(of_one) / static_cast<double>(reads);
  check_row({"reads that see one version", "more than 99.9 %", 0.9995, 0.0005}, share);
  CHECK(of_one < reads);  // some did: it is no store that cannot have two
}

}  // namespace lightcone::tests
