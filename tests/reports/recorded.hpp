// A run of a shipped scenario with its recording, for tests of what shows it.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "reports/judge.hpp"
#include "reports/recording/recorder.hpp"
#include "tests/shipped_scenarios.hpp"

namespace lightcone::tests {

struct Recorded {
  reports::Recording recording;
  sim::RunRecord run;
  reports::RunReport report;
};

inline Recorded recorded(const std::string& file) {
  const models::Registry registry;
  const scenarios::Loaded loaded = load_shipped(registry, file);
  Recorded out;
  scenarios::RunOptions options;
  options.seed = loaded.scenario.seed;
  options.attach = [&](sim::Simulation& simulation) { return reports::record(simulation, out.recording); };
  auto run = scenarios::run(loaded, options);
  REQUIRE(run);
  out.run = std::move(*run);
  out.report = reports::judge(out.run);
  return out;
}

}  // namespace lightcone::tests
