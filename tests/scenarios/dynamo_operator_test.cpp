// An operator of dynamo's servers changes the ring one server at a time, and begins when all say the same.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <string_view>

#include "models/registry.hpp"
#include "scenarios/load.hpp"
#include "scenarios/run.hpp"

namespace lightcone::tests {

namespace {

// How many of these faults did nothing, in a run in which six servers are on the ring.
std::size_t refused(std::string_view faults) {
  const std::string text = fmt::format(
      R"({{"title": "Operators", "system": {{"model": "dynamo", "profile": "elastic", "parameters": {{"members": 0}}}},
 "workload": {{"clients": 2, "keys": 10, "think": {{"exponential": {{"mean": "100ms"}}}}, "timeout": "200ms"}},
 "faults": [{}], "length": "14s", "calm": "4s"}})",
      faults);
  const models::Registry registry;
  scenarios::Diagnostics diagnostics("operators", text);
  const auto loaded = scenarios::load(registry, {}, diagnostics);
  INFO(diagnostics.to_text());
  REQUIRE(loaded);
  const auto record = scenarios::run(*loaded, {});
  REQUIRE(record);
  return record->missed_faults.size();
}

constexpr std::string_view n3_leaves = R"({"fault": "ops.leave", "at": "4s", "node": "n3"})";
constexpr std::string_view n5_crashes = R"({"fault": "proc.crash", "at": "3s", "for": "6s", "node": "n5"})";

}  // namespace

TEST_CASE("dynamo: operators wait for one change before they begin the next") {
  const auto then = [](std::string_view change) { return fmt::format("{}, {}", n3_leaves, change); };
  CHECK(refused(n3_leaves) == 0);
  CHECK(refused(then(R"({"fault": "ops.leave", "at": "4001ms", "node": "n4"})")) == 1);
  CHECK(refused(then(R"({"fault": "ops.remove", "at": "4001ms", "node": "n4"})")) == 1);
  CHECK(refused(then(R"({"fault": "ops.leave", "at": "8s", "node": "n4"})")) == 0);
  CHECK(refused(then(R"({"fault": "ops.leave", "at": "8s", "node": "n3"})")) == 1);
}

TEST_CASE("dynamo: while a server is down operators remove it, and change nothing else") {
  const auto then = [](std::string_view change) { return fmt::format("{}, {}", n5_crashes, change); };
  CHECK(refused(n5_crashes) == 0);
  CHECK(refused(then(n3_leaves)) == 1);
  CHECK(refused(then(R"({"fault": "ops.remove", "at": "4s", "node": "n3"})")) == 1);
  CHECK(refused(then(R"({"fault": "ops.remove", "at": "4s", "node": "n5"})")) == 0);
}

}  // namespace lightcone::tests
