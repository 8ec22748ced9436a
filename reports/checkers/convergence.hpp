// Replicas that say the same once nothing happens any more.
#pragma once

#include <cstdint>

#include "reports/checkers/findings.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::checkers {

// Operations: `digest` (or `read`), answered by `node`, whose result stands for the replica's whole state of
// a key. Those invoked from `quiet_from` on count, of each node the last. `divergence`; invalid if no key was
// told by two nodes. Linear.
Judgements check_convergence(const sim::History& history, std::int64_t quiet_from);

}  // namespace lightcone::reports::checkers
