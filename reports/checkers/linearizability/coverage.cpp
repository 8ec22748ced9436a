#include "reports/checkers/linearizability/coverage.hpp"

#include <algorithm>
#include <numeric>

namespace lightcone::reports::checkers {

Coverage::Coverage(std::uint32_t points) : next_(points + 1) { std::iota(next_.begin(), next_.end(), 0U); }

std::uint32_t Coverage::next_gap(std::uint32_t from) {
  while (next_[from] != from) {
    next_[from] = next_[next_[from]];
    from = next_[from];
  }
  return from;
}

void Coverage::cover(std::uint32_t from, std::uint32_t to) {
  for (std::uint32_t gap = next_gap(from); gap < to; gap = next_gap(gap)) next_[gap] = gap + 1;
}

CoverCount::CoverCount(std::uint32_t points) {
  while (leaves_ < points + 1) leaves_ *= 2;
  nodes_.resize(std::size_t{2} * leaves_);
}

void CoverCount::add(std::uint32_t node, std::uint32_t left, std::uint32_t right, std::uint32_t from,
                     std::uint32_t to, std::int32_t by) {
  if (to <= left || right <= from) return;
  Node& here = nodes_[node];
  if (from <= left && right <= to) {
    here.least += by;
    here.most += by;
    here.added += by;
    return;
  }
  const std::uint32_t middle = left + (right - left) / 2;
  add(2 * node, left, middle, from, to, by);
  add(2 * node + 1, middle, right, from, to, by);
  here.least = std::min(nodes_[2 * node].least, nodes_[2 * node + 1].least) + here.added;
  here.most = std::max(nodes_[2 * node].most, nodes_[2 * node + 1].most) + here.added;
}

std::uint32_t CoverCount::first(std::uint32_t node, std::uint32_t left, std::uint32_t right,
                                std::uint32_t from, std::int32_t above, Wanted wanted) const {
  if (right <= from) return leaves_;
  const Node& here = nodes_[node];
  if (wanted == Wanted::covered ? here.most + above <= 0 : here.least + above > 0) return leaves_;
  if (right - left == 1) return left;
  const std::uint32_t middle = left + (right - left) / 2;
  const std::uint32_t found = first(2 * node, left, middle, from, above + here.added, wanted);
  return found < leaves_ ? found : first(2 * node + 1, middle, right, from, above + here.added, wanted);
}

}  // namespace lightcone::reports::checkers
