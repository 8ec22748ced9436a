// Sums over places that are filled one by one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lightcone::reports::checkers {

// Adds and sums in O(log n) (Fenwick, "A new data structure for cumulative frequency tables", 1994).
class Places {
 public:
  explicit Places(std::size_t places) : tree_(places + 1, 0) {}
  void add(std::size_t place, std::int64_t amount) {
    for (std::size_t i = place + 1; i < tree_.size(); i += i & (~i + 1)) tree_[i] += amount;
  }
  // Of the places before this one.
  std::int64_t sum_below(std::size_t place) const {
    std::int64_t sum = 0;
    for (std::size_t i = place; i > 0; i &= i - 1) sum += tree_[i];
    return sum;
  }

 private:
  std::vector<std::int64_t> tree_;
};

}  // namespace lightcone::reports::checkers
