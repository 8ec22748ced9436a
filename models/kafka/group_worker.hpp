// A member of a group that works on the partitions that the group gives it.
//
//   join ─▶ ask where the group is ─▶ poll ─▶ work on the batch ─▶ save ─┐
//    ▲                                 ▲                                 │
//    │  the group rebalances           └─────────────────────────────────┤
//    └───────────────────────────────────────────────────────────────────┘
//
// A batch is worked on to its end, as an application does that knows nothing of the group. With
// assign=cooperative a member goes on while it joins, and gives back only what the next generation does not
// give it again.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "models/kafka/group_member.hpp"
#include "models/kafka/reader.hpp"
#include "sim/story/story.hpp"

namespace lightcone::models::kafka {

class GroupWorker : public sim::Story {
 public:
  sim::Task<> run() override;
  void show(sim::FieldVisitor& visitor) const override;

  const GroupMember& member() const { return member_; }

  // What it passed over last: between the records that it was given, or because it was told that it had been
  // overtaken. For whoever looks from outside.
  struct Skipped {
    std::uint64_t count = 0;
    PartitionId partition = 0;
    std::vector<Offset> offsets;
    bool was_overtaken = false;
  };
  const Skipped& skipped() const { return skipped_; }

 protected:
  GroupWorker(sim::Env& env, const Parameters& parameters, const sim::Workload& workload,
              const std::vector<NodeId>& brokers, Commit commits);

  // Before it is asked where the group is in these. False: there will be another generation before that is
  // done.
  virtual sim::Task<bool> take_over(std::vector<PartitionId> partitions);
  // These are given back.
  virtual sim::Task<> save(std::vector<OffsetOf> offsets);
  // Whether there was anything to do.
  virtual sim::Task<bool> work_on(PartitionId partition) = 0;

  // The next records of the partition, at most a batch. Nothing: there is no answer, or no place in the
  // group.
  sim::Task<std::optional<Polled>> poll(PartitionId partition);
  // The member is so far, if it still has the partition.
  void move_on(PartitionId partition, Position to);
  void let_go(PartitionId partition) { positions_.erase(partition); }
  sim::Task<> begin(std::vector<PartitionId> partitions);
  sim::Task<> commit_what_is_held();
  sim::Duration work_time() { return parameters_.process.sample(chance_); }

  const Parameters& parameters() const { return parameters_; }
  const sim::Workload& workload() const { return workload_; }
  Directory& directory() { return directory_; }
  GroupMember& member() { return member_; }
  Commit commits() const { return commits_; }

 private:
  sim::Task<> rebalance();
  sim::Task<> join_beside();
  sim::Task<> take(std::vector<PartitionId> given);
  void drop_everything();
  sim::Task<> commit(std::vector<OffsetOf> offsets);
  std::vector<OffsetOf> offsets_of_held() const;
  sim::Task<bool> work();
  std::vector<PartitionId> held() const;
  void note_skipped(PartitionId partition, const Polled& polled);
  void note_overtaken(PartitionId partition, Offset from, Offset to);

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
  Skipped skipped_;
};

}  // namespace lightcone::models::kafka
