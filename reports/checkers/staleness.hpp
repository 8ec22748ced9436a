// Reads of registers that may be old, but not too old.
#pragma once

#include <cstdint>
#include <optional>

#include "reports/checkers/findings.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::checkers {

struct StalenessBounds {
  std::optional<std::int64_t> time;       // a value may be found so long after it was overwritten
  std::optional<std::uint64_t> versions;  // a value may be found that so many later ones have replaced
};

// Operations as in sessions/register_history.hpp: `read` or `get`, `write` or `put`, unique values.
//
// A write replaces another for certain if it was invoked after that returned; it is done for certain when it
// returned. So `stale-read` never accuses a read that some order of overlapping operations excuses; what
// overlaps is left to linearizability. Also `phantom` and `dirty-read`. O(n log n).
Judgements check_staleness(const sim::History& history, const StalenessBounds& bounds,
                           const sim::Value& initial = {});

}  // namespace lightcone::reports::checkers
