// The observed-remove set in its first form (RR-7506, section 3.3, specification 15): additions have names of
// their own, and a removal leaves a tombstone for each addition that it saw.
//
// Tombstones pile up. One may be forgotten when its removal is causally stable: when every replica has seen
// it, so that no state that still holds the addition can arrive any more. Forgotten earlier, the addition
// that somebody still has comes back as if it were new. The set of or_set.hpp needs no tombstones at all.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>

#include "models/parts/crdt/dot.hpp"
#include "sim/wire_bytes.hpp"

namespace lightcone::models::parts::crdt {

template <class Element>
class TombstoneSet {
 public:
  // `dot` names the addition, or the removal: no two updates of the set have one name.
  TombstoneSet add(const Dot& dot, const Element& element) {
    TombstoneSet delta;
    delta.additions_[element].insert(dot);
    merge(delta);
    return delta;
  }
  // Of what is seen here. Removing an element that is not there changes nothing.
  TombstoneSet remove(const Dot& dot, const Element& element) {
    TombstoneSet delta;
    const auto found = additions_.find(element);
    if (found == additions_.end()) return delta;
    for (const Dot& addition : found->second) delta.tombstones_.emplace(addition, dot);
    merge(delta);
    return delta;
  }
  bool contains(const Element& element) const { return additions_.contains(element); }
  // The elements, in their order, with the additions that each rests on.
  const std::map<Element, std::set<Dot>>& elements() const { return additions_; }
  std::size_t size() const { return additions_.size(); }
  // Additions that were removed, and by which removal; of several the one with the least name.
  const std::map<Dot, Dot>& tombstones() const { return tombstones_; }

  void merge(const TombstoneSet& other) {
    for (const auto& [addition, removal] : other.tombstones_) {
      const auto [mine, is_new] = tombstones_.emplace(addition, removal);
      if (!is_new) mine->second = std::min(mine->second, removal);
    }
    for (const auto& [element, dots] : other.additions_) additions_[element].insert(dots.begin(), dots.end());
    for (auto at = additions_.begin(); at != additions_.end();) {
      std::erase_if(at->second, [&](const Dot& dot) { return tombstones_.contains(dot); });
      at = at->second.empty() ? additions_.erase(at) : std::next(at);
    }
  }
  // Forgets the tombstones of the removals for which `may_go` is true. Returns how many.
  template <class MayGo>
  std::size_t collect(const MayGo& may_go) {
    return std::erase_if(tombstones_, [&](const auto& tombstone) { return may_go(tombstone.second); });
  }

  bool operator==(const TombstoneSet&) const = default;
  friend std::uint64_t wire_bytes(const TombstoneSet& set) {
    std::uint64_t bytes = 8 + 2 * bytes_a_dot * set.tombstones_.size();
    for (const auto& [element, dots] : set.additions_)
      bytes += sim::bytes_on_wire(element) + 4 + bytes_a_dot * dots.size();
    return bytes;
  }

 private:
  std::map<Element, std::set<Dot>> additions_;  // no element without a dot, and none with a tombstone
  std::map<Dot, Dot> tombstones_;
};

}  // namespace lightcone::models::parts::crdt
