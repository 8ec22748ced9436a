#include "reports/checkers/sessions/order_graph.hpp"

#include <algorithm>
#include <deque>

namespace lightcone::reports::checkers {

void OrderGraph::index() const {
  first_.assign(nodes_ + std::size_t{1}, 0);
  for (const Edge& edge : edges_) ++first_[edge.from + std::size_t{1}];
  for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
  out_.resize(edges_.size());
  std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
  for (std::uint32_t e = 0; e < edges_.size(); ++e) out_[next[edges_[e].from]++] = e;
}

// Nodes that cannot be sorted topologically (Kahn 1962): those on cycles and those that cycles lead to.
std::vector<std::uint32_t> OrderGraph::left_after_sorting() const {
  std::vector<std::uint32_t> before(nodes_, 0);
  for (const Edge& edge : edges_) ++before[edge.to];
  std::vector<std::uint32_t> ready;
  for (std::uint32_t node = 0; node < nodes_; ++node) {
    if (before[node] == 0) ready.push_back(node);
  }
  while (!ready.empty()) {
    const std::uint32_t node = ready.back();
    ready.pop_back();
    for (std::size_t i = first_[node]; i < first_[node + std::size_t{1}]; ++i) {
      const std::uint32_t to = edges_[out_[i]].to;
      if (--before[to] == 0) ready.push_back(to);
    }
  }
  std::vector<std::uint32_t> left;
  for (std::uint32_t node = 0; node < nodes_; ++node) {
    if (before[node] > 0) left.push_back(node);
  }
  return left;
}

std::vector<OrderGraph::Edge> OrderGraph::find_cycle() const {
  index();
  const std::vector<std::uint32_t> left = left_after_sorting();
  if (left.empty()) return {};
  // Each of these has a predecessor among them; going back from any must come round.
  std::vector<std::uint32_t> back(nodes_, UINT32_MAX);
  std::vector<bool> inside(nodes_, false);
  for (const std::uint32_t node : left) inside[node] = true;
  for (std::uint32_t e = 0; e < edges_.size(); ++e) {
    if (inside[edges_[e].from] && inside[edges_[e].to]) back[edges_[e].to] = e;
  }
  std::vector<bool> passed(nodes_, false);
  std::uint32_t root = left.front();
  while (!passed[root]) {
    passed[root] = true;
    root = edges_[back[root]].from;
  }
  // The shortest way from there to itself.
  std::vector<std::uint32_t> reached_by(nodes_, UINT32_MAX);
  std::deque<std::uint32_t> queue{root};
  while (!queue.empty() && reached_by[root] == UINT32_MAX) {
    const std::uint32_t node = queue.front();
    queue.pop_front();
    for (std::size_t i = first_[node]; i < first_[node + std::size_t{1}]; ++i) {
      const std::uint32_t to = edges_[out_[i]].to;
      if (!inside[to] || reached_by[to] != UINT32_MAX) continue;
      reached_by[to] = out_[i];
      queue.push_back(to);
    }
  }
  std::vector<Edge> cycle;
  for (std::uint32_t node = root; cycle.empty() || node != root;) {
    cycle.push_back(edges_[reached_by[node]]);
    node = cycle.back().from;
  }
  std::reverse(cycle.begin(), cycle.end());
  return cycle;
}

}  // namespace lightcone::reports::checkers
