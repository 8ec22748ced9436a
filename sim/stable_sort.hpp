// Sorting that leaves equal elements in their order, the same with every standard library. std::stable_sort
// would do, but libstdc++ 12 builds it on a function that it deprecates itself, and clang 19 says so here.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace lightcone::sim {

// O(n log n); moves each element twice. At most 2^32 elements.
template <class T, class Less>
void stable_sort(std::vector<T>& items, Less less) {
  std::vector<std::uint32_t> order(items.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (less(items[a], items[b])) return true;
    return !less(items[b], items[a]) && a < b;
  });
  std::vector<T> sorted;
  sorted.reserve(items.size());
  for (const std::uint32_t at : order) sorted.push_back(std::move(items[at]));
  items = std::move(sorted);
}

}  // namespace lightcone::sim
