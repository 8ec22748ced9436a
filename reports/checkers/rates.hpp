// Admissions that a limit must bound in every window of time.
#pragma once

#include <cstdint>

#include "reports/checkers/findings.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::checkers {

struct RateBound {
  std::int64_t admitted = 0;  // units in any window, bursts included
  std::int64_t window = 0;    // in the unit of the history's times, above 0
};

// Every operation that is ok and whose result is not false was admitted, at some time between invocation and
// return; its value is its cost in units where that is an integer above 0, and 1 otherwise. Each key has its
// own limit. `over-admission`: in some window more was certainly admitted. O(n log n).
Judgements check_rate(const sim::History& history, const RateBound& bound);

}  // namespace lightcone::reports::checkers
