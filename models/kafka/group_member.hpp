// A consumer's part in its group: it joins, says that it lives, and commits how far it is.
#pragma once

#include <optional>
#include <vector>

#include "models/kafka/directory.hpp"
#include "models/kafka/group_messages.hpp"
#include "sim/workload.hpp"

namespace lightcone::models::kafka {

class GroupMember {
 public:
  GroupMember(sim::Env& env, const Parameters& parameters, const sim::Workload& workload,
              Directory& directory);

  // For as long as the consumer lives, beside what it does.
  sim::Task<> heartbeats();
  // One of them now; then it is known whether the group has gone on without this member.
  sim::Task<> heartbeat();

  // It has no place in a generation, or there will be another one.
  bool must_join() const { return must_join_; }
  // The group went on without it: whatever it had may be somebody else's.
  bool is_left_out() const { return generation_ == 0; }
  // Tries to get a place, and what goes with it. Nothing: it failed, and is to be tried again.
  sim::Task<std::optional<std::vector<PartitionId>>> join(std::vector<PartitionId> has);
  // There will be another generation: this member gave back what it had to.
  void join_again() { must_join_ = true; }

  // False when it is not known to be committed; the member may be left out then.
  sim::Task<bool> commit(std::vector<OffsetOf> offsets);
  // Where the group is in these partitions. Empty: nobody answered, to be tried again.
  sim::Task<std::vector<OffsetOf>> fetch(std::vector<PartitionId> partitions);

  MemberId id() const { return id_; }
  Generation generation() const { return generation_; }
  // What it was given in this generation.
  const std::vector<PartitionId>& given() const { return given_; }

 private:
  template <class Answer, class Request>
  sim::Task<std::optional<Answer>> ask_with_the_others(Request request);
  sim::Task<std::optional<std::vector<PartitionId>>> sync(Joined joined);
  sim::Task<> was_refused(GroupReason reason);
  sim::Task<> look_elsewhere();
  NodeId coordinator() const { return directory_.leader_of(parameters_.offsets_partition()).leader; }

  sim::Env& env_;
  const Parameters& parameters_;
  const sim::Workload& workload_;
  Directory& directory_;
  MemberId id_;
  Generation generation_ = 0;  // 0: none, or it was left out
  std::vector<PartitionId> given_;
  std::uint64_t round_ = 0;
  bool must_join_ = true;
  bool is_joining_ = false;
};

}  // namespace lightcone::models::kafka
