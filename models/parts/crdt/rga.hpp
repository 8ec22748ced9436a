// A sequence that many edit at once: the replicated growable array (Roh, Jeon, Kim and Lee, "Replicated
// abstract data types", JPDC 2011; RR-7506, section 3.5), kept as a state.
//
// Each element names the one it was inserted behind, so the elements are a tree below the beginning, and the
// sequence is the walk through it in which later siblings come first. Erased elements stay as tombstones,
// since others may stand behind them. An element whose predecessor has not arrived waits in the state and is
// not seen.
//
// What one replica types from left to right stays together. What two type from right to left at one place may
// be mixed (Kleppmann et al., "Interleaving anomalies in collaborative text editors", PaPoC 2019).
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "models/parts/crdt/dot.hpp"
#include "sim/ensure.hpp"

namespace lightcone::models::parts::crdt {

template <class T>
class Rga {
 public:
  // A Lamport timestamp: later than all that the inserting replica has seen. The replica breaks ties.
  struct Id {
    std::uint64_t clock = 0;  // from 1; 0: the beginning of the sequence
    ReplicaId replica;
    constexpr auto operator<=>(const Id&) const = default;
  };

  // So that the element is the one at `position`, 0 .. size(). Linear in the sequence.
  Rga insert(const ReplicaId& replica, std::size_t position, T value) {
    sim::ensure(position <= size(), "an insertion is at the end of the sequence or before it");
    const std::size_t place = position == 0 ? 0 : place_of(position - 1) + 1;
    const Id behind = place == 0 ? Id{} : order_[place - 1];
    const Id id{elements_.empty() ? 1 : elements_.rbegin()->first.clock + 1, replica};
    Rga delta;
    delta.elements_.emplace(id, Element{behind, std::move(value)});
    elements_.insert(*delta.elements_.begin());
    order_.insert(order_.begin() + static_cast<std::ptrdiff_t>(place), id);  // the latest of all siblings
    if (behind == Id{}) delta.order_.push_back(id);
    return delta;
  }
  // Of the element at `position`, below size(). Linear in the sequence.
  Rga erase(std::size_t position) {
    sim::ensure(position < size(), "only an element of the sequence can be erased");
    Rga delta;
    delta.erased_.insert(order_[place_of(position)]);
    merge(delta);
    return delta;
  }
  std::vector<T> values() const {
    std::vector<T> values;
    for (const Id& id : order_) {
      if (!erased_.contains(id)) values.push_back(elements_.at(id).value);
    }
    return values;
  }
  std::size_t size() const {
    return static_cast<std::size_t>(
        std::count_if(order_.begin(), order_.end(), [&](const Id& id) { return !erased_.contains(id); }));
  }
  // Linear in `other` and, when that has elements which are new here, n log n in the sequence.
  void merge(const Rga& other) {
    const std::size_t before = elements_.size();
    elements_.insert(other.elements_.begin(), other.elements_.end());
    erased_.insert(other.erased_.begin(), other.erased_.end());
    if (elements_.size() != before) walk();
  }
  std::size_t tombstones() const { return erased_.size(); }
  // Elements whose predecessor has not arrived.
  std::size_t waiting() const { return elements_.size() - order_.size(); }

  // The order follows from the elements.
  bool operator==(const Rga& other) const { return elements_ == other.elements_ && erased_ == other.erased_; }

 private:
  struct Element {
    Id behind;
    T value;
    bool operator==(const Element&) const = default;
  };

  // In order_, of the element that readers see at `position`.
  std::size_t place_of(std::size_t position) const {
    std::size_t place = 0;
    for (std::size_t left = position + 1; left > 0; ++place) left -= erased_.contains(order_[place]) ? 0 : 1;
    return place - 1;
  }
  void walk() {
    std::map<Id, std::vector<Id>> behind;  // ascending, as elements_ is
    for (const auto& [id, element] : elements_) behind[element.behind].push_back(id);
    order_.clear();
    std::vector<Id> open{Id{}};
    while (!open.empty()) {
      const Id id = open.back();
      open.pop_back();
      if (id != Id{}) order_.push_back(id);
      const auto children = behind.find(id);
      if (children != behind.end()) open.insert(open.end(), children->second.begin(), children->second.end());
    }
  }

  std::map<Id, Element> elements_;  // those erased included
  std::set<Id> erased_;             // may know of an element before it arrives
  std::vector<Id> order_;  // the walk: all that are reached from the beginning, those erased included
};

}  // namespace lightcone::models::parts::crdt
