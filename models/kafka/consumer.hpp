// The consuming half of a client: it reads each partition from its beginning on, and remembers how far it is.
#pragma once

#include <optional>
#include <vector>

#include "models/kafka/epoch_index.hpp"
#include "models/kafka/reader.hpp"
#include "models/parts/workload/ending.hpp"
#include "sim/workload.hpp"

namespace lightcone::models::kafka {

class Consumer {
 public:
  Consumer(sim::Env& env, const Parameters& parameters, const sim::Workload& workload, Directory& directory);

  // What comes next in the partition: a list of [offset, value], perhaps an empty one; of [offset, key,
  // value] where records have keys, and null where they delete one.
  sim::Task<parts::Ending> poll(PartitionId partition);
  // All of it from the beginning, up to where the high watermark is by now: a list of values,
  // or of [offset, key, value].
  sim::Task<parts::Ending> read_all(PartitionId partition);

  // What was delivered last, for whoever looks from outside.
  struct Delivered {
    std::uint64_t count = 0;
    std::uint64_t reading = 0;  // in which of its readings from the beginning on
    PartitionId partition = 0;
    Polled polled{};
    NodeId by;
    sim::MonoTime asked{};
    sim::MonoTime answered{};
  };
  const Delivered& delivered() const { return delivered_; }

 private:
  // How far a reader is in a partition, and the epochs of what it has read.
  struct Reading {
    std::uint64_t number = 0;  // 0: what is polled
    Offset next = 0;
    EpochIndex epochs{};
  };

  sim::Task<std::optional<Polled>> ask(PartitionId partition, Reading& reading, Reset reset,
                                       sim::MonoTime deadline);
  sim::MonoTime deadline() const;
  sim::Value given(const Entry& entry) const;

  sim::Env& env_;
  const Parameters& parameters_;
  const sim::Workload& workload_;
  Directory& directory_;
  std::vector<Reading> readings_;  // by partition
  std::uint64_t readings_of_all_ = 0;
  Delivered delivered_;
};

}  // namespace lightcone::models::kafka
