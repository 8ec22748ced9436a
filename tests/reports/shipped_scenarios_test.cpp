// What the shipped scenarios show is what they say they show.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "reports/judge.hpp"
#include "tests/shipped_scenarios.hpp"

namespace lightcone::tests {

TEST_CASE("every shipped scenario ends as it expects") {
  const models::Registry registry;
  for (const std::string& file : shipped_scenarios()) {
    const scenarios::Loaded loaded = load_shipped(registry, file);
    const sim::RunRecord run = run_loaded(loaded, loaded.scenario.seed);
    const reports::RunReport report = reports::judge(run);
    INFO(file);
    CHECK(report.ending == reports::Ending::as_expected);
    CHECK(report.verdict != reports::Verdict::unknown);
  }
}

TEST_CASE("every bug switch has a scenario that shows its anomaly, and the same with the safeguard on") {
  const models::Registry registry;
  std::map<std::string, std::string> shown_by;
  for (const std::string& file : shipped_scenarios()) {
    const scenarios::Loaded loaded = load_shipped(registry, file);
    if (loaded.bugs.size() != 1 || loaded.scenario.lesson) continue;  // the twin of a lesson is its fix
    const std::string& bug = *loaded.bugs.begin();
    INFO(file);
    for (const sim::BugSwitch& known : loaded.model->bugs()) {
      if (known.name == bug) CHECK(loaded.scenario.expect.anomaly == known.anomaly);
    }
    shown_by[bug] = file;

    const std::string twin = file.substr(0, file.size() - std::string(".json").size()) + ".fixed.json";
    const scenarios::Loaded fixed = load_shipped(registry, twin);
    CHECK(fixed.bugs.empty());
    CHECK_FALSE(fixed.scenario.expect.anomaly);
    CHECK(fixed.scenario.seed == loaded.scenario.seed);
  }
  for (const auto& model : registry.all()) {
    for (const sim::BugSwitch& bug : model->bugs()) {
      INFO(bug.name);
      CHECK(shown_by.contains(bug.name));
    }
  }
}

}  // namespace lightcone::tests
