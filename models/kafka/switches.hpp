// The safeguards of the partitioned log, and the switches that take one away each.
#pragma once

#include <cstdint>
#include <vector>

#include "models/kafka/metadata.hpp"
#include "models/kafka/parameters.hpp"
#include "sim/model.hpp"

namespace lightcone::models::kafka {

std::vector<sim::BugSwitch> bug_switches();

// What protects the log; a bug switch takes one away.
struct Safeguards {
  bool truncates_by_epoch = true;         // kafka.hw-truncation
  bool repeats_epoch_lookup = true;       // kafka.epoch-lookup-one-round
  bool clean_elections = true;            // kafka.unclean-election
  bool tracks_shutdowns = true;           // kafka.last-replica-standing
  bool counts_maximal_isr = true;         // kafka.isr-shrink-local
  bool readers_stop_at_hw = true;         // kafka.read-past-hw
  bool checks_sequences = true;           // kafka.retry-no-idempotence
  bool keeps_producer_state = true;       // kafka.pid-state-lost
  bool renumbers_what_is_lost = true;     // kafka.renumber-too-soon
  bool renumbers_in_later_epoch = true;   // kafka.sequence-reuse
  bool refuses_old_metadata = true;       // kafka.stale-controller
  bool needs_second_replica = true;       // kafka.min-isr-1
  bool checks_generation = true;          // kafka.no-generation-check
  bool processes_first = true;            // kafka.commit-before-process
  bool bumps_epoch = true;                // kafka.zombie-producer
  bool epoch_a_transaction = true;        // kafka.late-marker, or epochs=session
  bool verifies_partitions = true;        // kafka.hanging-txn
  bool retains_uncommitted = true;        // kafka.retention-past-hw
  bool compacts_committed = true;         // kafka.compact-past-hw
  bool keeps_tombstones = true;           // kafka.tombstone-gc-early
  bool notices_missed_tombstones = true;  // kafka.missed-tombstones

  // What is left of the parameters.
  std::int64_t min_isr(const Parameters& parameters) const;
  // A marker is of a later epoch than the records that it ends.
  bool markers_are_later() const { return epoch_a_transaction && bumps_epoch; }
  bool elr(const Parameters& parameters) const { return parameters.elr && tracks_shutdowns; }
  Metadata::Policy policy(const Parameters& parameters) const;
};
Safeguards safeguards_without(const sim::BugSet& bugs, const Parameters& parameters);

}  // namespace lightcone::models::kafka
