// Runs a scenario: scenario and seed in, record out. No I/O, no threads, no state outside.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "scenarios/load.hpp"
#include "sim/claims.hpp"
#include "sim/observer.hpp"
#include "sim/run_record.hpp"
#include "sim/simulation.hpp"

namespace lightcone::scenarios {

struct Progress {
  sim::Duration now{};
  sim::Duration end{};
  std::uint64_t events = 0;
};

// Another continuation of the same run: up to an instant everything is as it was, and then it is not.
struct Fork {
  sim::Duration at{};
  std::uint64_t luck = 0;  // messages take other times, and others are lost; for each number another one
  bool has_faults = true;  // those that would begin later do
};

struct RunOptions {
  std::uint64_t seed = 1;
  std::optional<Fork> fork;
  // Called with the simulation before it starts: to attach observers. What it returns dies before the
  // simulation does.
  std::function<std::shared_ptr<void>(sim::Simulation&)> attach;
  // Called before the run starts with all its faults: those of the file, and then those that were drawn.
  std::function<void(const std::vector<faults::FaultSpec>&)> planned;
  // Called a hundred times in a run. False ends it, and then there is no record.
  std::function<bool(const Progress&)> progress;
};

// The claims of which a run is judged.
std::vector<sim::Claim> claims_to_judge(const Loaded& loaded);

// Nothing when `progress` ended it. `loaded` must outlive the call.
std::optional<sim::RunRecord> run(const Loaded& loaded, const RunOptions& options);

}  // namespace lightcone::scenarios
