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

  bool operator==(const Record&) const = default;
};
BOOST_DESCRIBE_STRUCT(Record, (), (epoch, pid, producer_epoch, sequence, producer, number, value, content))

using Records = std::vector<Record>;

}  // namespace lightcone::models::kafka
