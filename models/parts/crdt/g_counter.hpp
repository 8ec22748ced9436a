// A counter that only grows: one entry for each replica, joined by the greater (Shapiro, Preguica, Baquero
// and Zawirski, "A comprehensive study of convergent and commutative replicated data types", INRIA RR-7506,
// 2011, section 3.1). A single number would lose increments made at the same time, or count a message twice.
//
// Here as in all types of this folder: merge() is the join of a semilattice, and an update returns its delta,
// the small state whose join with the state before is the state after (Almeida et al. 2018, section 4).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>

#include "models/parts/crdt/dot.hpp"

namespace lightcone::models::parts::crdt {

class GCounter {
 public:
  // All increments together stay below 2^64.
  GCounter add(const ReplicaId& replica, std::uint64_t amount) {
    GCounter delta;
    if (amount == 0) return delta;
    std::uint64_t& entry = entries_[replica];
    entry += amount;
    delta.entries_[replica] = entry;
    return delta;
  }
  std::uint64_t value() const {
    std::uint64_t sum = 0;
    for (const auto& [replica, entry] : entries_) sum += entry;
    return sum;
  }
  void merge(const GCounter& other) {
    for (const auto& [replica, entry] : other.entries_) {
      std::uint64_t& mine = entries_[replica];
      mine = std::max(mine, entry);
    }
  }
  // How many replicas, dead incarnations included, have ever counted.
  std::size_t entries() const { return entries_.size(); }

  bool operator==(const GCounter&) const = default;
  friend std::uint64_t wire_bytes(const GCounter& counter) {
    return 4 + (bytes_a_replica_id + 8) * counter.entries_.size();
  }

 private:
  std::map<ReplicaId, std::uint64_t> entries_;  // none is 0
};

}  // namespace lightcone::models::parts::crdt
