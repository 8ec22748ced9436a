#include "reports/checkers/transactions/polygraph.hpp"

#include <algorithm>
#include <queue>
#include <tuple>

#include "reports/checkers/transactions/graph.hpp"

namespace lightcone::reports::checkers {

std::uint32_t Polygraph::add_choice(std::uint32_t first, std::uint32_t second) {
  choices_.push_back({first, second, {}, {}});
  return static_cast<std::uint32_t>(choices_.size() - 1);
}

void Polygraph::add(std::uint32_t from, std::uint32_t to, Literal because) {
  out_[from].push_back({to, because});
  in_[to].push_back({from, because});
}

// Kahn's algorithm, the lowest hint first.
bool Polygraph::sort_known() {
  using Entry = std::tuple<std::uint64_t, std::uint32_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> ready;
  std::vector<std::uint32_t> waiting(nodes(), 0);
  for (std::uint32_t node = 0; node < nodes(); ++node) {
    waiting[node] = static_cast<std::uint32_t>(in_[node].size());
    if (waiting[node] == 0) ready.emplace(hint_[node], node);
  }
  place_.assign(nodes(), none);
  std::uint32_t placed = 0;
  while (!ready.empty()) {
    const std::uint32_t node = std::get<1>(ready.top());
    ready.pop();
    place_[node] = placed++;
    for (const Edge& edge : out_[node]) {
      ++*steps_;
      if (--waiting[edge.to] == 0) ready.emplace(hint_[edge.to], edge.to);
    }
  }
  return placed == nodes();
}

// Finds what lies ahead of `to` up to the place of `from`; false if that is `from` itself.
bool Polygraph::forward_from(std::uint32_t from, std::uint32_t to, Literal because) {
  ahead_.assign(1, to);
  seen_[to] = ++search_;
  came_from_[to] = {from, because};
  for (std::size_t i = 0; i < ahead_.size(); ++i) {
    const std::uint32_t node = ahead_[i];
    for (const Edge& edge : out_[node]) {
      ++*steps_;
      if (place_[edge.to] > place_[from] || seen_[edge.to] == search_) continue;
      came_from_[edge.to] = {node, edge.because};
      if (edge.to == from) {
        for (std::uint32_t at = from;;) {
          if (came_from_[at].because != always) conflict_.push_back(came_from_[at].because);
          at = came_from_[at].to;
          if (at == from) return false;
        }
      }
      seen_[edge.to] = search_;
      ahead_.push_back(edge.to);
    }
  }
  return true;
}

void Polygraph::backward_from(std::uint32_t node) {
  *steps_ += ahead_.size();
  const std::uint32_t lowest = place_[ahead_.front()];
  behind_.assign(1, node);
  seen_[node] = ++search_;
  for (std::size_t i = 0; i < behind_.size(); ++i) {
    for (const Edge& edge : in_[behind_[i]]) {
      ++*steps_;
      if (place_[edge.to] < lowest || seen_[edge.to] == search_) continue;
      seen_[edge.to] = search_;
      behind_.push_back(edge.to);
    }
  }
}

// What is behind takes the lower of the places of both, what is ahead the upper.
void Polygraph::reorder() {
  const auto by_place = [&](std::uint32_t a, std::uint32_t b) { return place_[a] < place_[b]; };
  std::sort(ahead_.begin(), ahead_.end(), by_place);
  std::sort(behind_.begin(), behind_.end(), by_place);
  std::vector<std::uint32_t> places;
  for (std::uint32_t node : behind_) places.push_back(place_[node]);
  for (std::uint32_t node : ahead_) places.push_back(place_[node]);
  std::sort(places.begin(), places.end());
  std::size_t i = 0;
  for (std::uint32_t node : behind_) place_[node] = places[i++];
  for (std::uint32_t node : ahead_) place_[node] = places[i++];
}

bool Polygraph::insert(std::uint32_t from, std::uint32_t to, Literal because) {
  ++*steps_;
  if (from == to) {
    conflict_.assign(1, because);
    return false;
  }
  if (place_[from] > place_[to]) {
    conflict_.clear();
    if (!forward_from(from, to, because)) return false;
    backward_from(from);
    reorder();
  }
  add(from, to, because);
  return true;
}

// The edges of a choice. On a cycle conflict_ holds the choices on it, this one included.
bool Polygraph::assign(Literal literal, std::uint32_t reason) {
  Assigned& assigned = assigned_[literal / 2];
  assigned = {true, literal, static_cast<std::uint32_t>(level_starts_.size()), reason};
  trail_.push_back(literal);
  added_.emplace_back();
  const Choice& choice = choices_[literal / 2];
  for (const Pair& pair : literal % 2 == 0 ? choice.forward : choice.backward) {
    if (!insert(pair.from, pair.to, literal)) return false;
    added_.back().push_back(pair);
  }
  return true;
}

bool Polygraph::propagate() {
  while (propagated_ < trail_.size())
    if (!follow(trail_[propagated_++] ^ 1U)) return false;
  return true;
}

// A literal has become false: clauses that watched it look for another, or force their last.
bool Polygraph::follow(Literal falsified) {
  std::vector<std::uint32_t>& watching = watchers_[falsified];
  std::size_t kept = 0;
  for (std::size_t i = 0; i < watching.size(); ++i) {
    const std::uint32_t number = watching[i];
    std::vector<Literal>& clause = clauses_[number];
    ++*steps_;
    if (clause[0] == falsified) std::swap(clause[0], clause[1]);
    if (is_true(clause[0])) {
      watching[kept++] = number;
      continue;
    }
    std::size_t other = 2;
    while (other < clause.size() && is_false(clause[other])) ++other;
    if (other < clause.size()) {
      std::swap(clause[1], clause[other]);
      watchers_[clause[1]].push_back(number);
      continue;
    }
    watching[kept++] = number;
    const bool clash = is_false(clause[0]);
    if (clash) {
      conflict_.clear();
      for (Literal literal : clause) conflict_.push_back(literal ^ 1U);
    }
    if (clash || !assign(clause[0], number)) {
      for (++i; i < watching.size(); ++i) watching[kept++] = watching[i];
      watching.resize(kept);
      return false;
    }
  }
  watching.resize(kept);
  return true;
}

void Polygraph::to_front(std::uint32_t choice) {
  stamp_[choice] = ++stamps_;
  if (front_ == choice) return;
  if (previous_[choice] != none) next_[previous_[choice]] = next_[choice];
  if (next_[choice] != none) previous_[next_[choice]] = previous_[choice];
  previous_[choice] = none;
  next_[choice] = front_;
  if (front_ != none) previous_[front_] = choice;
  front_ = choice;
}

void Polygraph::undo_to(std::uint32_t level) {
  const std::size_t start = level_starts_[level];
  while (trail_.size() > start) {
    const std::vector<Pair>& added = added_.back();
    for (auto pair = added.rbegin(); pair != added.rend(); ++pair) {
      out_[pair->from].pop_back();
      in_[pair->to].pop_back();
    }
    const std::uint32_t choice = trail_.back() / 2;
    assigned_[choice].made = false;
    if (cursor_ == none || stamp_[choice] > stamp_[cursor_]) cursor_ = choice;
    added_.pop_back();
    trail_.pop_back();
  }
  level_starts_.resize(level);
  propagated_ = trail_.size();
}

// Resolves the conflict back to the first choice of this level that it hangs on. False: there is no way out.
bool Polygraph::learn() {
  std::uint32_t highest = 0;
  for (Literal literal : conflict_) highest = std::max(highest, assigned_[literal / 2].level);
  if (highest == 0) return false;
  if (highest < level_starts_.size()) undo_to(highest);
  const auto level = static_cast<std::uint32_t>(level_starts_.size());
  std::vector<bool> marked(choices_.size(), false);
  std::vector<Literal> clause(1, 0);
  std::uint32_t open = 0, back = 0;
  const auto take = [&](Literal literal) {
    const Assigned& assigned = assigned_[literal / 2];
    if (marked[literal / 2] || assigned.level == 0) return;
    marked[literal / 2] = true;
    to_front(literal / 2);
    if (assigned.level == level) {
      ++open;
      return;
    }
    clause.push_back(literal ^ 1U);
    back = std::max(back, assigned.level);
  };
  for (Literal literal : conflict_) take(literal);
  std::size_t at = trail_.size();
  for (;;) {
    do --at;
    while (!marked[trail_[at] / 2] || assigned_[trail_[at] / 2].level != level);
    if (--open == 0) break;
    for (Literal literal : clauses_[assigned_[trail_[at] / 2].reason])
      if (literal != trail_[at]) take(literal ^ 1U);
  }
  clause[0] = trail_[at] ^ 1U;
  *steps_ += choices_.size() / 64 + clause.size();
  // The second is watched too: one of the highest level, which is undone first.
  for (std::size_t i = 2; i < clause.size(); ++i)
    if (assigned_[clause[i] / 2].level > assigned_[clause[1] / 2].level) std::swap(clause[1], clause[i]);
  undo_to(back);
  const auto number = static_cast<std::uint32_t>(clauses_.size());
  if (clause.size() > 1) {
    watchers_[clause[0]].push_back(number);
    watchers_[clause[1]].push_back(number);
  }
  const Literal forced = clause[0];
  clauses_.push_back(std::move(clause));
  if (assign(forced, number)) return true;
  return learn();
}

// Takes the choice most recently in conflict as the order of the moment has it. False: none is left.
bool Polygraph::decide() {
  while (cursor_ != none && assigned_[cursor_].made) {
    cursor_ = next_[cursor_];
    ++*steps_;
  }
  return cursor_ != none;
}

Polygraph::Outcome Polygraph::solve(std::uint64_t& steps, std::uint64_t budget) {
  steps_ = &steps;
  const auto count = static_cast<std::uint32_t>(choices_.size());
  seen_.assign(nodes(), 0);
  came_from_.resize(nodes());
  assigned_.resize(count);
  watchers_.resize(2 * count);
  next_.assign(count, none);
  previous_.assign(count, none);
  stamp_.assign(count, 0);
  for (std::uint32_t choice = count; choice-- > 0;) to_front(choice);
  cursor_ = front_;
  if (!sort_known()) return Outcome::cyclic;
  while (decide()) {
    if (steps > budget) return Outcome::unknown;
    const Choice& choice = choices_[cursor_];
    const bool forward = place_[choice.first] < place_[choice.second];
    level_starts_.push_back(trail_.size());
    bool fine = assign(2 * cursor_ + (forward ? 0 : 1), none);
    while (!(fine && propagate())) {
      if (steps > budget) return Outcome::unknown;
      if (!learn()) return Outcome::cyclic;
      fine = true;
    }
  }
  return Outcome::acyclic;
}

std::vector<std::vector<std::uint32_t>> Polygraph::tangles() const {
  DependencyGraph graph(nodes());
  for (std::uint32_t node = 0; node < nodes(); ++node)
    for (const Edge& edge : out_[node]) graph.add(node, edge.to, ww);
  graph.freeze();
  return components(graph, ww);
}

std::vector<std::uint32_t> Polygraph::order() const {
  std::vector<std::uint32_t> out(nodes());
  for (std::uint32_t node = 0; node < nodes(); ++node) out[place_[node]] = node;
  return out;
}

}  // namespace lightcone::reports::checkers
