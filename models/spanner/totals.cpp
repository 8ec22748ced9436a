#include "models/spanner/totals.hpp"

#include <fmt/format.h>

#include "models/spanner/client.hpp"

namespace lightcone::models::spanner {

Totals::Totals(sim::Simulation& simulation, std::int64_t total) : simulation_(simulation), total_(total) {
  for (const NodeId node : simulation.nodes_of_role("client")) seen_[node] = 0;
}

void Totals::look_at_client(NodeId node) {
  const auto* client = static_cast<const Client*>(simulation_.node(node).process());
  if (client == nullptr) return;
  std::size_t& seen = seen_[node];
  for (; seen < client->totals().size(); ++seen) {
    const std::int64_t total = client->totals()[seen];
    if (total == total_) continue;
    simulation_.report({"P4.6",
                        "invariant(P4.6)",
                        fmt::format("{} saw accounts with {} in all, and there is {}",
                                    simulation_.node(node).node_name(), total, total_),
                        {node}});
  }
}

}  // namespace lightcone::models::spanner
