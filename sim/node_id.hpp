// The address of a node: its place in the deployment, from 0. Names belong to the Simulation.
#pragma once

#include <compare>
#include <cstdint>

namespace lightcone::sim {

struct NodeId {
  std::uint32_t index = UINT32_MAX;

  constexpr auto operator<=>(const NodeId&) const = default;
};

// No node: an event of the simulation itself, an unknown leader, a vote not given.
inline constexpr NodeId no_node{};

}  // namespace lightcone::sim
