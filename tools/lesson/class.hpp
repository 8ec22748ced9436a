// A lesson being held: its run, what came true of it, and the remedies that were tried.
#pragma once

#include <cstdint>
#include <functional>
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

// What came of a remedy.
struct Trial {
  std::uint64_t seeds = 0;     // tried; all of them, unless it was ended before
  std::uint64_t accepted = 0;  // of them
  std::optional<std::uint64_t> first_failure;
  bool was_ended = false;
  std::string problem{};  // not empty: the remedy does not fit the scenario, and nothing was tried

  bool holds() const { return accepted == seeds; }
};

// Told several times a second how many runs were made; false ends them.
using TrialWatch = std::function<bool(std::uint64_t)>;

// Runs the lesson's scenario with the remedy, once a seed, `jobs` at a time.
Trial try_remedy(const models::Registry& registry, const scenarios::Loaded& loaded,
                 const scenarios::Remedy& remedy, SeedRange seeds, unsigned jobs, const TrialWatch& watch);

// The same with each of some remedies, of which there is one: what came of them, in their order. The runs of
// all are made at once, so that no core waits for the last of one.
std::vector<Trial> try_remedies(const models::Registry& registry, const scenarios::Loaded& loaded,
                                const std::vector<const scenarios::Remedy*>& remedies, SeedRange seeds,
                                unsigned jobs, const TrialWatch& watch);

// With which remedies are tried when nobody says otherwise.
inline constexpr SeedRange usual_seeds{1, 100};

// The same on all cores, with its progress on the terminal, until it is interrupted. A problem is said there.
std::vector<Trial> try_on_terminal(const models::Registry& registry, const scenarios::Loaded& loaded,
                                   const std::vector<const scenarios::Remedy*>& remedies, SeedRange seeds,
                                   Terminal& terminal);

}  // namespace lightcone::tools
