// The nouns of a partitioned log.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "models/kafka/content.hpp"
#include "sim/node_id.hpp"
#include "sim/time.hpp"

namespace lightcone::models::kafka {

struct Record {
  LeaderEpoch epoch = 0;  // of the leader that appended it
  // What the idempotence of producers rests on (KIP-98).
  Pid pid = 0;
  std::uint64_t producer_epoch = 0;
  std::uint64_t sequence = 0;
  // Who sent it, and the how-manieth record of its sender it is: for whoever looks from outside.
  NodeId producer = no_node;
  std::uint64_t number = 0;
  std::int64_t value = 0;
  Content content{};

  // Part of a transaction: what it says counts when the transaction is committed.
  bool is_transactional() const {
    return pid != 0 &&
           (std::holds_alternative<Output>(content) || std::holds_alternative<CommittedOffset>(content));
  }

  bool operator==(const Record&) const = default;
};
BOOST_DESCRIBE_STRUCT(Record, (), (epoch, pid, producer_epoch, sequence, producer, number, value, content))

using Records = std::vector<Record>;

// What a client appended, and no broker or processor.
bool is_of_client(const Record& record);
// Whether it takes part in its producer's sequence numbers.
bool is_numbered(const Record& record);

// What a record is about: among those of one key the latest counts. Nothing: it stands for itself.
using RecordKey = std::pair<std::size_t, std::uint64_t>;
std::optional<RecordKey> key_of(const Record& record);

// A record at its place in a log. Places before it may be empty.
struct Entry {
  Offset offset = 0;
  LeaderEpoch last_epoch = 0;  // of the record that was before it at first
  sim::WallTime appended{};    // by the clock of the leader that did
  Record record{};
  bool operator==(const Entry&) const = default;
};
BOOST_DESCRIBE_STRUCT(Entry, (), (offset, last_epoch, appended, record))
// A batch says once where it begins and when it was appended.
inline std::uint64_t wire_bytes(const Entry& entry) { return sim::bytes_on_wire(entry.record); }

using Entries = std::vector<Entry>;

// What is remembered of an idempotent producer: see ProducerTable.
struct KnownProducer {
  Pid pid = 0;
  std::uint64_t epoch = 0;
  std::uint64_t next = 0;  // sequence number
  std::vector<Offset> offsets;
  bool operator==(const KnownProducer&) const = default;
};
BOOST_DESCRIBE_STRUCT(KnownProducer, (), (pid, epoch, next, offsets))

// The latest marker of a producer: see TransactionTable.
struct KnownMarker {
  Pid pid = 0;
  Offset offset = 0;
  std::uint64_t epoch = 0;
  LeaderEpoch coordinator = 0;
  bool operator==(const KnownMarker&) const = default;
};
BOOST_DESCRIBE_STRUCT(KnownMarker, (), (pid, offset, epoch, coordinator))

// Where a log begins, and what must be known of the records before that are gone: a snapshot.
struct LogStart {
  Position position{};
  std::vector<KnownProducer> producers{};
  std::vector<KnownMarker> markers{};
  bool operator==(const LogStart&) const = default;
};
BOOST_DESCRIBE_STRUCT(LogStart, (), (position, producers, markers))

struct AbortedTransaction {
  Pid pid = 0;
  Offset first = 0;
  Offset marker = 0;
};
BOOST_DESCRIBE_STRUCT(AbortedTransaction, (), (pid, first, marker))

// Producers of transactions have the smallest numbers; the others' are made of their broker's epoch.
inline TransactionalId transactional_id_of(Pid pid) { return static_cast<TransactionalId>(pid - 1); }
// Of the transaction that a record belongs to, for whoever looks from outside; 0: of none.
std::uint64_t attempt_of(const Record& record);

}  // namespace lightcone::models::kafka
