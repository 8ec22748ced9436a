// A day without faults, with each profile's own workload: what is promised holds, for those who only try it.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <string>

#include "models/registry.hpp"
#include "reports/judge.hpp"
#include "scenarios/load.hpp"
#include "scenarios/run.hpp"

namespace lightcone::tests {

TEST_CASE("every profile of every system keeps its promises on a day without faults") {
  const models::Registry registry;
  for (const auto& model : registry.all()) {
    for (const sim::Profile& profile : model->profiles()) {
      const std::string text = fmt::format(
          R"({{"title": "A quiet day", "question": "Does it work?", "system": {{"model": "{}", "profile": "{}"}},
 "workload": {{"clients": 10, "think": {{"exponential": {{"mean": "100ms"}}}}}}, "length": "1m", "calm": "20s"}})",
          model->name(), profile.name);
      scenarios::Diagnostics diagnostics("quiet day", text);
      const auto loaded = scenarios::load(registry, {}, diagnostics);
      INFO(model->name() << ", " << profile.name << ": " << diagnostics.to_text());
      REQUIRE(loaded.has_value());
      const auto run = scenarios::run(*loaded, {});
      const reports::RunReport report = reports::judge(*run);
      for (const reports::ClaimReport& claim : report.claims) {
        INFO(claim.claim.id << ": " << claim.judgement.summary);
        const bool kept = claim.judgement.verdict == reports::Verdict::held ||
                          claim.judgement.verdict == reports::Verdict::weak;
        CHECK(kept);
      }
    }
  }
}

}  // namespace lightcone::tests
