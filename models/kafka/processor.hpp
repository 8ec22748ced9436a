// A processor: a member of the group that makes an output record of each input record, in transactions with
// the group's offsets (consume-transform-produce, KIP-98 and KIP-447).
//
//   poll a batch ─▶ begin ─▶ an output for each ─▶ the offset behind the batch ─▶ commit
//                      └── anything unknown or refused: abort, and begin again where the group is ──┘
//
// Each input partition is a transactional id of its own: whoever is given it becomes its producer, which ends
// whatever the one before had open, and asks only then where the group is.
#pragma once

#include <map>
#include <vector>

#include "models/kafka/group_worker.hpp"
#include "models/kafka/transactional_producer.hpp"

namespace lightcone::models::kafka {

class Processor final : public GroupWorker {
 public:
  Processor(sim::Env& env, const Parameters& parameters, const sim::Workload& workload,
            const std::vector<NodeId>& brokers);

  // f: what becomes of an input's value.
  static std::int64_t transformed(std::int64_t value) { return -value; }

  // What a transaction's owner knows of it, in this order, for whoever looks from outside.
  enum class Stage : std::uint8_t { begun, giving_up, committing, committed };
  struct Change {
    std::uint64_t attempt = 0;
    Stage stage = Stage::begun;
    std::uint64_t records = 0;  // of inputs
  };
  // All there were in this incarnation.
  const std::vector<Change>& changes() const { return changes_; }

 private:
  using Step = TransactionalProducer::Step;

  sim::Task<bool> take_over(std::vector<PartitionId> partitions) override;
  sim::Task<> save(std::vector<OffsetOf> offsets) override;
  sim::Task<bool> work_on(PartitionId partition) override;
  sim::Task<Step> write_batch(TransactionalProducer& producer, PartitionId partition, Polled polled);
  sim::Task<Step> run_transaction(TransactionalProducer& producer, PartitionId partition, Polled polled,
                                  Verdict wanted);
  sim::Task<> recover(PartitionId partition);
  // Outputs have no key: any partition will do.
  PartitionId any_output();
  void note(Stage stage, std::uint64_t records) { changes_.push_back({attempt_, stage, records}); }

  sim::Stream choices_;
  std::map<PartitionId, TransactionalProducer> producers_;
  std::uint64_t attempt_ = 0;
  std::int64_t transactions_ = 0;
  std::vector<Change> changes_;
};

}  // namespace lightcone::models::kafka
