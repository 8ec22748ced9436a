// Who leads a group, seen from outside: for faults that aim at the leader.
#pragma once

#include <string_view>
#include <vector>

#include "models/parts/raft/group.hpp"
#include "sim/simulation.hpp"

namespace lightcone::models::parts::raft {

// The leader of the highest term among these nodes; no_node when there is none. `group_of(process)`: the
// member that a process hosts, or null. Processes that are down are null.
template <class GroupOf>
NodeId leader_among(const sim::Simulation& simulation, const std::vector<NodeId>& nodes,
                    const GroupOf& group_of) {
  NodeId leader = no_node;
  Term term = 0;
  for (const NodeId node : nodes) {
    const Group* group = group_of(simulation.node(node).process());
    if (group == nullptr || group->position() != Position::leader) continue;
    if (leader != no_node && group->term() <= term) continue;
    leader = node;
    term = group->term();
  }
  return leader;
}

// Likewise, among the nodes of `role`, whose processes are Hosts: they have `const Group& raft() const`.
template <class Host>
NodeId leader_among(const sim::Simulation& simulation, std::string_view role) {
  return leader_among(simulation, simulation.nodes_of_role(role), [](const sim::Process* process) {
    return process == nullptr ? nullptr : &static_cast<const Host*>(process)->raft();
  });
}

}  // namespace lightcone::models::parts::raft
