// Runs that go through a trouble and must come out of it.
#pragma once

#include <cstdint>

#include "reports/checkers/findings.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::checkers {

// All times in the unit of the history's; `until` is not included.
struct Recovery {
  std::int64_t baseline_from = 0;  // before the trouble
  std::int64_t baseline_until = 0;
  std::int64_t healed_at = 0;  // the trigger is gone
  std::int64_t budget = 0;     // by then, from `healed_at`, goodput must be back
  std::int64_t ends_at = 0;    // of the run
  unsigned percent = 90;       // of the baseline's goodput
};

// `metastable`: goodput, counted as operations that returned ok, was below `percent` of the baseline in each
// of 20 slices of the time from `healed_at` to the end of the budget (Bronson et al., "Metastable failures in
// distributed systems", HotOS 2021). Unknown if the run ends before the budget; invalid if the baseline
// has no goodput. Linear.
Judgements check_recovery(const sim::History& history, const Recovery& recovery);

struct Progress {
  std::int64_t healed_at = 0;
  std::int64_t within = 0;   // an operation that begins later than healed_at succeeds so long after
  std::int64_t ends_at = 0;  // of the run
};

// `unavailable`: an operation invoked from `healed_at` on did not return ok within the bound, and neither did
// a second try: the process's next operation of the same name, key and value (SYSTEMS 0.6). What its client
// gave up within the bound from `healed_at` on is not judged, for the system may still have been recovering;
// nor are operations whose bound lies beyond the end of the run. Invalid if none is judged. Linear.
Judgements check_progress(const sim::History& history, const Progress& progress);

struct Availability {
  std::int64_t from = 0;
  std::int64_t until = 0;
  std::int64_t within = 0;  // the longest time without a success
};

// `unavailable`: some time in [from, until) longer than `within` passed in which no operation returned ok
// although one was tried: begun, or still waiting for its answer. The witness is what was tried in the
// longest such time. Invalid if nothing was tried between `from` and `until`. O(n log n).
Judgements check_availability(const sim::History& history, const Availability& availability);

}  // namespace lightcone::reports::checkers
