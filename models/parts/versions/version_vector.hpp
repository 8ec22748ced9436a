// A version vector: of each replica, how many of its updates are known (Parker et al., "Detection of mutual
// inconsistency in distributed systems", IEEE TSE 1983).
//
// It stands for a set of dots without gaps, so whoever hands out dots must know all earlier ones of its own.
#pragma once

#include <algorithm>
#include <boost/describe.hpp>
#include <cstdint>
#include <map>

#include "models/parts/crdt/dot.hpp"

namespace lightcone::models::parts::versions {

using crdt::Dot;
using crdt::ReplicaId;

struct VersionVector {
  std::map<ReplicaId, std::uint64_t> counters{};  // 1 or more each

  std::uint64_t of(const ReplicaId& replica) const {
    const auto found = counters.find(replica);
    return found == counters.end() ? 0 : found->second;
  }
  bool contains(const Dot& dot) const { return dot.counter <= of(dot.replica); }
  // Everything of the dot's replica up to the dot; a dot of counter 0 adds nothing.
  void raise(const Dot& dot) {
    if (dot.counter == 0) return;
    std::uint64_t& mine = counters[dot.replica];
    mine = std::max(mine, dot.counter);
  }
  void merge(const VersionVector& other) {
    for (const auto& [replica, counter] : other.counters) raise({replica, counter});
  }
  bool operator==(const VersionVector&) const = default;
};
BOOST_DESCRIBE_STRUCT(VersionVector, (), (counters))

}  // namespace lightcone::models::parts::versions
