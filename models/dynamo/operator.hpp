// Who changes the ring, one server at a time: looks at what the servers say about each other first, and
// begins nothing before the last change is known everywhere (as the operators of Dynamo and Cassandra are
// told to).
#pragma once

#include <string_view>
#include <vector>

#include "models/dynamo/server.hpp"
#include "sim/simulation.hpp"

namespace lightcone::models::dynamo {

class Operator {
 public:
  explicit Operator(sim::Simulation& simulation)
      : simulation_(simulation), servers_(simulation.nodes_of_role("server")) {}

  // "join", "leave" or "remove" of this server, or "damage-gossip" on it. False when it makes no sense now,
  // or would not be safe.
  bool asks_for(std::string_view action, sim::NodeId node);

 private:
  Server* server_on(sim::NodeId node);
  // Nobody else is on the way, as far as anybody knows; who may know something else is up and says the same.
  bool may_change(sim::NodeId who);
  bool remove(sim::NodeId node);

  sim::Simulation& simulation_;
  std::vector<sim::NodeId> servers_;
};

}  // namespace lightcone::models::dynamo
