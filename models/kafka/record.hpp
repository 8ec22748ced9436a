// The nouns of a partitioned log.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <vector>

#include "sim/node_id.hpp"
#include "sim/time.hpp"

namespace lightcone::models::kafka {

using sim::no_node;
using sim::NodeId;

using PartitionId = std::uint32_t;     // from 0
using Offset = std::uint64_t;          // of a record in its partition, from 0 and without gaps
using LeaderEpoch = std::uint64_t;     // of a partition: one more with each change of its leader
using PartitionEpoch = std::uint64_t;  // of a partition: one more with each change of what is known of it
using BrokerEpoch = std::uint64_t;     // of a broker's incarnation; 0: it has never registered
using Pid = std::uint64_t;             // of a producer's session; 0: its records carry no sequence numbers

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

  bool operator==(const Record&) const = default;
};
BOOST_DESCRIBE_STRUCT(Record, (), (epoch, pid, producer_epoch, sequence, producer, number, value))

using Records = std::vector<Record>;

}  // namespace lightcone::models::kafka
