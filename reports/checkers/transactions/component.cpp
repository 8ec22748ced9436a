#include "reports/checkers/transactions/component.hpp"

#include <algorithm>

namespace lightcone::reports::checkers {

namespace {
constexpr Relations dependency = ww | wr | wrp;
constexpr Relations any_order = process_order | realtime_order;
}  // namespace

Component ComponentMaker::make(const std::vector<std::uint32_t>& nodes) {
  Component out;
  out.names_ = nodes;
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    number_[nodes[i]] = i;
    if (nodes[i] < graph_.transactions()) out.transactions_ = i + 1;
  }
  out.first_.push_back(0);
  for (std::uint32_t node : nodes) {
    for (const DependencyEdge* edge = graph_.begin(node); edge != graph_.end(node); ++edge) {
      if (number_[edge->to] == UINT32_MAX) continue;
      out.edges_.push_back({number_[edge->to], edge->relation});
      out.relations_ |= edge->relation;
    }
    out.first_.push_back(out.edges_.size());
  }
  for (std::uint32_t node : nodes) number_[node] = UINT32_MAX;
  out.shadow_orders();
  out.visits_.resize(2 * nodes.size());
  out.beside_.assign(nodes.size(), 0);
  return out;
}

void Component::shadow_orders() {
  std::vector<std::uint32_t> joined(size(), none);
  for (std::uint32_t node = 0; node < transactions_; ++node) {
    for (std::size_t at = first_[node]; at != first_[node + 1]; ++at)
      if ((edges_[at].relation & any_order) == 0) joined[edges_[at].to] = node;
    for (std::size_t at = first_[node]; at != first_[node + 1]; ++at) {
      Edge& edge = edges_[at];
      if ((edge.relation & any_order) != 0) order_ = edge.relation;
      if ((edge.relation & any_order) == 0 || joined[edge.to] != node) continue;
      edge.relation = shadowed_order;
      relations_ |= shadowed_order;
    }
  }
}

std::uint32_t Component::next_state(std::uint32_t state, const Edge& edge, const Rules& rules) const {
  if ((edge.relation & rules.through) != 0) {
    if (rules.how == Through::freely) return 2 * edge.to;
    // Within a passage the edge goes on; a second one in a row is not allowed.
    if (state % 2 == 0 || !is_transaction(state / 2)) return 2 * edge.to + 1;
    return none;
  }
  return (edge.relation & rules.free) != 0 ? 2 * edge.to : none;
}

std::vector<std::uint32_t> Component::state_parts(const Rules& rules) const {
  constexpr std::uint32_t done = UINT32_MAX;
  struct Frame {
    std::uint32_t state;
    std::size_t next;
  };
  std::vector<std::uint32_t> order(2 * size(), 0), low(2 * size(), 0), part(2 * size(), none), open;
  std::vector<Frame> path;
  std::uint32_t clock = 0, parts = 0;
  const auto enter = [&](std::uint32_t state) {
    order[state] = low[state] = ++clock;
    open.push_back(state);
    path.push_back({state, first_[state / 2]});
  };
  for (std::uint32_t root = 0; root < 2 * size(); ++root) {
    if (order[root] != 0) continue;
    enter(root);
    while (!path.empty()) {
      Frame& frame = path.back();
      const std::uint32_t state = frame.state;
      if (frame.next != first_[state / 2 + 1]) {
        const std::uint32_t to = next_state(state, edges_[frame.next++], rules);
        if (to == none) continue;
        if (order[to] == 0)
          enter(to);
        else if (order[to] != done)
          low[state] = std::min(low[state], order[to]);
        continue;
      }
      path.pop_back();
      if (!path.empty()) low[path.back().state] = std::min(low[path.back().state], low[state]);
      if (low[state] != order[state]) continue;
      const bool alone = open.back() == state;
      for (bool more = true; more;) {
        const std::uint32_t member = open.back();
        open.pop_back();
        order[member] = done;
        if (!alone) part[member] = parts;
        more = member != state;
      }
      if (!alone) ++parts;
    }
  }
  return part;
}

// Whether an edge in `through` leads from the node into the part in which it lies.
bool Component::begins(std::uint32_t node, const Rules& rules,
                       const std::vector<std::uint32_t>& parts) const {
  if (!is_transaction(node) || parts[2 * node] == none) return false;
  if (rules.through == 0) return true;
  for (std::size_t at = first_[node]; at != first_[node + 1]; ++at) {
    if ((edges_[at].relation & rules.through) == 0) continue;
    const std::uint32_t to = next_state(2 * node, edges_[at], rules);
    if (to != none && parts[to] == parts[2 * node]) return true;
  }
  return false;
}

bool Component::has_alternating_walk(Relations through, Relations free) const {
  if ((relations_ & through) == 0) return false;
  const Rules rules{through, free, Through::alternating};
  const auto parts = state_parts(rules);
  for (std::uint32_t node = 0; node < transactions_; ++node)
    if (begins(node, rules, parts)) return true;
  return false;
}

bool Component::visit(std::uint32_t from, const Edge& edge, std::uint32_t state) {
  Visit& visit = visits_[state];
  if (visit.round == round_) return false;
  visit = {round_, from, edge.relation};
  return true;
}

std::vector<CycleStep> Component::around(std::uint32_t root, const Rules& rules,
                                         const std::vector<std::uint32_t>& parts, std::size_t bound,
                                         std::uint64_t& spent) {
  ++round_;
  const std::uint32_t part = parts[2 * root];
  if (rules.through != 0)
    for (std::size_t at = first_[root]; at != first_[root + 1]; ++at)
      if ((edges_[at].relation & dependency) != 0) beside_[edges_[at].to] = round_;
  std::vector<std::uint32_t> level = {2 * root}, next;
  for (std::size_t depth = 1; depth < bound && !level.empty(); ++depth) {
    next.clear();
    for (std::size_t i = 0; i < level.size(); ++i) {
      const std::uint32_t state = level[i];
      const std::uint32_t node = state / 2;
      const bool passage = !is_transaction(node);
      const bool first = depth == 1 && (node == root || passage);
      for (std::size_t at = first_[node]; at != first_[node + 1]; ++at) {
        const Edge& edge = edges_[at];
        ++spent;
        const bool through = (edge.relation & rules.through) != 0;
        if (rules.through != 0 && first && !through) continue;
        if (through && !first && !passage && rules.how == Through::once) continue;
        const std::uint32_t to = next_state(state, edge, rules);
        if (to == none || parts[to] != part) continue;
        if (first && rules.through != 0 && is_transaction(edge.to) && beside_[edge.to] == round_) continue;
        if (!visit(state, edge, to)) continue;
        if (to == 2 * root) return way_back(root, to);
        // Out of a passage costs nothing: its first edge was the step.
        if (is_transaction(edge.to))
          next.push_back(to);
        else
          level.push_back(to);
      }
    }
    level.swap(next);
  }
  return {};
}

// A step is named by the plainest of the relations between its transactions.
Relation Component::plainest(std::uint32_t from, std::uint32_t to, Relation relation) const {
  if ((relation & dependency) != 0) return relation;
  if (relation == shadowed_order) return order_;
  for (std::size_t at = first_[from]; at != first_[from + 1]; ++at)
    if (edges_[at].to == to && (edges_[at].relation & dependency) != 0) return edges_[at].relation;
  return relation;
}

std::vector<CycleStep> Component::way_back(std::uint32_t root, std::uint32_t state) const {
  std::vector<CycleStep> steps;
  std::uint32_t to = root;
  do {
    const Relation relation = visits_[state].relation;
    do state = visits_[state].parent;
    while (!is_transaction(state / 2));
    steps.push_back({state / 2, plainest(state / 2, to, relation)});
    to = state / 2;
  } while (to != root);
  std::reverse(steps.begin(), steps.end());
  for (CycleStep& step : steps) step.from = names_[step.from];
  return steps;
}

bool Component::simple(const std::vector<CycleStep>& steps) const {
  std::vector<std::uint32_t> seen;
  for (const CycleStep& step : steps) seen.push_back(step.from);
  std::sort(seen.begin(), seen.end());
  return std::adjacent_find(seen.begin(), seen.end()) == seen.end();
}

std::vector<CycleStep> Component::shortest_cycle(Relations free, std::uint64_t& spent, std::uint64_t limit) {
  if ((relations_ & free) == 0) return {};
  const Rules rules{0, free, Through::freely};
  const auto parts = state_parts(rules);
  std::vector<CycleStep> best;
  for (std::uint32_t root = 0; root < transactions_; ++root) {
    if (!begins(root, rules, parts)) continue;
    auto steps = around(root, rules, parts, best.empty() ? SIZE_MAX : best.size(), spent);
    if (!steps.empty()) best = std::move(steps);
    if (best.size() == 2 || (spent > limit && !best.empty())) break;
  }
  return best;
}

Component::Found Component::shortest_through(Relations through, Relations free, Through how,
                                             std::uint64_t& spent, std::uint64_t limit) {
  Found best;
  if ((relations_ & through) == 0) return best;
  const Rules rules{through, free, how};
  const auto parts = state_parts(rules);
  for (std::uint32_t root = 0; root < transactions_; ++root) {
    if (!begins(root, rules, parts)) continue;
    if (spent > limit) {
      best.complete = false;
      break;
    }
    auto steps = around(root, rules, parts, best.steps.empty() ? SIZE_MAX : best.steps.size(), spent);
    if (!steps.empty() && simple(steps)) best.steps = std::move(steps);
    if (best.steps.size() == 2) break;
  }
  return best;
}

}  // namespace lightcone::reports::checkers
