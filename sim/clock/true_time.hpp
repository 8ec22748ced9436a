// A TrueTime interval: the node's belief that true time lies within [earliest, latest] (Corbett et al.,
// OSDI 2012, section 3).
#pragma once

#include "sim/time.hpp"

namespace lightcone::sim {

struct TrueTimeInterval {
  WallTime earliest;
  WallTime latest;
};

// How a node learns the time from its time masters. Between polls the uncertainty grows at the assumed
// drift; a poll resets it. Defaults are the paper's: a saw-tooth from 1 to 7 ms, 4 ms on average.
struct TrueTimeSource {
  Duration poll_interval = 30s;
  Duration uncertainty_at_poll = 1ms;        // half a round trip to a master, and the master's own
  std::int64_t assumed_drift_ppb = 200'000;  // 200 us/s
};

}  // namespace lightcone::sim
