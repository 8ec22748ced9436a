// One participant or coordinator of two-phase commit, without a simulation: n1 of three participants, or the
// only coordinator.
#pragma once

#include <utility>
#include <vector>

#include "models/saga/coordinator.hpp"
#include "models/saga/participant.hpp"
#include "tests/models/one_server.hpp"

namespace lightcone::tests::saga_server {

using namespace models::saga;

inline constexpr NodeId n1{0}, n2{1}, n3{2}, t1{5}, t2{6}, client{9}, other_client{10};

// Keys a0, a3, ... are at n1, a1, a4, ... at n2, a2, a5, ... at n3.
class One : public OneServer<Participant, Parameters, Layout> {
 public:
  explicit One(sim::BugSet bugs = {}, const Parameters& parameters = {})
      : OneServer(n1, parameters, std::move(bugs), {{n1, n2, n3}, {t1, t2}}) {}

  // A transfer that begins here.
  void ask(NodeId who, std::string from, std::string to, std::int64_t amount, std::int64_t born = 1) {
    Execute execute;
    execute.connection = connection_;
    execute.number = ++requests_;
    execute.age = {born, who.index};
    execute.steps.push_back({Verb::take, std::move(from), sim::Value(amount)});
    execute.steps.push_back({Verb::add, std::move(to), sim::Value(amount)});
    send(who, execute);
  }
  void read(NodeId who, std::string key) {
    Execute execute;
    execute.connection = connection_;
    execute.number = ++requests_;
    execute.steps.push_back({Verb::get, std::move(key), {}});
    send(who, execute);
  }
  // A transaction of this participant alone.
  void change(NodeId who, Verb verb, std::string key, std::int64_t element) {
    Execute execute;
    execute.connection = connection_;
    execute.number = ++requests_;
    execute.steps.push_back({verb, std::move(key), sim::Value(element)});
    send(who, execute);
  }
  // Somebody else's.
  static Prepare prepare(std::uint64_t number, std::string key, std::int64_t amount, std::int64_t born = 1) {
    Prepare prepare;
    prepare.txn = {n2, number};
    prepare.age = {born, client.index};
    prepare.participants = {n2, n1};
    prepare.steps.push_back({Verb::add, std::move(key), sim::Value(amount)});
    return prepare;
  }
  sim::Value value(const std::string& key) const { return server().journal().value(key); }

 private:
  void send(NodeId who, Execute execute) {
    hear(who, execute);
    const auto elsewhere = sent<Reconnect>();
    if (elsewhere.empty()) return;
    connection_ = execute.connection = elsewhere[0].message.connection;
    execute.number = ++requests_;
    hear(who, execute);
  }

  std::uint64_t connection_ = 0;
  std::uint64_t requests_ = 0;
};

}  // namespace lightcone::tests::saga_server
