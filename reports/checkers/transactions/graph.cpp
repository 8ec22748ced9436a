#include "reports/checkers/transactions/graph.hpp"

#include <algorithm>

namespace lightcone::reports::checkers {

std::string_view to_string(Relation relation) {
  switch (relation) {
    case ww:
      return "ww";
    case wr:
      return "wr";
    case rw:
      return "rw";
    case wrp:
      return "wr (predicate)";
    case rwp:
      return "rw (predicate)";
    case process_order:
      return "session";
    case realtime_order:
      return "real time";
    case shadowed_order:
      return "order";
  }
  return "";
}

void DependencyGraph::add_all(const std::vector<std::uint32_t>& from, const std::vector<std::uint32_t>& to,
                              Relation relation) {
  if (from.size() * to.size() <= 2 * (from.size() + to.size())) {
    for (std::uint32_t a : from)
      for (std::uint32_t b : to)
        if (a != b) add(a, b, relation);
    return;
  }
  // Two chains over `from`: one gathers those before a place, the other those after it. Whoever is in both
  // lists is reached from all but itself.
  const std::size_t count = from.size();
  const std::uint32_t up = nodes_;
  nodes_ += static_cast<std::uint32_t>(count);
  const std::uint32_t down = nodes_;
  nodes_ += static_cast<std::uint32_t>(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    add(from[i], up + i, relation);
    add(from[i], down + i, relation);
    if (i + 1 < count) {
      add(up + i, up + i + 1, relation);
      add(down + i + 1, down + i, relation);
    }
  }
  for (std::uint32_t b : to) {
    const auto at = static_cast<std::uint32_t>(std::lower_bound(from.begin(), from.end(), b) - from.begin());
    const std::uint32_t after = at < count && from[at] == b ? at + 1 : at;
    if (at > 0) add(up + at - 1, b, relation);
    if (after < count) add(down + after, b, relation);
  }
}

void DependencyGraph::cut(Mark mark) {
  nodes_ = mark.nodes;
  list_.resize(mark.edges);
}

void DependencyGraph::freeze() {
  first_.assign(nodes_ + 1, 0);
  for (const Listed& edge : list_) ++first_[edge.from + 1];
  for (std::uint32_t node = 0; node < nodes_; ++node) first_[node + 1] += first_[node];
  out_.resize(list_.size());
  std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
  for (const Listed& edge : list_) out_[next[edge.from]++] = {edge.to, edge.relation};
}

std::vector<std::vector<std::uint32_t>> components(const DependencyGraph& graph, Relations relations) {
  constexpr std::uint32_t unseen = 0;
  constexpr std::uint32_t done = UINT32_MAX;
  struct Frame {
    std::uint32_t node;
    const DependencyEdge* next;
  };
  std::vector<std::uint32_t> order(graph.nodes(), unseen), low(graph.nodes(), 0), open;
  std::vector<Frame> path;
  std::vector<std::vector<std::uint32_t>> found;
  std::uint32_t clock = 0;
  const auto enter = [&](std::uint32_t node) {
    order[node] = low[node] = ++clock;
    open.push_back(node);
    path.push_back({node, graph.begin(node)});
  };
  for (std::uint32_t root = 0; root < graph.nodes(); ++root) {
    if (order[root] != unseen) continue;
    enter(root);
    while (!path.empty()) {
      Frame& frame = path.back();
      const std::uint32_t node = frame.node;
      if (frame.next != graph.end(node)) {
        const DependencyEdge edge = *frame.next++;
        if ((edge.relation & relations) == 0) continue;
        if (order[edge.to] == unseen)
          enter(edge.to);
        else if (order[edge.to] != done)
          low[node] = std::min(low[node], order[edge.to]);
        continue;
      }
      path.pop_back();
      if (!path.empty()) low[path.back().node] = std::min(low[path.back().node], low[node]);
      if (low[node] != order[node]) continue;
      const auto start = std::find(open.rbegin(), open.rend(), node).base() - 1;
      if (open.end() - start > 1) {
        found.emplace_back(start, open.end());
        std::sort(found.back().begin(), found.back().end());
      }
      for (auto at = start; at != open.end(); ++at) order[*at] = done;
      open.erase(start, open.end());
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.front() < b.front(); });
  return found;
}

}  // namespace lightcone::reports::checkers
