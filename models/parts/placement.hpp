// Which servers a client turns to first.
#pragma once

#include <algorithm>
#include <vector>

#include "sim/simulation.hpp"

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

}  // namespace lightcone::models::parts
