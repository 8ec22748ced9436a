// A sequence whose elements have numbers between those of their neighbours, as many editors keep it. It
// converges; but two who type at one place at the same time divide the same interval in the same way, and
// what they type is mixed letter by letter (Kleppmann et al., "Interleaving anomalies in collaborative text
// editors", PaPoC 2019, section 2). Rga keeps a word together.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
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
class FractionalText {
 public:
  // A number in (0, 1), as digits to the base 2^16; the name of the insertion breaks ties.
  struct Position {
    std::vector<std::uint16_t> digits{};  // the last is not 0; empty: before all
    Dot dot{};
    auto operator<=>(const Position&) const = default;
  };

  // Between an element, or the beginning, and what now follows it. The element may have been erased.
  FractionalText insert_behind(const Dot& dot, const Position& behind, T value) {
    const auto next = elements_.upper_bound(behind);
    static const std::vector<std::uint16_t> one{};
    const auto& above = next == elements_.end() ? one : next->first.digits;
    FractionalText delta;
    delta.elements_.emplace(Position{between(behind.digits, above), dot}, std::move(value));
    merge(delta);
    return delta;
  }
  FractionalText erase(const Position& position) {
    FractionalText delta;
    delta.erased_.insert(position);
    merge(delta);
    return delta;
  }
  // The element with this value, erased ones included; of several the first. Linear in the sequence.
  std::optional<Position> find(const T& value) const {
    const auto at = std::find_if(elements_.begin(), elements_.end(),
                                 [&](const auto& element) { return element.second == value; });
    return at == elements_.end() ? std::nullopt : std::optional<Position>(at->first);
  }
  std::vector<T> values() const {
    std::vector<T> values;
    for (const auto& [position, value] : elements_) {
      if (!erased_.contains(position)) values.push_back(value);
    }
    return values;
  }
  void merge(const FractionalText& other) {
    elements_.insert(other.elements_.begin(), other.elements_.end());
    erased_.insert(other.erased_.begin(), other.erased_.end());
  }
  std::size_t tombstones() const { return erased_.size(); }

  bool operator==(const FractionalText&) const = default;
  friend std::uint64_t wire_bytes(const FractionalText& text) {
    std::uint64_t bytes = 8;
    for (const auto& [position, value] : text.elements_)
      bytes += 4 + 2 * position.digits.size() + bytes_a_dot + sim::bytes_on_wire(value);
    for (const Position& position : text.erased_) bytes += 4 + 2 * position.digits.size() + bytes_a_dot;
    return bytes;
  }

 private:
  static constexpr std::uint32_t base = 1U << 16U;

  // Above `low` (empty: 0) and, if there is room, below `high` (empty: 1). Between equal numbers there is
  // none: what is inserted there comes behind both.
  static std::vector<std::uint16_t> between(const std::vector<std::uint16_t>& low,
                                            const std::vector<std::uint16_t>& high) {
    std::vector<std::uint16_t> middle;
    bool is_open = high.empty() || low == high;  // nothing is above any more
    for (std::size_t i = 0;; ++i) {
      const std::uint32_t below = i < low.size() ? low[i] : 0;
      const std::uint32_t above = is_open ? base : i < high.size() ? high[i] : 0;
      if (above > below + 1) {
        middle.push_back(static_cast<std::uint16_t>(below + (above - below) / 2));
        return middle;
      }
      middle.push_back(static_cast<std::uint16_t>(below));
      is_open = is_open || above > below;
    }
  }

  std::map<Position, T> elements_;  // those erased included
  std::set<Position> erased_;       // may know of an element before it arrives
};

}  // namespace lightcone::models::parts::crdt
