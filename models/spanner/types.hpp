// The nouns of the sharded database.
#pragma once

#include <boost/describe.hpp>
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "models/parts/clocks/interval_clock.hpp"
#include "models/parts/raft/types.hpp"
#include "sim/value.hpp"

namespace lightcone::models::spanner {

using parts::clocks::Timestamp;
using sim::no_node;
using sim::NodeId;

using ShardId = std::uint32_t;
using Term = parts::raft::Term;

// One try of one operation of a client. A client does one operation after another, so its ids only grow, and
// whatever is of a smaller one is over.
struct TransactionId {
  NodeId client;
  std::uint64_t operation = 0;  // of the client, from 1
  std::uint64_t attempt = 0;    // from 1; a transaction that was aborted is tried again under another id

  auto operator<=>(const TransactionId&) const = default;
};
BOOST_DESCRIBE_STRUCT(TransactionId, (), (client, operation, attempt))

// Who is older has the smaller age, and keeps it through all attempts (wound-wait).
struct Age {
  Timestamp began = 0;
  NodeId client;

  auto operator<=>(const Age&) const = default;
};
BOOST_DESCRIBE_STRUCT(Age, (), (began, client))

enum class LockMode : std::uint8_t { shared, exclusive };
BOOST_DESCRIBE_ENUM(LockMode, shared, exclusive)

enum class Change : std::uint8_t { put, append };
BOOST_DESCRIBE_ENUM(Change, put, append)

struct Write {
  std::string key;
  Change change = Change::put;
  sim::Value value;  // that the key holds then, or one more element of the list that it holds
};
BOOST_DESCRIBE_STRUCT(Write, (), (key, change, value))

// What a transaction did at one shard.
struct Part {
  ShardId shard = 0;
  Term term = 0;  // of the leader that granted its locks: any other has lost them
  std::vector<std::string> reads{};
  std::vector<Write> writes{};
};
BOOST_DESCRIBE_STRUCT(Part, (), (shard, term, reads, writes))

// Who may give out timestamps of a group, and which: none that is later than `end`.
struct Lease {
  NodeId holder = no_node;
  Term term = 0;
  Timestamp end = 0;
};
BOOST_DESCRIBE_STRUCT(Lease, (), (holder, term, end))

}  // namespace lightcone::models::spanner
