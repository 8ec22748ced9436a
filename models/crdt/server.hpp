// A replica and its clients: whoever is asked answers at once, from what is here.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/crdt/messages.hpp"
#include "models/crdt/parameters.hpp"
#include "models/crdt/replica.hpp"
#include "models/parts/workload/connections.hpp"
#include "sim/process.hpp"

namespace lightcone::models::crdt {

template <class Message>
concept ForReplica = requires(Replica& r, const Message& m, const sim::From& f) { r.on(m, f); };
template <class Fact>
concept ReplicaFact = requires(Replica& r, const Fact& fact) { r.on(fact); };

class Server final : public sim::Handlers<Server, ToServer, ServerFacts> {
 public:
  // `servers`: all, in the order of the deployment.
  Server(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs, std::vector<NodeId> servers);

  void start() override;
  void show(sim::FieldVisitor& visitor) const override;

  void on(const Read& read, const sim::From& from);
  void on(const Do& request, const sim::From& from);
  void on(const AskForShare& ask);
  void on(const ShareIsLate& late);
  template <ForReplica Message>
  void on(const Message& message, const sim::From& from) {
    replica_.on(message, from);
    serve_who_waits();
  }
  template <ReplicaFact Fact>
  void on(const Fact& fact) {
    replica_.on(fact);
  }

  const Replica& replica() const { return replica_; }
  Replica& replica() { return replica_; }

 private:
  // Somebody who takes from a bounded counter of which too little is here.
  struct Waiter {
    sim::From client{sim::no_node};
    std::string key{};
    Change change{};
    sim::TimerId timer{};
  };

  // Whether that was possible.
  bool perform(const std::string& key, const Change& change, const sim::From& client);
  void wait_for_share(const Do& request, const sim::From& client);
  void serve_who_waits();
  void inherit_shares();

  sim::Env& env_;
  const Parameters& parameters_;
  Safeguards safe_;
  std::vector<NodeId> servers_;
  Replica replica_;
  parts::Connections connections_;
  std::map<std::uint64_t, Waiter> waiters_;
  std::uint64_t waited_ = 0;
};

}  // namespace lightcone::models::crdt
