// A set in which an addition wins over a removal that has not seen it: the observed-remove set (RR-7506,
// section 3.3), without tombstones (Bieniusa et al., "An optimized conflict-free replicated set", INRIA
// RR-8083, 2012; Almeida et al. 2018, section 7).
//
// An element is there as long as one of its additions is left. A dot that a context knows and the set beside
// it does not have was removed; that is why nothing has to be kept of what is gone, and why a state must
// never travel without its context.
#pragma once

#include <cstddef>
#include <iterator>
#include <map>
#include <set>

#include "models/parts/crdt/causal_context.hpp"
#include "sim/wire_bytes.hpp"

namespace lightcone::models::parts::crdt {

template <class Element>
class OrSet {
 public:
  // The new addition stands for those of the element that are seen here.
  OrSet add(const ReplicaId& replica, const Element& element) {
    const Dot dot = context_.next(replica);
    OrSet delta = seen_of(element);
    delta.additions_[element].insert(dot);
    delta.context_.add(dot);
    merge(delta);
    return delta;
  }
  // Of what is seen here. Removing an element that is not there changes nothing.
  OrSet remove(const Element& element) {
    const OrSet delta = seen_of(element);
    merge(delta);
    return delta;
  }
  bool contains(const Element& element) const { return additions_.contains(element); }
  // The elements, in their order, with the additions that each rests on.
  const std::map<Element, std::set<Dot>>& elements() const { return additions_; }
  std::size_t size() const { return additions_.size(); }

  void merge(const OrSet& other) {
    for (auto at = additions_.begin(); at != additions_.end();) {
      const auto theirs = other.additions_.find(at->first);
      std::erase_if(at->second, [&](const Dot& dot) {
        const bool kept = theirs != other.additions_.end() && theirs->second.contains(dot);
        return !kept && other.context_.contains(dot);
      });
      at = at->second.empty() ? additions_.erase(at) : std::next(at);
    }
    for (const auto& [element, dots] : other.additions_) {
      for (const Dot& dot : dots) {
        if (!context_.contains(dot)) additions_[element].insert(dot);
      }
    }
    context_.merge(other.context_);
  }
  const CausalContext& context() const { return context_; }

  bool operator==(const OrSet&) const = default;
  friend std::uint64_t wire_bytes(const OrSet& set) {
    std::uint64_t bytes = 4 + wire_bytes(set.context_);
    for (const auto& [element, dots] : set.additions_)
      bytes += sim::bytes_on_wire(element) + bytes_a_dot * dots.size();
    return bytes;
  }

 private:
  // A state that knows the additions of `element` seen here, and has none of them.
  OrSet seen_of(const Element& element) const {
    OrSet seen;
    const auto found = additions_.find(element);
    if (found == additions_.end()) return seen;
    for (const Dot& dot : found->second) seen.context_.add(dot);
    return seen;
  }

  std::map<Element, std::set<Dot>> additions_;  // no element without a dot
  CausalContext context_;                       // of all additions known, those in additions_ included
};

}  // namespace lightcone::models::parts::crdt
