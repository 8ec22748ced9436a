// A server of the quorum store: a coordinator for the clients that turn to it, and a replica of the keys that
// the ring gives it.
#pragma once

#include <concepts>
#include <vector>

#include "models/dynamo/coordinator.hpp"
#include "models/dynamo/membership.hpp"
#include "models/dynamo/messages.hpp"
#include "models/dynamo/parameters.hpp"
#include "models/dynamo/replica.hpp"
#include "sim/process.hpp"

namespace lightcone::models::dynamo {

template <class Message>
concept ForCoordinator = requires(Coordinator& c, const Message& m, const sim::From& f) { c.on(m, f); };
template <class Message>
concept ForReplica = requires(Replica& r, const Message& m, const sim::From& f) { r.on(m, f); };
template <class Message>
concept ForReplicaFromAnybody = requires(Replica& r, const Message& m) { r.on(m); };
template <class Message>
concept ForProber = requires(Prober& p, const Message& m, const sim::From& f) { p.on(m, f); };
template <class Fact>
concept ProberFact = requires(Prober& p, const Fact& fact) { p.on(fact); };
template <class Fact>
concept CoordinatorFact =
    !std::same_as<Fact, Outdated> && requires(Coordinator& c, const Fact& fact) { c.on(fact); };

class Server final : public sim::Handlers<Server, ToServer, ServerFacts> {
 public:
  // `servers`: all, in the order of the deployment.
  Server(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs, std::vector<NodeId> servers,
         const parts::Zones& zones = {});

  void start() override { replica_.start(); }
  void show(sim::FieldVisitor& visitor) const override;

  template <ForCoordinator Message>
  void on(const Message& message, const sim::From& from) {
    coordinator_.on(message, from);
  }
  template <ForReplica Message>
  void on(const Message& message, const sim::From& from) {
    replica_.on(message, from);
  }
  template <ForReplicaFromAnybody Message>
  void on(const Message& message) {
    replica_.on(message);
  }
  template <CoordinatorFact Fact>
  void on(const Fact& fact) {
    coordinator_.on(fact);
  }
  template <ForProber Message>
  void on(const Message& message, const sim::From& from) {
    membership_.prober().on(message, from);
  }
  template <ProberFact Fact>
  void on(const Fact& fact) {
    membership_.prober().on(fact);
  }
  void on(const Gossip& gossip, const sim::From& from) { membership_.on(gossip, from); }
  void on(const GossipBack& back) { membership_.on(back); }
  void on(const GossipDue& due) { membership_.on(due); }
  void on(const MembershipPersisted& persisted) { membership_.on(persisted); }
  // A coordinator here is behind: it learns, and ends the request.
  void on(const Outdated& outdated, const sim::From& from);

  // What operators ask for; false when it makes no sense now.
  bool has_gossip() const { return parameters_.has_gossip(); }
  bool join() { return replica_.join(); }
  bool leave() { return replica_.streams().leave(); }
  bool remove(NodeId server) { return replica_.streams().remove(server); }
  void damage_next_gossip() { membership_.damage_next_gossip(); }

  const Replica& replica() const { return replica_; }
  const Coordinator& coordinator() const { return coordinator_; }
  const Membership& membership() const { return membership_; }
  const parts::Ring& ring() const { return membership_.ring(); }

 private:
  const Parameters& parameters_;
  Safeguards safe_;
  std::vector<NodeId> servers_;
  Membership membership_;
  Replica replica_;
  Coordinator coordinator_;
};

}  // namespace lightcone::models::dynamo
