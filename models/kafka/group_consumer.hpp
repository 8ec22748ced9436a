// A consumer of a group: it processes the records of the partitions that the group gives it, and commits how
// far it is.
//
//   join ─▶ ask where the group is ─▶ poll ─▶ process the batch ─▶ commit ─┐
//    ▲                                 ▲                                   │
//    │  the group rebalances           └───────────────────────────────────┤
//    └─────────────────────────────────────────────────────────────────────┘
//
// A batch is processed to its end, as an application does that knows nothing of the group. With
// assign=cooperative a consumer goes on while it joins, and gives back only what the next generation does not
// give it again.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/kafka/group_member.hpp"
#include "models/kafka/reader.hpp"
#include "sim/story/story.hpp"

namespace lightcone::models::kafka {

class GroupConsumer final : public sim::Story {
 public:
  GroupConsumer(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
                const sim::Workload& workload, const std::vector<NodeId>& brokers);

  sim::Task<> run() override;
  void show(sim::FieldVisitor& visitor) const override;

  const GroupMember& member() const { return member_; }
  // What was processed last, for whoever looks from outside.
  struct Processed {
    std::uint64_t count = 0;
    PartitionId partition = 0;
    Offset offset = 0;
    Record record;
  };
  const Processed& processed() const { return processed_; }

 private:
  sim::Task<> rebalance();
  sim::Task<> join_beside();
  sim::Task<> take(std::vector<PartitionId> given);
  sim::Task<> begin(std::vector<PartitionId> partitions);
  void drop_everything();
  // Whether there was anything to do.
  sim::Task<bool> work();
  sim::Task<bool> work_on(PartitionId partition);
  sim::Task<> process(PartitionId partition, Offset offset, Record record);
  sim::Task<> commit_what_is_held();
  std::vector<PartitionId> held() const;

  const Parameters& parameters_;
  const sim::Workload& workload_;
  Commit commits_;
  Directory directory_;
  GroupMember member_;
  sim::Stream chance_;
  std::map<PartitionId, Position> positions_;  // of what it holds
  std::map<PartitionId, Position> committed_;  // as far as it knows
  bool is_joining_ = false;                    // beside its work
  std::vector<PartitionId> claimed_;           // when it joined
  std::optional<std::vector<PartitionId>> given_;
  std::optional<sim::MonoTime> stopped_at_;  // it gave everything back
  sim::MonoTime committed_at_{};
  Processed processed_;
};

}  // namespace lightcone::models::kafka
