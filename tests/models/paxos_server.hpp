// One server of Paxos, without a simulation: n1 of three.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "models/paxos/registers.hpp"
#include "models/paxos/replica.hpp"
#include "tests/models/fake_env.hpp"

namespace lightcone::tests::paxos_server {

using namespace models::paxos;
using models::parts::key_value::Verb;

inline constexpr NodeId n1{0}, n2{1}, n3{2}, client{9}, other_client{10};

template <class Server>
class One {
 public:
  explicit One(sim::BugSet bugs = {}, const Parameters& parameters = {})
      : parameters_(parameters), bugs_(std::move(bugs)) {
    parameters_.servers = 3;
    start();
    sync();
    env_.forget_sent();
  }
  void restart_after_power_loss() {
    server_.reset();
    env_.lose_power();
    env_.forget_sent();
    start();
    sync();
  }
  void restart() {
    server_.reset();
    env_.crash();
    env_.forget_sent();
    start();
    sync();
  }

  template <class M>
  void hear(NodeId from, const M& message) {
    server_->on(message, sim::From{from, 7});
  }
  void sync() { env_.complete_all_syncs(*server_); }
  // What it has sent to itself arrives.
  void loop_back() {
    sync();
    for (const auto& own : env_.template take_sent<Promise>()) {
      if (own.to == n1) hear(n1, own.message);
    }
    for (const auto& own : env_.template take_sent<Vote>()) {
      if (own.to == n1) hear(n1, own.message);
    }
  }
  template <class M>
  auto sent() {
    return env_.template take_sent<M>();
  }
  FakeEnv& env() { return env_; }
  Server& server() { return *server_; }

 private:
  void start() {
    server_ = std::make_unique<Server>(env_, parameters_, bugs_, std::vector<NodeId>{n1, n2, n3});
    server_->start();
  }

  Parameters parameters_;
  sim::BugSet bugs_;
  FakeEnv env_{n1};
  std::unique_ptr<Server> server_;
};

inline Command put(std::int64_t value) {
  Command command;
  command.verb = Verb::put;
  command.session = 1;
  command.sequence = static_cast<std::uint64_t>(value);
  command.key = "x";
  command.value = value;
  return command;
}
inline Decree decree(std::int64_t value) { return Decree::of(put(value)); }
inline Accepted accepted(Slot slot, Ballot ballot, std::int64_t value) {
  return {slot, ballot, decree(value), false};
}

}  // namespace lightcone::tests::paxos_server
