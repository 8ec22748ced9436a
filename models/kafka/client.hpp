// A client of the log: it appends records, polls what there is, and at the end reads every partition once.
// A key always goes to the same partition.
#pragma once

#include <vector>

#include "models/kafka/consumer.hpp"
#include "models/kafka/producer.hpp"
#include "models/parts/workload/operation_source.hpp"
#include "sim/story/story.hpp"

namespace lightcone::models::kafka {

const std::vector<sim::OperationKind>& operation_kinds();

class Client final : public sim::Story {
 public:
  // `index` of this client among the clients, from 0.
  Client(sim::Env& env, const Parameters& parameters, const sim::Workload& workload,
         const sim::Phases& phases, const std::vector<NodeId>& brokers, std::size_t index);

  sim::Task<> run() override;

  const Producer& producer() const { return producer_; }
  const Consumer& consumer() const { return consumer_; }

 private:
  sim::Task<> use_the_log();
  sim::Task<> read_everything();
  sim::Task<> append(PartitionId partition, std::int64_t value, std::size_t lane);
  sim::Task<> poll(PartitionId partition);
  sim::Task<std::size_t> free_lane();
  std::int64_t process_of(std::size_t lane) const;
  PartitionId partition_of(std::uint64_t key) const;
  bool is_before(sim::Duration phase) const;

  const Parameters& parameters_;
  const sim::Workload& workload_;
  const sim::Phases& phases_;
  std::size_t index_;
  Directory directory_;
  Producer producer_;
  Consumer consumer_;
  parts::OperationSource source_;
  std::vector<bool> busy_;  // lanes: records in flight
};

}  // namespace lightcone::models::kafka
