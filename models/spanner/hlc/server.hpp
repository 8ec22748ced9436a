// A server in the profile hlc: a replica of every shard, and a gateway for clients.
#pragma once

#include <deque>
#include <vector>

#include "models/spanner/hlc/gateway.hpp"
#include "models/spanner/hlc/replica.hpp"
#include "sim/process.hpp"

namespace lightcone::models::spanner::hlc {

struct LookDue {};  // time to look after what should have gone on
BOOST_DESCRIBE_STRUCT(LookDue, (), ())
using ServerFacts = std::variant<LookDue>;

class Server final : public sim::Handlers<Server, ToGateway, ToLeaseholder, group::ToMember,
                                          group::MemberFacts, ServerFacts> {
 public:
  Server(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
         const std::vector<NodeId>& servers);

  void start() override;
  void show(sim::FieldVisitor& visitor) const override;

  void on(const LookDue&);
  template <group::GroupMessage Message>
  void on(const Message& message, const sim::From& from) {
    replicas_[message.group].raft().on(message, from.node);
  }
  template <group::GroupFact Fact>
  void on(const Fact& fact) {
    replicas_[fact.group].raft().on(fact);
  }
  template <LeaseholderMessage Message>
  void on(const Message& message, const sim::From& from) {
    replicas_[message.shard].on(message, from);
  }
  template <GatewayMessage Message>
  void on(const Message& message, const sim::From& from) {
    gateway_.on(message, from);
  }

  std::deque<Replica>& replicas() { return replicas_; }
  const std::deque<Replica>& replicas() const { return replicas_; }

 private:
  sim::Env& env_;
  const Parameters& parameters_;
  ServerClock clock_;
  Gateway gateway_;
  std::deque<Replica> replicas_;  // by ShardId
};

}  // namespace lightcone::models::spanner::hlc
