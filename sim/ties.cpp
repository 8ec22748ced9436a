#include "sim/ties.hpp"

#include <algorithm>

namespace lightcone::sim {

TieBreaker::TieBreaker(const Ties& ties, std::uint64_t seed) : policy_(ties.policy), chance_(seed, "ties") {
  if (policy_ != TiePolicy::priorities) return;
  for (std::uint32_t i = 0; i < ties.changes; ++i) {
    change_points_.push_back(chance_.below(std::max<std::uint64_t>(1, ties.span)));
  }
  std::sort(change_points_.begin(), change_points_.end());
}

std::size_t TieBreaker::choose(const std::vector<Event*>& tied) {
  if (tied.size() == 1) return 0;
  return policy_ == TiePolicy::random ? choose_at_random(tied) : choose_by_priority(tied);
}

std::size_t TieBreaker::choose_at_random(const std::vector<Event*>& tied) {
  const auto chosen = static_cast<std::size_t>(chance_.below(tied.size()));
  const Event& event = *tied[chosen];
  if (!event.in_order) return chosen;
  const auto first = std::find_if(tied.begin(), tied.end(), [&](const Event* other) {
    return other->in_order && other->kind == event.kind && other->node == event.node &&
           other->peer == event.peer;
  });
  return static_cast<std::size_t>(first - tied.begin());
}

// A node's priority is drawn when it is first seen, from the upper half, so that a dropped one stays below.
std::uint64_t& TieBreaker::priority_of(NodeId node) {
  const std::size_t place = node == no_node ? 0 : std::size_t{node.index} + 1;
  while (priorities_.size() <= place)
    priorities_.push_back(UINT64_MAX / 2 + 1 + chance_.below(UINT64_MAX / 2));
  return priorities_[place];
}

std::size_t TieBreaker::choose_by_priority(const std::vector<Event*>& tied) {
  std::size_t best = 0;
  std::uint64_t highest = priority_of(tied[0]->node);
  for (std::size_t i = 1; i < tied.size(); ++i) {
    const std::uint64_t priority = priority_of(tied[i]->node);
    if (priority > highest) {
      best = i;
      highest = priority;
    }
  }
  ++choices_;
  while (next_change_ < change_points_.size() && change_points_[next_change_] < choices_) {
    ++next_change_;
    priority_of(tied[best]->node) = lowest_--;
  }
  return best;
}

}  // namespace lightcone::sim
