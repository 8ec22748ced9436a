// What a run did not test is not called broken.
#include <catch2/catch.hpp>

#include "models/registry.hpp"
#include "reports/judge.hpp"
#include "scenarios/load.hpp"
#include "scenarios/run.hpp"

using namespace lightcone;

TEST_CASE("judge: a claim that was not tested makes the run invalid and is no violation") {
  const models::Registry registry;
  scenarios::Diagnostics diagnostics("short.json", R"({"title": "Short", "question": "Is it long enough?",
    "system": {"model": "lock"}, "workload": {"clients": 2}, "length": "30s"})");
  const auto loaded = scenarios::load(registry, {}, diagnostics);
  INFO(diagnostics.to_text());
  REQUIRE(loaded);
  const auto run = scenarios::run(*loaded, {});
  const reports::RunReport report = reports::judge(*run);
  CHECK(report.verdict == reports::Verdict::invalid);
  CHECK(report.violation(*run) == nullptr);
  CHECK(report.ending == reports::Ending::invalid);
}
