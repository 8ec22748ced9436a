// Whether the accounts that clients saw had the same total always, for monitors (P4.6).
#pragma once

#include <cstdint>
#include <map>

#include "models/spanner/types.hpp"
#include "sim/simulation.hpp"

namespace lightcone::models::spanner {

class Totals {
 public:
  // `total`: what all accounts have together.
  Totals(sim::Simulation& simulation, std::int64_t total);

  bool concerns(NodeId node) const { return seen_.contains(node); }
  // An event ran on a client.
  void look_at_client(NodeId node);

 private:
  sim::Simulation& simulation_;
  std::int64_t total_;
  std::map<NodeId, std::size_t> seen_;  // of each client: how many were looked at
};

}  // namespace lightcone::models::spanner
