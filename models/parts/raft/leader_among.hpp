// Who leads a group, seen from outside: for faults that aim at the leader.
#pragma once

#include "models/parts/raft/group.hpp"
#include "sim/simulation.hpp"

namespace lightcone::models::parts::raft {

// The leader of the highest term among the nodes of `role` that are up, whose processes are Hosts: they have
// `const Group& raft() const`. no_node when there is none.
template <class Host>
NodeId leader_among(const sim::Simulation& simulation, std::string_view role) {
  NodeId leader = no_node;
  Term term = 0;
  for (const NodeId node : simulation.nodes_of_role(role)) {
    const auto* host = static_cast<const Host*>(simulation.node(node).process());
    if (host == nullptr || host->raft().position() != Position::leader) continue;
    if (leader != no_node && host->raft().term() <= term) continue;
    leader = node;
    term = host->raft().term();
  }
  return leader;
}

}  // namespace lightcone::models::parts::raft
