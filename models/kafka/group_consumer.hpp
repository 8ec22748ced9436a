// A consumer of a group: it processes records, which has an effect outside the log, and commits how far it
// is.
#pragma once

#include <vector>

#include "models/kafka/group_worker.hpp"
#include "models/kafka/switches.hpp"

namespace lightcone::models::kafka {

class GroupConsumer final : public GroupWorker {
 public:
  GroupConsumer(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
                const sim::Workload& workload, const std::vector<NodeId>& brokers);

  // What was processed last, for whoever looks from outside.
  struct Processed {
    std::uint64_t count = 0;
    PartitionId partition = 0;
    Offset offset = 0;
    Record record;
  };
  const Processed& processed() const { return processed_; }

 private:
  sim::Task<bool> work_on(PartitionId partition) override;
  sim::Task<> process(PartitionId partition, Offset offset, Record record);

  Processed processed_;
};

}  // namespace lightcone::models::kafka
