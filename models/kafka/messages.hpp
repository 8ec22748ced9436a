// What clients, brokers and controllers tell each other; what the controllers tell each other besides is the
// Raft group's (models/parts/raft/messages.hpp).
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/kafka/metadata.hpp"
#include "models/kafka/parameters.hpp"
#include "models/kafka/record.hpp"
#include "models/parts/raft/messages.hpp"

namespace lightcone::models::kafka {

namespace group = parts::raft;

BOOST_DESCRIBE_ENUM(Acks, none, leader, all)
BOOST_DESCRIBE_ENUM(Isolation, read_uncommitted, read_committed)

// --- clients and brokers -------------------------------------------------------------------------------

struct FindLeaders {};  // -> Leaders
BOOST_DESCRIBE_STRUCT(FindLeaders, (), ())

struct PartitionLeader {
  NodeId leader = no_node;
  LeaderEpoch epoch = 0;
};
BOOST_DESCRIBE_STRUCT(PartitionLeader, (), (leader, epoch))

struct Leaders {                            // as far as this broker knows
  std::vector<PartitionLeader> partitions;  // by PartitionId; empty: it knows nothing yet
};
BOOST_DESCRIBE_STRUCT(Leaders, (), (partitions))

struct InitProducerId {};  // -> ProducerIdGiven | Refused
BOOST_DESCRIBE_STRUCT(InitProducerId, (), ())

struct ProducerIdGiven {
  Pid pid;  // unique
};
BOOST_DESCRIBE_STRUCT(ProducerIdGiven, (), (pid))

struct Produce {  // -> Produced | Refused | OutOfSequence | MaybeProduced; nothing with acks=none
  PartitionId partition{};
  Acks acks{};
  Record record;  // without its epoch
};
BOOST_DESCRIBE_STRUCT(Produce, (), (partition, acks, record))

struct Produced {
  Offset offset;
  LeaderEpoch epoch;  // of the record
};
BOOST_DESCRIBE_STRUCT(Produced, (), (offset, epoch))

// Nothing was done: a sequence number before this one is missing from all that leaders up to this epoch have
// committed.
struct OutOfSequence {
  LeaderEpoch epoch;
};
BOOST_DESCRIBE_STRUCT(OutOfSequence, (), (epoch))

struct MaybeProduced {};  // it is in this broker's log, which leads no longer or is too alone
BOOST_DESCRIBE_STRUCT(MaybeProduced, (), ())

struct Poll {  // -> Polled | Refused | Moved | OffsetOutOfRange
  PartitionId partition;
  LeaderEpoch leader_epoch;  // that the consumer knows: neither older nor newer leaders answer (KIP-320)
  Offset offset;
  LeaderEpoch last_epoch;  // of the record before
  Isolation isolation = Isolation::read_committed;
};
BOOST_DESCRIBE_STRUCT(Poll, (), (partition, leader_epoch, offset, last_epoch, isolation))

struct Polled {
  Offset offset;          // that was asked for
  Entries entries;        // from there on; where one is missing, compaction has removed it
  Offset high_watermark;  // or the last stable offset, for who reads what is committed
  std::vector<AbortedTransaction> aborted{};
};
BOOST_DESCRIBE_STRUCT(Polled, (), (offset, entries, high_watermark, aborted))
// Whether a reader gets it: no marker, not emptied, and not of a transaction that the answer calls aborted.
bool is_given(const Polled& polled, const Entry& entry);
// Behind its last record, of which there is at least one.
Position end_of(const Polled& polled);

struct Moved {        // the log does not have what this consumer has read
  Position position;  // where it may go on
};
BOOST_DESCRIBE_STRUCT(Moved, (), (position))

struct OffsetOutOfRange {  // the log begins later: what this consumer wants was removed
  Position start;
  Position end;  // what it may be given ends there
};
BOOST_DESCRIBE_STRUCT(OffsetOutOfRange, (), (start, end))

enum class Reason : std::uint8_t {
  not_leader,
  no_high_watermark,    // a new leader does not know yet what is committed
  not_enough_replicas,  // in the ISR, for acks=all
  out_of_order,         // a sequence number is missing before this one, as far as a new leader knows
  producer_fenced,      // a later epoch of this producer has been here
  disk_full,
  not_verified,  // the partition is in no open transaction of this producer
};
BOOST_DESCRIBE_ENUM(Reason, not_leader, no_high_watermark, not_enough_replicas, out_of_order, producer_fenced,
                    disk_full, not_verified)

struct Refused {  // nothing was done
  Reason reason;
};
BOOST_DESCRIBE_STRUCT(Refused, (), (reason))

// --- brokers -----------------------------------------------------------------------------------------------

// A follower has all before `offset` -> FetchedRecords | Diverged | LogStartsLater, once there is news.
struct FetchRecords {
  PartitionId partition;
  LeaderEpoch leader_epoch;
  BrokerEpoch broker_epoch;  // of the follower
  std::uint64_t round;       // of the follower's requests
  Offset offset;
  LeaderEpoch last_epoch;  // of the record before
  Offset high_watermark;   // that the follower knows
  Offset log_start;        // of the follower
  Offset deletions_from;   // both as in FetchedRecords
  Offset forgotten;
};
BOOST_DESCRIBE_STRUCT(FetchRecords, (),
                      (partition, leader_epoch, broker_epoch, round, offset, last_epoch, high_watermark,
                       log_start, deletions_from, forgotten))

struct FetchedRecords {
  PartitionId partition;
  LeaderEpoch leader_epoch;
  std::uint64_t round;
  Offset offset;  // that was asked for
  Entries entries;
  Offset high_watermark;
  Offset log_start;       // of the leader
  Offset deletions_from;  // tombstones before it may be missing from the leader's log
  Offset forgotten;       // those before it are, and need not be kept by anybody
};
BOOST_DESCRIBE_STRUCT(FetchedRecords, (),
                      (partition, leader_epoch, round, offset, entries, high_watermark, log_start,
                       deletions_from, forgotten))

// The follower has too little for the leader to go on from: it begins anew, where the leader's log begins.
struct LogStartsLater {
  PartitionId partition;
  LeaderEpoch leader_epoch;
  std::uint64_t round;
  LogStart log_start;
};
BOOST_DESCRIBE_STRUCT(LogStartsLater, (), (partition, leader_epoch, round, log_start))

struct Diverged {  // the follower's log is not a beginning of the leader's
  PartitionId partition;
  LeaderEpoch leader_epoch;
  std::uint64_t round;
  Offset end;  // of the leader's
};
BOOST_DESCRIBE_STRUCT(Diverged, (), (partition, leader_epoch, round, end))

struct OffsetForLeaderEpoch {  // where does this epoch end? -> EpochEndOffset | LogStartsLater
  PartitionId partition;
  LeaderEpoch leader_epoch;
  std::uint64_t round;
  LeaderEpoch epoch;
};
BOOST_DESCRIBE_STRUCT(OffsetForLeaderEpoch, (), (partition, leader_epoch, round, epoch))

struct EpochEndOffset {
  PartitionId partition;
  LeaderEpoch leader_epoch;
  std::uint64_t round;
  LeaderEpoch epoch;  // the latest up to the one asked for of which the leader has records
  Offset end;
};
BOOST_DESCRIBE_STRUCT(EpochEndOffset, (), (partition, leader_epoch, round, epoch, end))

// --- brokers and controllers -------------------------------------------------------------------------------

struct RegisterBroker {       // -> BrokerRegistered | NotController
  std::uint64_t incarnation;  // chosen by the broker, unique
};
BOOST_DESCRIBE_STRUCT(RegisterBroker, (), (incarnation))

struct BrokerRegistered {
  std::uint64_t incarnation;
  BrokerEpoch epoch;
  std::uint64_t version;
  sim::Payload image;
};
BOOST_DESCRIBE_STRUCT(BrokerRegistered, (), (incarnation, epoch, version))
inline std::uint64_t wire_bytes(const BrokerRegistered& registered) { return 24 + registered.image.bytes(); }

// Where the log of a partition without a leader ends: it does not change before there is one.
struct LogEnd {
  PartitionId partition;
  LeaderEpoch leader_epoch;
  LeaderEpoch last_epoch;
  Offset end;
};
BOOST_DESCRIBE_STRUCT(LogEnd, (), (partition, leader_epoch, last_epoch, end))

struct BrokerHeartbeat {  // -> HeartbeatTaken | MetadataUpdate | StaleEpoch | NotController
  BrokerEpoch epoch;
  std::uint64_t version;  // of the metadata that this broker has
  std::vector<LogEnd> ends;
};
BOOST_DESCRIBE_STRUCT(BrokerHeartbeat, (), (epoch, version, ends))

struct StaleEpoch {   // this broker has registered since, by a message that came late: it has to do so again
  BrokerEpoch epoch;  // of the heartbeat
};
BOOST_DESCRIBE_STRUCT(StaleEpoch, (), (epoch))

struct HeartbeatTaken {};
BOOST_DESCRIBE_STRUCT(HeartbeatTaken, (), ())

struct MetadataUpdate {
  std::uint64_t version;
  sim::Payload image;
};
BOOST_DESCRIBE_STRUCT(MetadataUpdate, (), (version))
inline std::uint64_t wire_bytes(const MetadataUpdate& update) { return 8 + update.image.bytes(); }

// A leader wants another ISR. The answer is the next MetadataUpdate, whatever came of it.
struct AlterPartition {
  PartitionId partition = 0;
  BrokerEpoch broker_epoch = 0;
  LeaderEpoch leader_epoch = 0;
  PartitionEpoch epoch = 0;
  std::vector<IsrMember> isr;
};
BOOST_DESCRIBE_STRUCT(AlterPartition, (), (partition, broker_epoch, leader_epoch, epoch, isr))

struct NotController {
  NodeId hint;
};
BOOST_DESCRIBE_STRUCT(NotController, (), (hint))

// --- facts -------------------------------------------------------------------------------------------------

struct HeartbeatDue {};
BOOST_DESCRIBE_STRUCT(HeartbeatDue, (), ())

struct SessionCheckDue {};
BOOST_DESCRIBE_STRUCT(SessionCheckDue, (), ())

struct IsrCheckDue {};
BOOST_DESCRIBE_STRUCT(IsrCheckDue, (), ())

struct CheckpointDue {};
BOOST_DESCRIBE_STRUCT(CheckpointDue, (), ())

struct WritebackDue {};
BOOST_DESCRIBE_STRUCT(WritebackDue, (), ())

struct CleanupDue {};
BOOST_DESCRIBE_STRUCT(CleanupDue, (), ())

struct GroupCheckDue {};
BOOST_DESCRIBE_STRUCT(GroupCheckDue, (), ())

struct TransactionCheckDue {};
BOOST_DESCRIBE_STRUCT(TransactionCheckDue, (), ())

struct FetchDue {  // nothing was heard from the leader for a while
  PartitionId partition;
};
BOOST_DESCRIBE_STRUCT(FetchDue, (), (partition))

struct Flushed {  // everything up to this flush is durable
  std::uint64_t flush;
};
BOOST_DESCRIBE_STRUCT(Flushed, (), (flush))

// --- marks -------------------------------------------------------------------------------------------------

struct BrokerRecovered {  // what a restart found in its log
  PartitionId partition;
  Offset end;
};
BOOST_DESCRIBE_STRUCT(BrokerRecovered, (), (partition, end))

struct BecamePartitionLeader {
  PartitionId partition;
  LeaderEpoch epoch;
  Offset end;
};
BOOST_DESCRIBE_STRUCT(BecamePartitionLeader, (), (partition, epoch, end))

struct FollowerTruncated {  // it removed its records from `from` on
  PartitionId partition;
  Offset from;
  Offset end;
};
BOOST_DESCRIBE_STRUCT(FollowerTruncated, (), (partition, from, end))

struct FollowerBeganAnew {  // it had too little, and gave it up
  PartitionId partition;
  Offset end;    // that it had
  Offset start;  // where its log begins now
};
BOOST_DESCRIBE_STRUCT(FollowerBeganAnew, (), (partition, end, start))

struct LogShortened {  // retention moved its start
  PartitionId partition;
  Offset start;
};
BOOST_DESCRIBE_STRUCT(LogShortened, (), (partition, start))

struct LogCompacted {
  PartitionId partition;
  Offset until;
  std::uint64_t removed;
};
BOOST_DESCRIBE_STRUCT(LogCompacted, (), (partition, until, removed))

struct ReaderWasOvertaken {  // what it was to read next was removed
  PartitionId partition;
  Offset from;
  Offset to;  // where it goes on
};
BOOST_DESCRIBE_STRUCT(ReaderWasOvertaken, (), (partition, from, to))

struct RecordsRenumbered {  // the log has lost what came before these, of the same producer
  PartitionId partition;
  std::uint64_t producer_epoch;  // that begins with them
  std::uint64_t records;
};
BOOST_DESCRIBE_STRUCT(RecordsRenumbered, (), (partition, producer_epoch, records))

struct IsrChanged {  // as a leader sees it, in the controllers' words
  PartitionId partition;
  std::vector<NodeId> isr;
};
BOOST_DESCRIBE_STRUCT(IsrChanged, (), (partition, isr))

struct BrokerFenced {
  NodeId broker;
};
BOOST_DESCRIBE_STRUCT(BrokerFenced, (), (broker))

struct LongestLogChosen {  // nobody eligible was left
  PartitionId partition{};
  NodeId broker;
};
BOOST_DESCRIBE_STRUCT(LongestLogChosen, (), (partition, broker))

// Everything that brokers and controllers handle.
using FromClients = std::variant<FindLeaders, InitProducerId, Produce, Poll>;
using FromReplicas = std::variant<FetchRecords, FetchedRecords, Diverged, LogStartsLater,
                                  OffsetForLeaderEpoch, EpochEndOffset>;
using FromControllers =
    std::variant<BrokerRegistered, HeartbeatTaken, StaleEpoch, MetadataUpdate, NotController>;
using BrokerFacts = std::variant<HeartbeatDue, IsrCheckDue, CheckpointDue, WritebackDue, FetchDue, Flushed,
                                 GroupCheckDue, TransactionCheckDue, CleanupDue>;
using ToControllers = std::variant<RegisterBroker, BrokerHeartbeat, AlterPartition>;

}  // namespace lightcone::models::kafka
