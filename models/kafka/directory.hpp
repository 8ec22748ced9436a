// What a client knows of who leads the partitions. It never goes back to an earlier epoch of a partition,
// whatever a broker that is behind may tell (KIP-320).
#pragma once

#include <vector>

#include "models/kafka/messages.hpp"
#include "sim/story/story.hpp"

namespace lightcone::models::kafka {

class Directory {
 public:
  Directory(sim::Env& env, const Parameters& parameters, std::vector<NodeId> brokers);

  // Asks a broker, another one each time, and waits for the answer at most `within`.
  sim::Task<> refresh(sim::Duration within);
  const PartitionLeader& leader_of(PartitionId partition) const { return leaders_.at(partition); }
  // Any of the brokers.
  NodeId any_broker() { return chance_.pick(brokers_); }

 private:
  sim::Env& env_;
  std::vector<NodeId> brokers_;
  std::vector<PartitionLeader> leaders_;
  sim::Stream chance_;
  std::size_t next_;
};

}  // namespace lightcone::models::kafka
