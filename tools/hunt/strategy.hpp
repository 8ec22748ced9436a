// Where a hunt looks next.
//
//   uniform   the scenario as it is, seed after seed
//   swarm     each seed also changes, at random, which kinds of faults the nemesis may draw, how many and how
//             hard, and what clients do and how often (Groce et al., "Swarm Testing", ISSTA 2012)
//   pct       who goes first among messages that are due together is decided by priorities that change at a
//             few random points (Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees of
//             Finding Bugs", ASPLOS 2010)
//   guided    runs that showed something new are tried again with their faults moved, repeated, aimed or left
//             out (feedback as of fuzzers: Zalewski, american fuzzy lop)
//
// A strategy is a function of the seed, and for `guided` of the trials learnt so far, in the order of their
// numbers: never of time, threads or jobs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "models/registry.hpp"
#include "scenarios/load.hpp"
#include "tools/hunt/trial.hpp"

namespace lightcone::tools::hunt {

enum class StrategyKind : std::uint8_t { uniform, swarm, pct, guided };
std::optional<StrategyKind> strategy_named(std::string_view name);
std::string_view to_string(StrategyKind kind);

class Strategy {
 public:
  Strategy() = default;
  Strategy(const Strategy&) = delete;
  Strategy& operator=(const Strategy&) = delete;
  virtual ~Strategy() = default;

  // What to run for this seed. May be called from several threads at once, but not while learn() runs.
  virtual std::shared_ptr<const scenarios::Loaded> candidate(std::uint64_t seed) const = 0;
  // A trial that is over; called in the order of the seeds.
  virtual void learn(const Trial& trial, const std::shared_ptr<const scenarios::Loaded>& ran);
  // So many seeds have their candidates from the same knowledge; 0: it never changes.
  virtual std::uint64_t generation() const { return 0; }
  // All trials before are learnt, and their lessons count from here on.
  virtual void begin_generation() {}
};

// The scenario and the registry must outlive the strategy.
std::unique_ptr<Strategy> make_strategy(StrategyKind kind, const models::Registry& registry,
                                        const scenarios::Loaded& base);

}  // namespace lightcone::tools::hunt
