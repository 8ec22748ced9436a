// Why a part cannot be linearized, in words that can be followed with the history at hand.
#pragma once

#include <string>
#include <vector>

#include "reports/checkers/linearizability/object.hpp"
#include "reports/checkers/linearizability/operations.hpp"
#include "reports/checkers/linearizability/zones.hpp"
#include "reports/judgement.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::checkers {

struct Explanation {
  std::string anomaly;
  std::string summary;
  std::vector<Step> reason;
};

Explanation explained(const ZoneConflict& conflict, Part part, const sim::History& history,
                      const Object& object);

// `kept`: the operations of the witness; `stuck`: that whose return no order reaches; `instead`: what it
// could have answered, where that is known.
Explanation explained(const std::vector<std::uint32_t>& kept, std::uint32_t stuck,
                      const std::vector<sim::Value>& instead, Part part, const sim::History& history,
                      const Object& object);

}  // namespace lightcone::reports::checkers
