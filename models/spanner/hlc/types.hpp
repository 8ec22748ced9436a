// The nouns of the profile hlc: transactions without locks, ordered by hybrid timestamps.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "models/spanner/types.hpp"

namespace lightcone::models::spanner::hlc {

// What became of a transaction, as its record says.
enum class Status : std::uint8_t { pending, committed, aborted };
BOOST_DESCRIBE_ENUM(Status, pending, committed, aborted)

struct Standing {
  Status status = Status::pending;
  Timestamp at = 0;  // committed: then; pending: then at the earliest; aborted: 0
};
BOOST_DESCRIBE_STRUCT(Standing, (), (status, at))

// Keys of one shard.
struct Keys {
  ShardId shard = 0;
  std::vector<std::string> keys{};
};
BOOST_DESCRIBE_STRUCT(Keys, (), (shard, keys))

// Writes to one shard.
struct Writes {
  ShardId shard = 0;
  std::vector<Write> writes{};
};
BOOST_DESCRIBE_STRUCT(Writes, (), (shard, writes))

}  // namespace lightcone::models::spanner::hlc
