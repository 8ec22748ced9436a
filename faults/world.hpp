// What faults act on: the simulation, and whom to ask who leads.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/model.hpp"
#include "sim/simulation.hpp"

namespace lightcone::faults {

using namespace std::chrono_literals;

struct World {
  sim::Simulation& simulation;
  // The node that now leads, owns or coordinates. May be empty: nobody does.
  std::function<sim::NodeId()> focus{};
  // Asks for an administrator's action; no_node when the fault names none. May be empty: always false.
  std::function<bool(std::string_view action, sim::NodeId node)> administer{};

  static World of(sim::Simulation& simulation, const sim::Model& model);

  sim::NodeId who_leads() const { return focus ? focus() : sim::no_node; }
  sim::Node& node(sim::NodeId id) const { return simulation.node(id); }
  std::string_view name(sim::NodeId id) const { return simulation.node(id).node_name(); }
};

// "{n1, n2}"
std::string names_of(const World& world, const std::vector<sim::NodeId>& nodes);
// "1 message", "3 messages"
std::string counted(std::uint64_t count, std::string_view noun);

// What is known about a run before it begins: enough to tell that a fault makes no sense.
struct Census {
  std::vector<std::string> names;    // of the nodes
  std::vector<std::string> roles;    // theirs, in the same order
  std::vector<std::string> actions;  // of the model's administrator
  std::vector<std::string> moments;  // of the model: marks that are worth striking at
  sim::Duration heal{};              // when all faults end

  static Census of(const sim::Simulation& simulation, const sim::Model& model, const sim::Phases& phases);
};

// Clients are not what faults pick from unless they are named.
inline bool is_client_role(std::string_view role) { return role == "client"; }
// Nor are copies of nodes (Simulation::clone).
inline bool is_server_role(std::string_view role) { return !is_client_role(role) && role != "clone"; }

}  // namespace lightcone::faults
