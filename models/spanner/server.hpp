// A server: it hosts a replica of every shard.
#pragma once

#include <deque>
#include <vector>

#include "models/spanner/messages.hpp"
#include "models/spanner/shard.hpp"
#include "sim/process.hpp"

namespace lightcone::models::spanner {

class Server final : public sim::Handlers<Server, FromClients, FromLeaders, group::ToMember,
                                          group::MemberFacts, ServerFacts> {
 public:
  Server(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
         const std::vector<NodeId>& servers);

  void start() override;
  void show(sim::FieldVisitor& visitor) const override;

  void on(const RoundDue&);
  void on(const ClockDue& due) { shards_[due.shard].on_clock(); }
  template <group::GroupMessage Message>
  void on(const Message& message, const sim::From& from) {
    shards_[message.group].raft().on(message, from.node);
  }
  template <group::GroupFact Fact>
  void on(const Fact& fact) {
    shards_[fact.group].raft().on(fact);
  }
  template <ShardMessage Message>
  void on(const Message& message, const sim::From& from) {
    Shard& shard = shards_[message.shard];
    if constexpr (requires { shard.on(message, from); }) {
      shard.on(message, from);
    } else {
      shard.on(message);
    }
  }

  std::deque<Shard>& shards() { return shards_; }
  const std::deque<Shard>& shards() const { return shards_; }

 private:
  sim::Env& env_;
  const Parameters& parameters_;
  std::deque<Shard> shards_;  // by ShardId
};

}  // namespace lightcone::models::spanner
