// What records say besides a value: those of transactions, and those that brokers write for themselves, in
// the partitions in which groups and transactions remember where they are.
#pragma once

#include <boost/describe.hpp>
#include <concepts>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/fields_of.hpp"
#include "sim/node_id.hpp"
#include "sim/wire_bytes.hpp"

namespace lightcone::models::kafka {

using sim::no_node;
using sim::NodeId;

using PartitionId = std::uint32_t;     // from 0
using Offset = std::uint64_t;          // of a record in its partition, from 0
using LeaderEpoch = std::uint64_t;     // of a partition: one more with each change of its leader
using PartitionEpoch = std::uint64_t;  // of a partition: one more with each change of what is known of it
using BrokerEpoch = std::uint64_t;     // of a broker's incarnation; 0: it has never registered
using Pid = std::uint64_t;             // of a producer's session; 0: its records carry no sequence numbers
using Generation = std::uint64_t;      // of a group: one more with each rebalance; 0: it never had members
using MemberId = std::uint64_t;        // of a consumer's incarnation, chosen by it; 0: nobody

using TransactionalId = std::uint32_t;  // of a producer, whichever process is it

// Which producer it is, and which of those that were it.
struct ProducerSession {
  Pid pid = 0;
  std::uint64_t epoch = 0;
  bool operator==(const ProducerSession&) const = default;
};
BOOST_DESCRIBE_STRUCT(ProducerSession, (), (pid, epoch))

// How far a reader is in a partition.
struct Position {
  Offset offset = 0;           // of the next record
  LeaderEpoch last_epoch = 0;  // of the record before
  bool operator==(const Position&) const = default;
};
BOOST_DESCRIBE_STRUCT(Position, (), (offset, last_epoch))

// What a generation gives to a member.
struct Share {
  MemberId member = 0;
  NodeId node = no_node;
  std::vector<PartitionId> partitions;
  bool operator==(const Share&) const = default;
};
BOOST_DESCRIBE_STRUCT(Share, (), (member, node, partitions))

struct GroupGeneration {
  Generation generation = 0;
  std::vector<Share> shares;
  bool operator==(const GroupGeneration&) const = default;
};
BOOST_DESCRIBE_STRUCT(GroupGeneration, (), (generation, shares))

struct CommittedOffset {
  PartitionId partition = 0;
  Position position;
  Generation generation = 0;  // of whoever committed it
  MemberId member = 0;
  std::uint64_t attempt = 0;  // of a transaction, for whoever looks from outside
  bool operator==(const CommittedOffset&) const = default;
};
BOOST_DESCRIBE_STRUCT(CommittedOffset, (), (partition, position, generation, member, attempt))
// Who looks from outside is told for nothing.
inline std::uint64_t wire_bytes(const CommittedOffset& offset) {
  return sim::bytes_on_wire(offset.partition) + sim::bytes_on_wire(offset.position) +
         sim::bytes_on_wire(offset.generation) + sim::bytes_on_wire(offset.member);
}

// Changes nothing: once it is committed, whoever wrote it still leads, and has all that is committed.
struct Barrier {
  bool operator==(const Barrier&) const = default;
};
BOOST_DESCRIBE_STRUCT(Barrier, (), ())

// What a processor made of an input, which is told for whoever looks from outside.
struct Output {
  PartitionId source = 0;
  Offset offset = 0;
  std::uint64_t attempt = 0;  // of the transaction, unique
  bool operator==(const Output&) const = default;
};
BOOST_DESCRIBE_STRUCT(Output, (), (source, offset, attempt))

// The end of a producer's transaction in a partition.
struct Marker {
  bool is_commit = false;
  LeaderEpoch coordinator = 0;  // in which its coordinator coordinates
  bool operator==(const Marker&) const = default;
};
BOOST_DESCRIBE_STRUCT(Marker, (), (is_commit, coordinator))

enum class TransactionStatus : std::uint8_t {
  empty,
  ongoing,
  prepare_commit,  // decided, and markers are being written
  prepare_abort,
  complete_commit,
  complete_abort,
};
BOOST_DESCRIBE_ENUM(TransactionStatus, empty, ongoing, prepare_commit, prepare_abort, complete_commit,
                    complete_abort)

struct TransactionState {
  TransactionalId id = 0;
  ProducerSession session;  // of the next request; while it is prepared, of its markers
  TransactionStatus status = TransactionStatus::empty;
  std::vector<PartitionId> partitions;  // that it has, or may have, records in
  bool operator==(const TransactionState&) const = default;
};
BOOST_DESCRIBE_STRUCT(TransactionState, (), (id, session, status, partitions))

// A client's record in a partition that is compacted: the latest of a key is what the key is.
struct Keyed {
  std::uint64_t key = 0;
  bool is_deletion = false;  // a tombstone: there is no value, and soon nothing at all
  bool operator==(const Keyed&) const = default;
};
BOOST_DESCRIBE_STRUCT(Keyed, (), (key, is_deletion))

// Compaction has taken away what the record said. It is here for what else it tells: whose it was, with which
// sequence number, and where a leader epoch begins.
struct Emptied {
  bool was_numbered = false;  // it counts among the sequence numbers of its producer
  bool operator==(const Emptied&) const = default;
};
BOOST_DESCRIBE_STRUCT(Emptied, (), (was_numbered))

// Nothing: a record of a client, which its value says all about.
using Content = std::variant<std::monostate, GroupGeneration, CommittedOffset, Barrier, Output, Marker,
                             TransactionState, Keyed, Emptied>;

// Templates, so that no alternative is taken for it.
template <std::same_as<Content> C>
void visit_as_field(const C& content, std::string_view name, sim::FieldVisitor& visitor) {
  const auto visit = [&]<class T>(const T& each) {
    if constexpr (!std::same_as<T, std::monostate>) sim::visit_field(name, each, visitor);
  };
  std::visit(visit, content);
}

template <std::same_as<Content> C>
std::uint64_t wire_bytes(const C& content) {
  const auto bytes_of = []<class T>(const T& each) -> std::uint64_t {
    if constexpr (std::same_as<T, std::monostate>)
      return 0;
    else
      return sim::bytes_on_wire(each);
  };
  return std::visit(bytes_of, content);
}

}  // namespace lightcone::models::kafka
