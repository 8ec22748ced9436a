// The consuming half of a client: it reads each partition from its beginning on, and remembers how far it is.
#pragma once

#include <optional>
#include <vector>

#include "models/kafka/reader.hpp"
#include "models/parts/workload/ending.hpp"
#include "sim/workload.hpp"

namespace lightcone::models::kafka {

class Consumer {
 public:
  Consumer(sim::Env& env, const Parameters& parameters, const sim::Workload& workload, Directory& directory);

  // What comes next in the partition: a list of [offset, value], perhaps an empty one.
  sim::Task<parts::Ending> poll(PartitionId partition);
  // All of it from the beginning, up to where the high watermark is by now: a list of values.
  sim::Task<parts::Ending> read_all(PartitionId partition);

  // What was delivered last, for whoever looks from outside.
  struct Delivered {
    std::uint64_t count = 0;
    PartitionId partition = 0;
    Polled polled{};
    NodeId by;
  };
  const Delivered& delivered() const { return delivered_; }

 private:
  // How far a reader is: the epoch of each record before it, in order.
  using Epochs = std::vector<LeaderEpoch>;

  sim::Task<std::optional<Polled>> ask(PartitionId partition, Epochs& epochs, sim::MonoTime deadline);
  sim::MonoTime deadline() const;

  sim::Env& env_;
  const Parameters& parameters_;
  const sim::Workload& workload_;
  Directory& directory_;
  std::vector<Epochs> epochs_;  // by partition
  Delivered delivered_;
};

}  // namespace lightcone::models::kafka
