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
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "models/parts/crdt/dot.hpp"
#include "sim/ensure.hpp"
#include "sim/wire_bytes.hpp"

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

  // What decides about insertions with one clock behind one element. `by_arrival` is how it is got wrong: the
  // order then depends on who heard of which first.
  enum class Ties : std::uint8_t { by_replica, by_arrival };
  explicit Rga(Ties ties = Ties::by_replica) : ties_(ties) {}

  // So that the element is the one at `position`, 0 .. size(). Linear in the sequence.
  Rga insert(const ReplicaId& replica, std::size_t position, T value) {
    sim::ensure(position <= size(), "an insertion is at the end of the sequence or before it");
    return insert_at(replica, position == 0 ? 0 : place_of(position - 1) + 1, std::move(value));
  }
  // Right behind an element, or at the beginning. It may have been erased; it must have been seen here.
  Rga insert_behind(const ReplicaId& replica, const Id& behind, T value) {
    if (behind == Id{}) return insert_at(replica, 0, std::move(value));
    const auto at =
        std::find_if(order_.begin(), order_.end(), [&](const Place& p) { return p.id == behind; });
    sim::ensure(at != order_.end(), "an insertion is behind an element of the sequence");
    return insert_at(replica, static_cast<std::size_t>(at - order_.begin()) + 1, std::move(value));
  }
  // Of the element at `position`, below size(). Linear in the sequence.
  Rga erase(std::size_t position) {
    sim::ensure(position < size(), "only an element of the sequence can be erased");
    return erase(order_[place_of(position)].id);
  }
  Rga erase(const Id& id) {
    Rga delta;
    delta.erased_.insert(id);
    merge(delta);
    return delta;
  }
  // The element with this value, erased ones included; of several the first. Linear in the sequence.
  std::optional<Id> find(const T& value) const {
    const auto at =
        std::find_if(order_.begin(), order_.end(), [&](const Place& p) { return p.value == value; });
    return at == order_.end() ? std::nullopt : std::optional<Id>(at->id);
  }
  // Nothing of `delta` would have to wait here for what has not arrived.
  bool can_place(const Rga& delta) const {
    const auto is_here = [&](const Id& id) { return id == Id{} || elements_.contains(id); };
    return std::all_of(delta.elements_.begin(), delta.elements_.end(),
                       [&](const auto& entry) { return is_here(entry.second.behind); }) &&
           std::all_of(delta.erased_.begin(), delta.erased_.end(), is_here);
  }
  std::vector<T> values() const {
    std::vector<T> values;
    for (const Place& place : order_) {
      if (!place.is_erased) values.push_back(place.value);
    }
    return values;
  }
  std::size_t size() const {
    return static_cast<std::size_t>(
        std::count_if(order_.begin(), order_.end(), [](const Place& place) { return !place.is_erased; }));
  }
  // Linear in `other` and in the sequence; n log n in that when several elements of `other` are new here.
  void merge(const Rga& other) {
    const std::size_t before = elements_.size();
    for (const auto& [id, element] : other.elements_) {
      if (elements_.emplace(id, element).second && ties_ == Ties::by_arrival)
        arrivals_[id] = arrivals_.size();
    }
    erased_.insert(other.erased_.begin(), other.erased_.end());
    const std::size_t added = elements_.size() - before;
    if (added == 1 && before == order_.size() && other.elements_.size() == 1 && ties_ == Ties::by_replica) {
      place(*other.elements_.begin());
    } else if (added > 0) {
      walk();
    } else {
      for (Place& place : order_) place.is_erased = place.is_erased || other.erased_.contains(place.id);
    }
  }
  std::size_t tombstones() const { return erased_.size(); }
  // Elements whose predecessor has not arrived.
  std::size_t waiting() const { return elements_.size() - order_.size(); }

  friend std::uint64_t wire_bytes(const Rga& text) {
    std::uint64_t bytes = 8 + (8 + bytes_a_replica_id) * text.erased_.size();
    for (const auto& [id, element] : text.elements_)
      bytes += 2 * (8 + bytes_a_replica_id) + sim::bytes_on_wire(element.value);
    return bytes;
  }
  // The order follows from the elements.
  bool operator==(const Rga& other) const { return elements_ == other.elements_ && erased_ == other.erased_; }

 private:
  struct Place {
    Id id;
    T value;
    bool is_erased = false;
  };
  struct Element {
    Id behind;
    T value;
    bool operator==(const Element&) const = default;
  };

  Rga insert_at(const ReplicaId& replica, std::size_t place, T value) {
    const Id behind = place == 0 ? Id{} : order_[place - 1].id;
    const Id id{elements_.empty() ? 1 : elements_.rbegin()->first.clock + 1, replica};
    Rga delta;
    delta.elements_.emplace(id, Element{behind, value});
    elements_.insert(*delta.elements_.begin());
    if (ties_ == Ties::by_arrival) arrivals_[id] = arrivals_.size();
    if (behind == Id{}) delta.order_.push_back({id, value});
    // The latest of all siblings.
    order_.insert(order_.begin() + static_cast<std::ptrdiff_t>(place), Place{id, std::move(value)});
    return delta;
  }
  // In order_, of the element that readers see at `position`.
  std::size_t place_of(std::size_t position) const {
    std::size_t place = 0;
    for (std::size_t left = position + 1; left > 0; ++place) left -= order_[place].is_erased ? 0 : 1;
    return place - 1;
  }
  // One element where none waits. Behind its predecessor and the later siblings with all that stands behind
  // those, which is later still; whatever follows is earlier.
  void place(const std::pair<const Id, Element>& entry) {
    const auto& [id, element] = entry;
    auto at = order_.begin();
    if (element.behind != Id{}) {
      at = std::find_if(order_.begin(), order_.end(),
                        [&](const Place& p) { return p.id == entry.second.behind; });
      if (at == order_.end()) return;
      ++at;
    }
    at = std::find_if(at, order_.end(), [&](const Place& p) { return p.id < entry.first; });
    order_.insert(at, Place{id, element.value, erased_.contains(id)});
  }
  void walk() {
    std::map<Id, std::vector<Id>> behind;  // ascending, as elements_ is
    for (const auto& [id, element] : elements_) behind[element.behind].push_back(id);
    if (ties_ == Ties::by_arrival) {
      for (auto& [id, siblings] : behind) order_by_arrival(siblings);
    }
    order_.clear();
    std::vector<Id> open{Id{}};
    while (!open.empty()) {
      const Id id = open.back();
      open.pop_back();
      if (id != Id{}) order_.push_back({id, elements_.at(id).value, erased_.contains(id)});
      const auto children = behind.find(id);
      if (children != behind.end()) open.insert(open.end(), children->second.begin(), children->second.end());
    }
  }

  void order_by_arrival(std::vector<Id>& siblings) const {
    std::sort(siblings.begin(), siblings.end(), [&](const Id& a, const Id& b) {
      return std::pair(a.clock, arrivals_.at(a)) < std::pair(b.clock, arrivals_.at(b));
    });
  }

  Ties ties_;
  std::map<Id, std::size_t> arrivals_;  // of ties by_arrival: which came when
  std::map<Id, Element> elements_;      // those erased included
  std::set<Id> erased_;                 // may know of an element before it arrives
  std::vector<Place> order_;  // the walk: all that are reached from the beginning, those erased included
};

}  // namespace lightcone::models::parts::crdt
