// Whether runs of a scenario show what a lesson accepts. Only what the answer needs is run and judged: claims
// that no observation speaks of are not judged, and a run ends as soon as a claim that must hold is seen to
// be broken. The answer is the one that the whole run would give.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "scenarios/load.hpp"
#include "sim/claims.hpp"
#include "sim/simulation.hpp"

namespace lightcone::tools {

class Acceptance {
 public:
  // Both must outlive it.
  Acceptance(const scenarios::Loaded& loaded, const std::vector<scenarios::Observation>& accept);

  // With this seed. Nothing when `goes_on`, which is asked a hundred times in a run, said no. From any
  // thread.
  std::optional<bool> run(std::uint64_t seed, const std::function<bool()>& goes_on) const;

 private:
  // That the claim holds is part of what is accepted.
  bool must_hold(std::string_view claim) const;
  bool is_needed(std::string_view claim) const;
  bool is_refuted(const sim::Simulation& simulation) const;
  bool is_refuted(const sim::History& so_far) const;

  const scenarios::Loaded& loaded_;
  const std::vector<scenarios::Observation>& accept_;
  std::vector<sim::Claim> must_hold_;  // those that must hold, of those that are judged
};

}  // namespace lightcone::tools
