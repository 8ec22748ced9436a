// One partition on one broker: a log, and what its broker does for it.
//
//              the controllers' metadata, with a later leader epoch
//   idle ◀────────────────────┼─────────────────────▶ leader: appends, answers, counts who has what
//                             ▼
//                 follower: asks where its epochs end at the leader, cuts off what differs, then fetches
//
// What it keeps true (numbers of SYSTEMS T7):
//   P7.1 acknowledged records stay     acknowledged when all of the ISR have them      replica_leader.cpp
//   P7.2 agreement below the HW        truncation by leader epochs (KIP-101, KIP-279)  replica_follower.cpp
//                                      consumers stop at the HW                        replica_leader.cpp
//   P7.3, P7.4 order, no duplicates    sequence numbers (KIP-98, KIP-360)              producer_table.hpp
//   P7.8 the maximal ISR               a smaller ISR counts once accepted (KIP-497)    replica_leader.cpp
//   P7.9 one leader an epoch           only later metadata is taken                    replica.cpp
//   P7.13 to P7.16 cleaning up         only what is committed; who missed it is told   replica_cleanup.cpp
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/kafka/messages.hpp"
#include "models/kafka/partition_log.hpp"
#include "models/kafka/producer_table.hpp"
#include "models/kafka/switches.hpp"
#include "models/kafka/transaction_messages.hpp"
#include "models/kafka/transaction_table.hpp"
#include "models/parts/stable/cell.hpp"
#include "sim/env.hpp"

namespace lightcone::models::kafka {

class Replica {
 public:
  enum class Role : std::uint8_t { idle, leader, follower };
  // The broker, to its replicas.
  class Host {
   public:
    virtual void ask_controller(const AlterPartition& wanted) = 0;
    // Something was appended or removed.
    virtual void log_changed() = 0;
    // The replica began to lead or ceased to, or leads and committed something.
    virtual void leader_moved(PartitionId partition) = 0;
    // Asks whether the partition is in this producer's open transaction. `then` may never be called.
    virtual void verify(PartitionId partition, const ProducerSession& session,
                        std::function<void(bool)> then) = 0;

   protected:
    ~Host() = default;
  };

  Replica(sim::Env& env, const Parameters& parameters, const Safeguards& safe, Host& host, PartitionId id);

  void recover();
  // What the controllers say of the partition, and of the brokers.
  void adopt(const PartitionState& state, const std::map<NodeId, BrokerState>& brokers);

  // Leader.
  void on(const Produce& produce, const sim::From& from);
  void on(const Poll& poll, const sim::From& from);
  void on(const FetchRecords& fetch, NodeId from);
  void on(const OffsetForLeaderEpoch& question, NodeId from);
  void check_followers();
  void on(const WriteMarker& marker, const sim::From& from);
  // Of a record of a transaction: whether its producer is one no more, and whether it has to be asked first
  // if the partition is in the transaction.
  bool is_fenced(const ProducerSession& session) const;
  bool needs_verification(const Record& record) const;
  void verify(const ProducerSession& session, std::function<void(bool)> then);
  Offset last_stable_offset() const;
  // A record of the broker's own. False when nothing can be written now.
  bool write(const Record& record);
  // Leads, and all that was committed before it led is below the high watermark that it knows.
  bool knows_what_is_committed() const;

  // Follower.
  void on(const FetchedRecords& fetched);
  void on(const Diverged& diverged);
  void on(const LogStartsLater& later);
  void on(const EpochEndOffset& answer);
  void on(const FetchDue&);

  // The disk: a flush with this number began, or is durable.
  void flush_began(std::uint64_t flush);
  void flushed(std::uint64_t flush);
  void write_checkpoint();
  // What retention or compaction takes away now.
  void clean_up();

  PartitionId id() const { return id_; }
  Role role() const { return role_; }
  LeaderEpoch leader_epoch() const { return epoch_; }
  NodeId leader() const { return leader_; }
  Offset high_watermark() const { return high_watermark_; }
  const PartitionLog& log() const { return log_; }
  const std::vector<NodeId>& isr() const { return isr_; }
  std::optional<LogEnd> end_without_leader() const;
  void show(sim::FieldVisitor& visitor) const;

 private:
  // What a leader knows of a follower.
  struct Peer {
    BrokerEpoch broker_epoch = 0;
    std::uint64_t round = 0;
    Offset end = 0;  // of its log, as far as it agrees
    sim::MonoTime caught_up_at{};
    sim::MonoTime fetched_at{};
    Offset end_when_fetched = 0;  // of this log, when it fetched last
    bool is_whole = false;        // no tombstone was removed here that it has not
    std::optional<FetchRecords> parked;
  };
  // A producer that waits for its acknowledgement.
  struct Waiting {
    Offset offset = 0;
    Acks acks = Acks::all;
    sim::From from{};
    std::optional<MarkerWritten> marker{};  // that is the answer then
  };
  enum class Verified : std::uint8_t { no, yes };
  enum class Stage : std::uint8_t { looking_up, fetching };

  // replica.cpp
  void become(const PartitionState& state);
  void take_isr(const PartitionState& state);
  void leave_role();
  void set_high_watermark(Offset offset);
  void truncate(Offset to);
  bool append(const Record& record);
  bool copy(const Entry& entry);
  void took_last();
  void rebuild_tables();
  ProducerTable::BehindMarkers behind_markers() const;
  void sample();

  // replica_cleanup.cpp
  void retain();
  void shorten(Offset start);
  void compact();
  bool may_forget(Offset tombstone) const;
  void note_tombstones(const std::vector<Offset>& kept, const std::vector<Offset>& removed);
  bool missed_deletions(Peer& peer, Offset offset) const;
  void begin_anew(const LogStart& start);

  // replica_leader.cpp
  void lead();
  bool append_as_leader(const Record& record);
  void take(const Produce& produce, const sim::From& from, Verified verified);
  void refuse_out_of_order(const sim::From& from);
  void verify_and_take(const Produce& produce, const sim::From& from);
  void acknowledge(const Produce& produce, Offset offset, const sim::From& from);
  void answer_waiting();
  void refuse_waiting();
  bool is_too_small() const;
  Offset counted_end() const;
  void advance_high_watermark();
  bool agrees(Offset offset, LeaderEpoch last_epoch) const;
  void note_fetch(Peer& peer, const FetchRecords& fetch);
  void wake_followers();
  void send_records(const FetchRecords& fetch, NodeId to);
  void maybe_expand(NodeId follower);
  void propose(const std::vector<NodeId>& isr);

  // replica_follower.cpp
  void follow();
  void look_up();
  void fetch();
  void arm_fetch_timer();

  sim::Env& env_;
  const Parameters& parameters_;
  const Safeguards& safe_;
  Host& host_;
  PartitionId id_;
  std::string name_;
  PartitionLog log_;
  ProducerTable producers_;
  TransactionTable transactions_;
  parts::stable::Cell<Offset> checkpoint_;

  Role role_ = Role::idle;
  LeaderEpoch epoch_ = 0;
  PartitionEpoch partition_epoch_ = 0;
  NodeId leader_ = no_node;
  std::vector<NodeId> isr_;  // that the controllers have accepted
  std::map<NodeId, BrokerState> brokers_;
  Offset high_watermark_ = 0;
  Offset checkpointed_ = 0;

  // Compaction. Tombstones before the first place may be missing from the log, and those before the second
  // may go at once. As a leader: since when each of the others is the only record of its key.
  Offset deletions_from_ = 0;
  Offset forgotten_ = 0;
  std::map<Offset, sim::MonoTime> tombstones_;

  // Durability in progress: (flush, end of the log when it began), less what was truncated since.
  std::deque<std::pair<std::uint64_t, Offset>> flushes_;
  Offset durable_end_ = 0;

  // Leader.
  Offset epoch_start_ = 0;
  std::map<NodeId, Peer> peers_;
  std::optional<AlterPartition> wanted_;  // not known to be accepted or refused
  std::deque<Waiting> waiting_;

  // Follower.
  Stage stage_ = Stage::looking_up;
  std::uint64_t round_ = 0;
  std::uint64_t agreed_since_ = 0;  // answers to older requests are of no use
  sim::TimerId fetch_timer_;

  // A value as a time series among the metrics, where it changes.
  struct Curve {
    std::string name;
    Offset latest = 0;
  };
  void sample(Curve& curve, Offset value);
  Curve end_curve_;
  Curve watermark_curve_;
  Curve durable_curve_;
  Curve stable_curve_;  // the last stable offset
  Curve start_curve_;
  Curve size_curve_;   // records that the log has
  Curve holes_curve_;  // of a thousand offsets, those without a record
};

}  // namespace lightcone::models::kafka
