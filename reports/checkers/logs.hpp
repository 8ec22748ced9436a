// Append-only logs and streams.
//
// Operations, on the log that the key names: `append` value, result its position from 0, or anything else
// where it is not told; `read` without a value, result the whole log as a list; `read` value = position,
// result what is there or null; `poll`, result a list of [position, value] in the order of delivery, each
// process going on where it stopped. Values are unique in their log.
#pragma once

#include "reports/checkers/findings.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::checkers {

// `lost-write`: acknowledged, but missing from every whole read that ends after one began that could have had
// it,
//     or skipped by a process's polls and read by nobody
// `divergence`: one position, two values
// `duplicate-effect`: one value, two positions
// `dirty-read`: its append failed; `phantom`: never appended
// `reorder`: appended after another had been acknowledged, but at an earlier position
// `nonmonotonic`: a process is delivered a position again or an earlier one, or reads a shorter log than
// before O(n log n) in the elements of all reads and polls.
Judgements check_log(const sim::History& history);

}  // namespace lightcone::reports::checkers
