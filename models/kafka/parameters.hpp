// What can be set about the partitioned log.
#pragma once

#include <cstdint>
#include <string>

#include "models/kafka/content.hpp"
#include "models/parts/raft/options.hpp"
#include "sim/drawn_duration.hpp"
#include "sim/fields.hpp"

namespace lightcone::models::kafka {

// When a producer is told that a record is written.
enum class Acks : std::uint8_t { none, leader, all };
sim::Choices<Acks> choices_of(Acks);

// When a log is flushed to the disk.
enum class Flush : std::uint8_t { none, every };
sim::Choices<Flush> choices_of(Flush);

// How a group gives its partitions to other members: all are given back first, or only those that move.
enum class Assign : std::uint8_t { eager, cooperative };
sim::Choices<Assign> choices_of(Assign);

// When a consumer says how far it is: after what it processed, before that, or from time to time.
enum class Commit : std::uint8_t { automatic, before, after };
sim::Choices<Commit> choices_of(Commit);

// What a reader is given: all that is committed to the log, or only what is of no transaction or a committed
// one.
enum class Isolation : std::uint8_t { read_uncommitted, read_committed };
sim::Choices<Isolation> choices_of(Isolation);

// For how long a producer of transactions has one epoch.
enum class Epochs : std::uint8_t { session, transaction };
sim::Choices<Epochs> choices_of(Epochs);

// What is taken away from the log in time: segments that are old or too many, or records that a later one of
// their key replaces.
enum class Cleanup : std::uint8_t { remove, compact };
sim::Choices<Cleanup> choices_of(Cleanup);

// Where a consumer goes on whose place in the log is gone.
enum class Reset : std::uint8_t { earliest, latest };
sim::Choices<Reset> choices_of(Reset);

struct Parameters {
  std::int64_t brokers = 3;
  std::int64_t controllers = 3;
  std::int64_t partitions = 2;
  std::int64_t rf = 3;       // replicas of a partition
  std::int64_t min_isr = 2;  // below which acks=all is refused, and nothing is committed
  Acks acks = Acks::all;
  bool unclean = false;
  bool elr = true;
  bool idempotent = true;
  std::int64_t max_inflight = 1;
  Flush flush = Flush::none;
  sim::Duration writeback = sim::Duration(5'000'000'000);
  sim::Duration lag_max = sim::Duration(500'000'000);
  sim::Duration fetch_wait = sim::Duration(100'000'000);
  sim::Duration session_timeout = sim::Duration(600'000'000);
  sim::Duration heartbeat = sim::Duration(100'000'000);
  sim::Duration checkpoint_every = sim::Duration(500'000'000);
  std::int64_t consumers = 0;  // members of the group; 0: there is no group
  Assign assign = Assign::eager;
  Commit commit = Commit::after;
  sim::Duration commit_every = sim::Duration(1'000'000'000);
  sim::Duration rebalance_timeout = sim::Duration(600'000'000);
  sim::DrawnDuration process{sim::Duration(5'000'000)};
  std::int64_t batch = 10;      // records that a consumer takes at once
  std::int64_t processors = 0;  // members of the group that write outputs, in transactions
  std::int64_t outputs = 2;     // partitions that they write to
  Isolation isolation = Isolation::read_committed;
  Epochs epochs = Epochs::transaction;
  sim::Duration transaction_timeout = sim::Duration(600'000'000);
  std::int64_t abort_every = 0;  // of a processor's transactions, that it gives up; 0: none
  Cleanup cleanup = Cleanup::remove;
  sim::Duration retention{};           // zero: for ever
  std::int64_t retention_records = 0;  // of a partition; 0: without bound
  std::int64_t segment_records = 100;
  sim::Duration delete_retention = sim::Duration(5'000'000'000);
  sim::Duration cleanup_every = sim::Duration(500'000'000);
  Reset reset = Reset::earliest;
  sim::Duration election_min = sim::Duration(150'000'000);
  sim::Duration election_max = sim::Duration(300'000'000);

  static const sim::FieldTable<Parameters>& fields();
  parts::raft::Options group_options() const;
  sim::Duration longest_timeout() const;
  // Nothing that was acknowledged by all is lost while fewer than min_isr replicas lose it.
  bool keeps_what_is_committed() const { return min_isr >= 2 && elr && !unclean; }

  // What keeps all of its records for ever needs no cleaning.
  bool is_compacted() const { return cleanup == Cleanup::compact; }
  bool is_retained_for_a_while() const {
    return !is_compacted() && (retention_records > 0 || retention > sim::Duration::zero());
  }

  bool is_cleaned() const { return is_compacted() || is_retained_for_a_while(); }

  bool has_group() const { return consumers > 0 || processors > 0; }
  bool has_transactions() const { return processors > 0; }
  // Partitions of clients come first, and then those that brokers keep for themselves.
  std::int64_t all_partitions() const {
    return of_clients() + (has_group() ? 1 : 0) + (has_transactions() ? 1 : 0);
  }
  bool is_input(PartitionId id) const { return id < static_cast<PartitionId>(partitions); }
  // Outputs are behind the inputs.
  bool is_of_clients(PartitionId id) const { return id < static_cast<PartitionId>(of_clients()); }
  // In which a group remembers how far it is; who leads it coordinates the group.
  PartitionId offsets_partition() const { return static_cast<PartitionId>(of_clients()); }
  // In which the states of transactions are; who leads it coordinates them.
  PartitionId transactions_partition() const { return offsets_partition() + 1; }
  std::int64_t of_clients() const { return partitions + (has_transactions() ? outputs : 0); }
  std::string name_of(PartitionId id) const;
};

}  // namespace lightcone::models::kafka
