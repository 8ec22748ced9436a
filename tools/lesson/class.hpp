// A lesson being held: its run, what came true of it, and the remedies that were tried.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/registry.hpp"
#include "reports/judge.hpp"
#include "reports/recording/recording.hpp"
#include "scenarios/load.hpp"
#include "sim/run_record.hpp"
#include "tools/scenario_file.hpp"
#include "tools/terminal.hpp"

namespace lightcone::tools {

struct HeldRun {
  sim::RunRecord record;
  reports::RunReport report;
  std::vector<std::size_t> came_true;  // choices, from 0
};

// Nothing when it was interrupted. What pages need goes into `recording`, unless that is null.
std::optional<HeldRun> hold(const scenarios::Loaded& loaded, reports::Recording* recording = nullptr);

// The remedies in the order in which they are shown, which does not tell which one is right.
std::vector<const scenarios::Remedy*> remedies_of(const scenarios::Lesson& lesson);

struct Trial {
  std::uint64_t seeds = 0;     // tried
  std::uint64_t accepted = 0;  // of them
  std::optional<std::uint64_t> first_failure;
  int exit_code = 0;  // not 0: it could not be tried, and it was said why
};

// Runs the lesson's scenario with the remedy, once a seed.
Trial try_remedy(const models::Registry& registry, const scenarios::Loaded& loaded,
                 const scenarios::Remedy& remedy, SeedRange seeds, Terminal& terminal);

}  // namespace lightcone::tools
