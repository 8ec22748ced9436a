// What the store's monitors have in common: they notice which of a client's requests began or ended, what
// became durable on a server, and which success a coordinator announced.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/dynamo/client.hpp"
#include "models/dynamo/server.hpp"
#include "sim/finding.hpp"
#include "sim/simulation.hpp"

namespace lightcone::models::dynamo {

class Watcher : public sim::Monitor {
 public:
  explicit Watcher(sim::Simulation& simulation);

  void after_event(sim::NodeId node) override;

 protected:
  // A request ends before the next one of its client begins.
  virtual void request_ended(sim::NodeId, const Client::Done&) {}
  virtual void request_began(sim::NodeId, const Client::Doing&) {}
  virtual void server_started(sim::NodeId) {}
  // One was restarted, and what it has is durable.
  virtual void server_is_back() {}
  virtual void became_durable(sim::NodeId, const Store::Change&) {}
  virtual void store_changed(sim::NodeId, const Store&) {}
  virtual void write_succeeded(sim::NodeId, const Coordinator::Success&) {}
  virtual void read_succeeded(sim::NodeId, const Coordinator::Success&) {}

  // What a client would find that asked everybody, and merged what they have. Nothing if somebody is down:
  // nobody knows what it holds.
  std::optional<Version> what_everybody_has(const std::string& key) const;
  const Client* client_on(sim::NodeId node) const;
  const Server* server_on(sim::NodeId node) const;
  std::string name(sim::NodeId node) const { return simulation_.node(node).node_name(); }
  const std::vector<sim::NodeId>& servers() const { return servers_; }
  sim::Simulation& simulation() { return simulation_; }

 private:
  struct SeenClient {
    std::uint32_t incarnation = 0;
    std::uint64_t begun = 0;
    std::uint64_t ended = 0;
  };
  struct SeenServer {
    std::uint32_t incarnation = 0;
    std::uint64_t changes = 0;
    std::uint64_t successes = 0;
    bool is_back = false;  // restarted, and not yet looked at
  };

  void look_at_client(sim::NodeId node, SeenClient& seen);
  void look_at_server(sim::NodeId node, SeenServer& seen);

  sim::Simulation& simulation_;
  std::vector<sim::NodeId> servers_;
  std::map<sim::NodeId, SeenClient> clients_;
  std::map<sim::NodeId, SeenServer> seen_servers_;
};

}  // namespace lightcone::models::dynamo
