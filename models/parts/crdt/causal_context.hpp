// The set of updates that a state knows of, whether or not anything is left of them (Almeida, Shoker and
// Baquero, "Delta state replicated data types", JPDC 2018, section 7).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>
#include <string_view>

#include "models/parts/crdt/dot.hpp"
#include "sim/fields_of.hpp"

namespace lightcone::models::parts::crdt {

// Dots without gaps from 1 on are kept as one number a replica, the others one by one: a context costs an
// entry for each replica and each dot that arrived before one that precedes it. Equal sets compare equal.
class CausalContext {
 public:
  bool contains(const Dot& dot) const {
    return dot.counter <= prefix_of(dot.replica) || scattered_.contains(dot);
  }
  // The dot for the next update of `replica`, which has to know of all its earlier ones.
  Dot next(const ReplicaId& replica) const {
    std::uint64_t highest = prefix_of(replica);
    const auto behind = scattered_.upper_bound({replica, UINT64_MAX});
    if (behind != scattered_.begin() && std::prev(behind)->replica == replica) {
      highest = std::max(highest, std::prev(behind)->counter);
    }
    return {replica, highest + 1};
  }
  void add(const Dot& dot) {
    if (contains(dot)) return;
    scattered_.insert(dot);
    absorb(dot.replica);
  }
  void merge(const CausalContext& other) {
    for (const auto& [replica, prefix] : other.prefixes_) {
      std::uint64_t& mine = prefixes_[replica];
      mine = std::max(mine, prefix);
    }
    scattered_.insert(other.scattered_.begin(), other.scattered_.end());
    for (const auto& [replica, prefix] : other.prefixes_) absorb(replica);
    for (const Dot& dot : other.scattered_) absorb(dot.replica);
  }

  // Whether all that `other` knows of is known here.
  bool includes(const CausalContext& other) const {
    for (const auto& [replica, prefix] : other.prefixes_) {
      if (prefix_of(replica) < prefix) return false;
    }
    return std::all_of(other.scattered_.begin(), other.scattered_.end(),
                       [&](const Dot& dot) { return contains(dot); });
  }

  // How many dots are kept one by one, because one before them is missing.
  std::size_t scattered() const { return scattered_.size(); }
  // How many replicas have ever been heard of without a gap.
  std::size_t replicas() const { return prefixes_.size(); }

  bool operator==(const CausalContext&) const = default;

  friend std::uint64_t wire_bytes(const CausalContext& context) {
    return 8 + bytes_a_dot * (context.prefixes_.size() + context.scattered_.size());
  }
  // As a list of dots: of each replica the last before a gap, then those behind gaps.
  friend void visit_as_field(const CausalContext& context, std::string_view name,
                             sim::FieldVisitor& visitor) {
    visitor.open_list(name);
    for (const auto& [replica, prefix] : context.prefixes_)
      sim::visit_field({}, Dot{replica, prefix}, visitor);
    for (const Dot& dot : context.scattered_) sim::visit_field({}, dot, visitor);
    visitor.close();
  }

 private:
  std::uint64_t prefix_of(const ReplicaId& replica) const {
    const auto found = prefixes_.find(replica);
    return found == prefixes_.end() ? 0 : found->second;
  }
  // Moves what the prefix reaches from the scattered dots into it.
  void absorb(const ReplicaId& replica) {
    std::uint64_t prefix = prefix_of(replica);
    auto at = scattered_.lower_bound({replica, 0});
    while (at != scattered_.end() && at->replica == replica && at->counter <= prefix + 1) {
      prefix = std::max(prefix, at->counter);
      at = scattered_.erase(at);
    }
    if (prefix > 0) prefixes_[replica] = prefix;
  }

  std::map<ReplicaId, std::uint64_t> prefixes_;  // all dots up to and with this one
  std::set<Dot> scattered_;                      // each above its replica's prefix by two or more
};

}  // namespace lightcone::models::parts::crdt
