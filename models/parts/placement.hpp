// Which servers a client turns to first.
#pragma once

#include <algorithm>
#include <vector>

#include "sim/chance/stream.hpp"
#include "sim/simulation.hpp"
#include "sim/workload.hpp"

namespace lightcone::models::parts {

// `servers`, with the first that stands in the client's own zone moved to the front, if there is one.
inline std::vector<sim::NodeId> nearest_first(std::vector<sim::NodeId> servers, sim::Simulation& simulation,
                                              sim::NodeId client) {
  const auto place = simulation.network().place(client);
  const auto near = std::find_if(servers.begin(), servers.end(), [&](sim::NodeId server) {
    return place != 0 && simulation.network().place(server) == place;
  });
  if (near != servers.end()) std::rotate(servers.begin(), near, near + 1);
  return servers;
}

// Whom a client asks first, as its workload says. `servers`: nearest first; `favourite`: who answered last,
// or no_node; `index`: of the client among the clients.
inline sim::NodeId first_server(sim::Sticky sticky, const std::vector<sim::NodeId>& servers,
                                sim::NodeId favourite, std::size_t index, sim::Stream& chance) {
  switch (sticky) {
    case sim::Sticky::node:
      return favourite != sim::no_node ? favourite : servers[index % servers.size()];
    case sim::Sticky::nearest:
      return servers.front();
    case sim::Sticky::random:
      break;
  }
  return chance.pick(servers);
}

// Likewise, for clients that try somebody else after silence. `avoided`: who did not answer the last time, or
// no_node.
inline sim::NodeId first_server_but(sim::NodeId avoided, sim::Sticky sticky,
                                    const std::vector<sim::NodeId>& servers, std::size_t index,
                                    sim::Stream& chance) {
  if (sticky == sim::Sticky::random) return chance.pick(servers);
  const std::size_t first = sticky == sim::Sticky::nearest ? 0 : index % servers.size();
  const bool turns_away = servers[first] == avoided && servers.size() > 1;
  return servers[turns_away ? (first + 1) % servers.size() : first];
}

}  // namespace lightcone::models::parts
