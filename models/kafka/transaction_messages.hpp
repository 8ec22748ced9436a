// What producers, leaders and the coordinator of transactions tell each other. The coordinator is the broker
// that leads the partition in which the states of transactions are.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <variant>
#include <vector>

#include "models/kafka/group_messages.hpp"
#include "models/kafka/record.hpp"

namespace lightcone::models::kafka {

enum class Verdict : std::uint8_t { abort, commit };
BOOST_DESCRIBE_ENUM(Verdict, abort, commit)

struct InitTransactions {  // -> TransactionsReady | TransactionRefused; what was open is aborted
  TransactionalId id = 0;
};
BOOST_DESCRIBE_STRUCT(InitTransactions, (), (id))

struct TransactionsReady {
  ProducerSession session;
};
BOOST_DESCRIBE_STRUCT(TransactionsReady, (), (session))

// These partitions get records in the transaction. -> PartitionsAdded | TransactionRefused
struct AddPartitions {
  TransactionalId id = 0;
  ProducerSession session;
  std::vector<PartitionId> partitions;
};
BOOST_DESCRIBE_STRUCT(AddPartitions, (), (id, session, partitions))

// So does that of the group's offsets. -> PartitionsAdded | TransactionRefused
struct AddOffsets {
  TransactionalId id = 0;
  ProducerSession session;
};
BOOST_DESCRIBE_STRUCT(AddOffsets, (), (id, session))

struct PartitionsAdded {};
BOOST_DESCRIBE_STRUCT(PartitionsAdded, (), ())

// To the group's coordinator: the group is so far when the transaction is committed. -> OffsetsCommitted |
// GroupRefused | TransactionRefused
struct TransactionalOffsetCommit {
  TransactionalId id = 0;
  ProducerSession session;
  std::uint64_t attempt = 0;
  MemberId member = 0;
  Generation generation = 0;
  OffsetOf offset;
};
BOOST_DESCRIBE_STRUCT(TransactionalOffsetCommit, (), (id, session, attempt, member, generation, offset))

struct EndTransaction {  // -> TransactionEnded | TransactionRefused
  TransactionalId id = 0;
  ProducerSession session;
  Verdict verdict{};
};
BOOST_DESCRIBE_STRUCT(EndTransaction, (), (id, session, verdict))

struct TransactionEnded {   // it is decided: markers follow
  ProducerSession session;  // for the next transaction
};
BOOST_DESCRIBE_STRUCT(TransactionEnded, (), (session))

enum class TransactionReason : std::uint8_t {
  not_coordinator,  // or not yet, or it cannot write
  busy,             // the transaction before is not through, or something of this one is being written
  fenced,           // a later epoch of this producer is in use
  not_verified,     // this partition is in no open transaction of this producer
};
BOOST_DESCRIBE_ENUM(TransactionReason, not_coordinator, busy, fenced, not_verified)

struct TransactionRefused {
  TransactionReason reason{};
};
BOOST_DESCRIBE_STRUCT(TransactionRefused, (), (reason))

// --- brokers -----------------------------------------------------------------------------------------------

struct WriteMarker {  // the coordinator to a leader, again and again -> MarkerWritten
  TransactionalId id = 0;
  PartitionId partition = 0;
  ProducerSession session;
  Verdict verdict{};
  LeaderEpoch coordinator = 0;  // in which it coordinates
};
BOOST_DESCRIBE_STRUCT(WriteMarker, (), (id, partition, session, verdict, coordinator))

struct MarkerWritten {
  TransactionalId id = 0;
  PartitionId partition = 0;
  ProducerSession session;
};
BOOST_DESCRIBE_STRUCT(MarkerWritten, (), (id, partition, session))

struct VerifyPartition {     // a leader, before it takes a transaction's first record -> PartitionVerified
  std::uint64_t number = 0;  // of its questions
  TransactionalId id = 0;
  ProducerSession session;
  PartitionId partition = 0;
};
BOOST_DESCRIBE_STRUCT(VerifyPartition, (), (number, id, session, partition))

struct PartitionVerified {
  std::uint64_t number = 0;
  bool is_in = false;
};
BOOST_DESCRIBE_STRUCT(PartitionVerified, (), (number, is_in))

// --- marks -------------------------------------------------------------------------------------------------

struct TransactionDecided {
  TransactionalId id = 0;
  Verdict verdict{};
};
BOOST_DESCRIBE_STRUCT(TransactionDecided, (), (id, verdict))

struct TransactionTimedOut {
  TransactionalId id = 0;
};
BOOST_DESCRIBE_STRUCT(TransactionTimedOut, (), (id))

struct TransactionBegun {  // a processor takes a batch
  TransactionalId id = 0;
  std::uint64_t attempt = 0;
  std::uint64_t records = 0;
};
BOOST_DESCRIBE_STRUCT(TransactionBegun, (), (id, attempt, records))

struct OutputWritten {  // of how many of a transaction's
  TransactionalId id = 0;
  std::uint64_t attempt = 0;
  std::uint64_t nth = 0;
};
BOOST_DESCRIBE_STRUCT(OutputWritten, (), (id, attempt, nth))

struct ProducerWasFenced {
  TransactionalId id = 0;
};
BOOST_DESCRIBE_STRUCT(ProducerWasFenced, (), (id))

using FromTransactionalProducers =
    std::variant<InitTransactions, AddPartitions, AddOffsets, EndTransaction, TransactionalOffsetCommit>;
using FromLeaders = std::variant<WriteMarker, MarkerWritten, VerifyPartition, PartitionVerified>;

}  // namespace lightcone::models::kafka
