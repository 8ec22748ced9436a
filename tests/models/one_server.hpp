// One server of a model, without a simulation: the test says what it hears, when its disk is done, and how it
// ends.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "sim/model.hpp"
#include "tests/models/fake_env.hpp"

namespace lightcone::tests {

// `Server` is made of an Env, the parameters, the bugs and all servers, or whatever it has to know of them.
template <class Server, class Parameters, class Servers = std::vector<sim::NodeId>>
class OneServer {
 public:
  OneServer(sim::NodeId self, const Parameters& parameters, sim::BugSet bugs, Servers servers)
      : parameters_(parameters), bugs_(std::move(bugs)), servers_(std::move(servers)), env_(self) {
    start();
    sync();
    env_.forget_sent();
  }

  // The process alone: what it wrote stays, and nothing is synced by it.
  void restart() {
    end();
    env_.crash();
    start();
  }
  void restart_after_power_loss() {
    end();
    env_.lose_power();
    start();
    sync();
  }

  template <class M>
  void hear(sim::NodeId from, M message) {
    if constexpr (requires { server_->on(std::move(message), sim::From{from, 7}); }) {
      server_->on(std::move(message), sim::From{from, 7});
    } else {
      server_->on(std::move(message));
    }
  }
  void sync() { env_.complete_all_syncs(*server_); }
  template <class M>
  auto sent() {
    return env_.template take_sent<M>();
  }
  FakeEnv& env() { return env_; }
  Server& server() { return *server_; }
  const Server& server() const { return *server_; }

 protected:
  const Parameters& parameters() const { return parameters_; }
  void end() {
    server_.reset();
    env_.forget_sent();
  }
  void start() {
    server_ = std::make_unique<Server>(env_, parameters_, bugs_, servers_);
    server_->start();
  }

 private:
  Parameters parameters_;
  sim::BugSet bugs_;
  Servers servers_;
  FakeEnv env_;
  std::unique_ptr<Server> server_;
};

}  // namespace lightcone::tests
