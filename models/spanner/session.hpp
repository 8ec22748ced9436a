// How a client does transactions in the profile truetime.
//
//   locks, key by key, and what the keys hold ─▶ Commit, with the writes, to the first shard's leader
//        aborted: from the beginning, under another id, as old as before
//        silence after Commit: the same again, under the same id, for nobody knows what came of it
#pragma once

#include <string>
#include <vector>

#include "models/spanner/messages.hpp"
#include "models/spanner/operations.hpp"
#include "models/spanner/parameters.hpp"
#include "models/spanner/transactor.hpp"
#include "sim/env.hpp"
#include "sim/story/stories.hpp"
#include "sim/story/task.hpp"
#include "sim/workload.hpp"

namespace lightcone::models::spanner {

class Session final : public Transactor {
 public:
  // `servers`: nearest first.
  Session(sim::Env& env, const Parameters& parameters, const Safeguards& safeguards,
          const sim::Workload& workload, std::vector<NodeId> servers, std::vector<NodeId> preferred);

  // Reads and writes under locks.
  sim::Task<Ending> transact(std::vector<Access> accesses, Complete complete) override;
  // Without locks; what is there now, from leaders.
  sim::Task<Ending> read(std::vector<Access> accesses, sim::Duration ago) override;

 private:
  enum class Came : std::uint8_t { through, aborted, unknown, out_of_patience };
  struct Locks {
    Came came = Came::out_of_patience;
    std::vector<sim::Value> values{};
    std::vector<Part> parts{};
  };
  struct Attempt {
    Came came = Came::out_of_patience;
    std::vector<sim::Value> values{};
    NodeId server = no_node;
  };

  sim::Task<Attempt> attempt(TransactionId id, Age age, std::vector<Access> accesses, Complete complete,
                             sim::MonoTime until);
  sim::Task<Locks> lock_all(TransactionId id, Age age, const std::vector<Access>& accesses,
                            sim::MonoTime until);
  sim::Task<Came> lock(TransactionId id, Age age, Access access, sim::MonoTime until, Locked& locked,
                       const std::vector<Part>& held);
  sim::Task<Came> commit(TransactionId id, std::vector<Part> parts, sim::MonoTime until, NodeId& server);
  sim::Task<Came> read_part(ShardId shard, ReadAt request, sim::MonoTime until, ReadThen& then,
                            NodeId& server);

  NodeId leader_of(ShardId shard) const { return leaders_[shard]; }
  void suspect(ShardId shard, NodeId server);
  void learn(ShardId shard, NodeId asked, const Refused& refused);
  void give_up(TransactionId id, const std::vector<Part>& held);

  sim::Env& env_;
  const Parameters& parameters_;
  Safeguards safe_;
  const sim::Workload& workload_;
  std::vector<NodeId> servers_;
  std::vector<NodeId> leaders_;  // by ShardId, as far as it knows
  parts::clocks::IntervalClock clock_;
  sim::Stream chance_;
  std::uint64_t operations_ = 0;
};

}  // namespace lightcone::models::spanner
