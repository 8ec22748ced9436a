#include "models/kafka/switches.hpp"

namespace lightcone::models::kafka {

using sim::BugSwitch;
using Shelf = BugSwitch::Shelf;
using Difficulty = BugSwitch::Difficulty;

std::vector<BugSwitch> bug_switches() {  // NOLINT(readability-function-size): a table
  return {
      {"kafka.hw-truncation", "followers cut their log where the leader's epochs end", "lost-write",
       Shelf::core, Difficulty::medium, "KIP-101, scenarios 1 and 2",
       "The high watermark arrives late: what lies behind it may be committed, and is not a follower's to "
       "cut."},
      {"kafka.unclean-election", "only a replica of the ISR or the ELR leads", "lost-write", Shelf::core,
       Difficulty::easy, "Jepsen on Kafka 0.8, 2013",
       "Whoever leads is right by definition, also about what it never had."},
      {"kafka.last-replica-standing", "who shut down uncleanly is not eligible, and who left a small ISR is",
       "lost-write", Shelf::core, Difficulty::medium, "KIP-966",
       "The last replica standing may be the one that has just lost its page cache."},
      {"kafka.isr-shrink-local", "a smaller ISR counts once the controllers have accepted it", "lost-write",
       Shelf::core, Difficulty::medium, "KIP-497",
       "Those who elect must know whom they can elect before anybody relies on it."},
      {"kafka.read-past-hw", "consumers are given only what is below the high watermark", "phantom",
       Shelf::core, Difficulty::easy, "the Kafka documentation on replication",
       "What is not committed may yet be undone, and then somebody has read what never was."},
      {"kafka.retry-no-idempotence", "leaders recognise a record that they have already", "duplicate-effect",
       Shelf::core, Difficulty::easy, "KIP-98; Jepsen on Redpanda 21.10.1",
       "An answer that is lost looks like a record that is lost; only a number can tell."},
      {"kafka.min-isr-1", "a leader commits nothing alone", "lost-write", Shelf::extended, Difficulty::easy,
       "Jepsen on Kafka 0.8, 2013", "All of the ISR is little when the ISR is one."},
      {"kafka.pid-state-lost", "a new leader knows the producers' sequence numbers from its log",
       "duplicate-effect", Shelf::extended, Difficulty::medium, "KIP-98 and KIP-360",
       "What prevents duplicates has to move with the log, or every failover forgets it."},
      {"kafka.renumber-too-soon",
       "a producer numbers anew only what cannot be in the log with its old number", "duplicate-effect",
       Shelf::extended, Difficulty::easy, "KIP-360",
       "A number that is missing is mostly late: who takes it for lost writes what comes with it twice."},
      {"kafka.sequence-reuse", "a producer that begins again from 0 does so in a later epoch", "lost-write",
       Shelf::extended, Difficulty::medium, "KIP-360, on its motivation",
       "A number that was used before has an answer already, and it is that of another record."},
      {"kafka.stale-controller", "brokers take only later metadata", "split-brain", Shelf::extended,
       Difficulty::medium, "KIP-320 and KIP-380",
       "A message that was held up speaks of a world that is over."},
      {"kafka.epoch-lookup-one-round", "a follower asks again until both have the epoch", "divergence",
       Shelf::extended, Difficulty::hard, "KIP-279",
       "After two quick elections logs can differ in more than their last epoch."},
      {"kafka.no-generation-check", "a commit of offsets counts if its member is of the current generation",
       "invariant(P7.7)", Shelf::core, Difficulty::medium, "KIP-447, on its background",
       "Who was left out does not know it: whoever keeps the offsets has to."},
      {"kafka.late-marker", "every transaction of a producer has an epoch of its own", "lost-write",
       Shelf::core, Difficulty::medium, "Jepsen on Bufstream 0.1.0; KAFKA-17754; KIP-890",
       "An end that comes late ends whatever is open by then, unless it says which transaction it means."},
      {"kafka.zombie-producer", "whoever becomes a transactional id's producer makes its epoch a later one",
       "dirty-read", Shelf::extended, Difficulty::medium, "KIP-98",
       "Two who believe to be the same producer write one transaction, and neither knows what is in it."},
      {"kafka.hanging-txn", "a leader asks whether its partition is in the transaction whose record it takes",
       "unavailable", Shelf::extended, Difficulty::medium, "KIP-890, on its motivation",
       "A record that comes behind its transaction's marker begins one that nobody will end."},
      {"kafka.commit-before-process", "a consumer commits what it has processed, and nothing else",
       "missing-effect", Shelf::extended, Difficulty::easy, "the Kafka documentation on consumers",
       "A note that something is done is made when it is done, or a crash makes it a lie."},
      {"kafka.retention-past-hw", "retention removes only what is committed", "lost-write", Shelf::extended,
       Difficulty::easy, "the Kafka documentation on log deletion; KIP-107",
       "Old is not the same as done: what the others have not fetched yet must not go."},
      {"kafka.compact-past-hw", "compaction lets only what is committed take the place of what was before",
       "lost-write", Shelf::extended, Difficulty::easy, "the Kafka documentation on log compaction",
       "What replaces something has to be there to stay."},
      {"kafka.tombstone-gc-early", "a deletion can be read for delete_retention after it is compacted",
       "resurrection", Shelf::extended, Difficulty::easy, "KIP-534",
       "Who was away while something was deleted has to be told, and a deletion that is gone tells nothing."},
      {"kafka.missed-tombstones", "a replica that has missed deletions begins anew", "resurrection",
       Shelf::extended, Difficulty::easy, "KIP-534, on what it leaves to operators",
       "Only who has read everything in time may go on where it stopped; all others begin at the beginning."},
  };
}

std::int64_t Safeguards::min_isr(const Parameters& parameters) const {
  return needs_second_replica ? parameters.min_isr : 1;
}

Metadata::Policy Safeguards::policy(const Parameters& parameters) const {
  return {min_isr(parameters), elr(parameters), parameters.unclean || !clean_elections};
}

Safeguards safeguards_without(const sim::BugSet& bugs, const Parameters& parameters) {
  const auto on = [&](std::string_view bug) { return !bugs.contains(bug); };
  Safeguards safe;
  safe.truncates_by_epoch = on("kafka.hw-truncation");
  safe.repeats_epoch_lookup = on("kafka.epoch-lookup-one-round");
  safe.clean_elections = on("kafka.unclean-election");
  safe.tracks_shutdowns = on("kafka.last-replica-standing");
  safe.counts_maximal_isr = on("kafka.isr-shrink-local");
  safe.readers_stop_at_hw = on("kafka.read-past-hw");
  safe.checks_sequences = on("kafka.retry-no-idempotence");
  safe.keeps_producer_state = on("kafka.pid-state-lost");
  safe.renumbers_what_is_lost = on("kafka.renumber-too-soon");
  safe.renumbers_in_later_epoch = on("kafka.sequence-reuse");
  safe.refuses_old_metadata = on("kafka.stale-controller");
  safe.needs_second_replica = on("kafka.min-isr-1");
  safe.checks_generation = on("kafka.no-generation-check");
  safe.processes_first = on("kafka.commit-before-process");
  safe.bumps_epoch = on("kafka.zombie-producer");
  safe.epoch_a_transaction = on("kafka.late-marker") && parameters.epochs == Epochs::transaction;
  safe.verifies_partitions = on("kafka.hanging-txn");
  safe.retains_uncommitted = on("kafka.retention-past-hw");
  safe.compacts_committed = on("kafka.compact-past-hw");
  safe.keeps_tombstones = on("kafka.tombstone-gc-early");
  safe.notices_missed_tombstones = on("kafka.missed-tombstones");
  return safe;
}

}  // namespace lightcone::models::kafka
