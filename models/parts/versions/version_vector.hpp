// A version vector: of each replica, how many of its updates are known (Parker et al., "Detection of mutual
// inconsistency in distributed systems", IEEE TSE 1983).
//
// It stands for a set of dots without gaps, so whoever hands out dots must know all earlier ones of its own.
#pragma once

#include <algorithm>
#include <boost/describe.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>

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
  // Forgets all but the `count` greatest entries; of equal ones, those of later replicas. What is forgotten
  // is not contained any more: a short clock, and not an exact one.
  void keep_greatest(std::size_t count) {
    while (counters.size() > count) {
      const auto least = std::min_element(counters.begin(), counters.end(), [](const auto& a, const auto& b) {
        return std::tie(a.second, b.first) < std::tie(b.second, a.first);
      });
      counters.erase(least);
    }
  }
  bool operator==(const VersionVector&) const = default;
};
BOOST_DESCRIBE_STRUCT(VersionVector, (), (counters))

}  // namespace lightcone::models::parts::versions
