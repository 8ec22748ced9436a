// How long a Raft cluster is without a leader: servers of the model on a simulated network, without clients.
#pragma once

#include <cstdint>
#include <vector>

#include "models/raft/parameters.hpp"
#include "sim/chance/distribution.hpp"
#include "sim/time.hpp"

namespace lightcone::tests {

struct Elections {
  sim::Duration timeout_min{};
  sim::Duration timeout_max{};
  sim::Distribution one_way;  // of each message
  sim::Distribution write;    // of term and vote, to the disk
  std::int64_t servers = 5;
  std::int64_t down = 0;     // of them, from the start
  std::uint64_t trials = 0;  // each with a seed of its own, from 1

  // As in the paper: no pre-vote, no check-quorum, votes for whoever asks first, heartbeats every half of the
  // shortest timeout.
  models::raft::Parameters parameters() const;
};

struct Measured {
  std::vector<double> times;  // until there is a leader, milliseconds, ascending
  double split = 0;           // share of the elections in which nobody won the first term

  double quantile(double share) const;
  double mean() const;
};

// From the start of a cluster, all of whose timers begin then.
Measured from_fresh_timers(const Elections& given);

// From the crash of a leader, at a random time between two heartbeats. Two of the others have not got its
// last entry.
Measured after_a_crash(const Elections& given);

}  // namespace lightcone::tests
