// A client of the log: it appends records, polls what there is, and at the end reads every partition once.
// A key always goes to the same partition. Where there are processors, clients poll what these write.
#pragma once

#include <deque>
#include <vector>

#include "models/kafka/consumer.hpp"
#include "models/kafka/producer.hpp"
#include "models/parts/workload/worker.hpp"

namespace lightcone::models::kafka {

const std::vector<sim::OperationKind>& operation_kinds();

class Client final : public parts::Worker {
 public:
  // `index` of this client among the clients, from 0.
  Client(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs, const sim::Workload& workload,
         const sim::Phases& phases, const std::vector<NodeId>& brokers, std::size_t index);

  const Producer& producer() const { return producer_; }
  const Consumer& consumer() const { return consumer_; }

 private:
  sim::Task<> perform(parts::OperationSource::Drawn drawn) override;
  sim::Task<> read_everything() override;
  sim::Task<> append(parts::OperationSource::Drawn drawn, std::size_t lane);
  sim::Task<> poll(PartitionId partition);
  sim::Task<> append_in(std::size_t lane, parts::OperationSource::Drawn drawn);
  std::int64_t process_of(std::size_t lane) const;
  PartitionId input_of(std::uint64_t key) const;
  // What is polled: what processors make of the inputs, or the inputs themselves.
  PartitionId polled_of(std::uint64_t key) const;

  const Parameters& parameters_;
  Directory directory_;
  Producer producer_;
  Consumer consumer_;
  std::deque<std::size_t> free_;  // lanes that have no record in flight, the one for the longest time first
};

}  // namespace lightcone::models::kafka
