// Names of updates: a dot is the n-th update of one incarnation of a replica.
//
// Whoever reads a state takes equal dots for the same update, so no dot may ever be given out twice. A
// replica whose disk was wiped or copied therefore starts a new incarnation instead of counting on.
#pragma once

#include <boost/describe.hpp>
#include <compare>
#include <cstdint>

#include "sim/node_id.hpp"

namespace lightcone::models::parts::crdt {

struct ReplicaId {
  sim::NodeId node;
  std::uint64_t incarnation = 0;  // differs between lives of the node that do not know each other's updates

  constexpr auto operator<=>(const ReplicaId&) const = default;
};
BOOST_DESCRIBE_STRUCT(ReplicaId, (), (node, incarnation))

struct Dot {
  ReplicaId replica;
  std::uint64_t counter = 0;  // from 1

  constexpr auto operator<=>(const Dot&) const = default;
};
BOOST_DESCRIBE_STRUCT(Dot, (), (replica, counter))

// What a link or a disk is charged for one of them, in bytes.
inline constexpr std::uint64_t bytes_a_replica_id = 12;
inline constexpr std::uint64_t bytes_a_dot = 20;

}  // namespace lightcone::models::parts::crdt
