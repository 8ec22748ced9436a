// The nouns of a partitioned log.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
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
