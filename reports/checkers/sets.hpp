// Sets that only grow: what was added must be read from then on, once, and nothing else.
//
// Operations: `add` value, result ignored; `read`, result a list. A key names one of several sets. An element
// is known when its addition was acknowledged or a read that has it returned; additions of unknown outcome
// that are read have "recovered", which is no anomaly.
#pragma once

#include <cstdint>
#include <optional>

#include "reports/checkers/findings.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::checkers {

struct SetOptions {
  // How long after it is known an element may be missing from a read that begins, in the unit of the
  // history's times. Nullopt: until the last reads.
  std::optional<std::int64_t> stale_for;
};

// `lost-write` (known, missing, and in no read that ends after that one began), `phantom` (never added, or
// read before), `dirty-read` (its addition failed), `duplicate-effect` (twice in a read), `stale-read`
// (missing for longer than `stale_for`, but back later). Linear in the elements of all reads.
Judgements check_set(const sim::History& history, const SetOptions& options = {});

}  // namespace lightcone::reports::checkers
