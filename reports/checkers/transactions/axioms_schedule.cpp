#include "reports/checkers/transactions/axioms_schedule.hpp"

#include <algorithm>

namespace lightcone::reports::checkers {

using sim::Operation;

Axioms::Schedule::Schedule(const Axioms& axioms, Ordered ordered)
    : axioms_(axioms),
      count_(static_cast<std::uint32_t>(axioms.nodes_.size())),
      after_(count_),
      before_(count_),
      waiting_(count_, 0),
      current_(axioms.writers_.size(), initial),
      unread_(axioms.writers_.size()),
      parked_(axioms.writers_.size()),
      readers_(axioms.writers_.size()) {
  const Kept all(count_, true);
  if (ordered == Ordered::by_sessions)
    for (const Precedence& step : axioms.session_steps(all)) precede(step.before, step.after);
  precede_all(axioms.forced_by_reads(all));
  if (ordered == Ordered::by_real_time) {
    order_by_time();
    precede_all(axioms.forced_in_time(all));
  }
  for (std::uint32_t node = 0; node < count_; ++node) {
    for (const Read& read : axioms.nodes_[node].reads) {
      if (read.from != initial) precede(read.from, node);
      readers_[read.key].emplace_back(read.from, node);
    }
  }
  for (auto& readers : readers_) {
    std::sort(readers.begin(), readers.end());
    readers.erase(std::unique(readers.begin(), readers.end()), readers.end());
  }
  for (std::uint32_t key = 0; key < readers_.size(); ++key) {
    current_[key] = initial;
    unread_[key] = readers_of(key, initial).size();
  }
  at_.assign(after_.size(), none);
  listed_.assign(after_.size(), false);
  seen_.assign(after_.size(), none);
  for (std::uint32_t node = 0; node < after_.size(); ++node) by_begin_.push_back(node);
  std::sort(by_begin_.begin(), by_begin_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tuple(begins(a), a) < std::tuple(begins(b), b);
  });
}

std::vector<std::uint32_t> Axioms::Schedule::run(std::uint64_t& steps, std::uint64_t budget) {
  const std::uint64_t left = budget - std::min(budget, steps);
  const std::uint64_t limit = std::min(moves_a_node * (after_.size() + 1000),
                                       left < UINT64_MAX / moves_a_step ? left * moves_a_step : left);
  std::uint64_t moves = 0;
  for (std::uint32_t node = 0; node < after_.size(); ++node) list(node);
  do {
    while (!ready_.empty()) {
      const std::uint32_t node = std::get<1>(ready_.top());
      ready_.pop();
      listed_[node] = false;
      ++moves;
      if (waiting_[node] == 0 && at_[node] == none) try_to_execute(node, moves);
    }
  } while (trail_.size() < after_.size() && moves < limit && take_back(moves));
  steps += moves / moves_a_step;
  std::vector<std::uint32_t> order;
  if (trail_.size() == after_.size())
    for (const Executed& done : trail_)
      if (done.node < count_) order.push_back(done.node);
  return order;
}

void Axioms::Schedule::precede(std::uint32_t before, std::uint32_t after) {
  after_[before].push_back(after);
  before_[after].push_back(before);
  ++waiting_[after];
}

void Axioms::Schedule::precede_all(const Implied& implied) {
  for (const Precedence& pair : implied.writers) precede(pair.before, pair.after);
  for (const Precedence& pair : implied.readers) precede(pair.before, pair.after);
}

void Axioms::Schedule::order_by_time() {
  std::uint32_t last = none;
  for (const auto& [at, completes, node] : axioms_.instants(Kept(count_, true))) {
    if (completes) {
      const auto next = static_cast<std::uint32_t>(after_.size());
      after_.emplace_back();
      before_.emplace_back();
      completed_at_.push_back(at);
      waiting_.push_back(0);
      precede(node, next);
      if (last != none) precede(last, next);
      last = next;
    } else if (last != none) {
      precede(last, node);
    }
  }
}

std::int64_t Axioms::Schedule::place(std::uint32_t node) const {
  if (node >= count_) return 0;
  const std::uint32_t t = axioms_.nodes_[node].transaction;
  if (t == no_transaction || !axioms_.transactions_.timed) return axioms_.position_[node];
  const Transaction& transaction = axioms_.transactions_.list[t];
  if (transaction.complete == Operation::open) return transaction.invoke;
  const std::int64_t length = transaction.complete - transaction.invoke;
  if (trail_.size() < furthest_)
    return transaction.invoke +
           static_cast<std::int64_t>(drawn(node) % static_cast<std::uint64_t>(length + 1));
  return transaction.complete;
}

void Axioms::Schedule::list(std::uint32_t node) {
  if (waiting_[node] > 0 || listed_[node]) return;
  listed_[node] = true;
  ready_.emplace(place(node), node);
}

void Axioms::Schedule::try_to_execute(std::uint32_t node, std::uint64_t& moves) {
  const std::uint32_t key = node < count_ ? obstacle(node) : none;
  if (key != none) {
    if (parked_[key].empty()) parked_at_.push_back(key);
    parked_[key].push_back(node);
    last_parked_ = node;
    return;
  }
  at_[node] = static_cast<std::uint32_t>(trail_.size());
  trail_.push_back({node, changes_.size()});
  if (node < count_) execute(node, moves);
  for (std::uint32_t next : after_[node]) {
    ++moves;
    --waiting_[next];
    list(next);
  }
}

std::uint32_t Axioms::Schedule::obstacle(std::uint32_t node) const {
  for (const Read& read : axioms_.nodes_[node].reads)
    if (current_[read.key] != read.from) return read.key;
  for (std::uint32_t key : axioms_.nodes_[node].keys) {
    const Reader own{current_[key], node};
    const auto& readers = readers_[key];
    const std::size_t mine = std::binary_search(readers.begin(), readers.end(), own) ? 1 : 0;
    if (unread_[key] != mine) return key;
  }
  return none;
}

std::span<const Axioms::Schedule::Reader> Axioms::Schedule::readers_of(std::uint32_t key,
                                                                       std::uint32_t writer) const {
  const auto& readers = readers_[key];
  const auto from = std::lower_bound(readers.begin(), readers.end(), Reader{writer, 0});
  return {from, std::upper_bound(from, readers.end(), Reader{writer, none})};
}

void Axioms::Schedule::execute(std::uint32_t node, std::uint64_t& moves) {
  const std::size_t before = changes_.size();
  const auto change = [&](std::uint32_t key) { changes_.push_back({key, current_[key], unread_[key]}); };
  for (const Read& read : axioms_.nodes_[node].reads) {
    const auto same = [&](const Was& was) { return was.key == read.key; };
    if (std::any_of(changes_.begin() + static_cast<std::ptrdiff_t>(before), changes_.end(), same)) continue;
    change(read.key);
    --unread_[read.key];
  }
  for (std::uint32_t key : axioms_.nodes_[node].keys) {
    change(key);
    current_[key] = node;
    unread_[key] = readers_of(key, node).size();
  }
  for (std::size_t i = before; i < changes_.size(); ++i) {
    const std::uint32_t key = changes_[i].key;
    if (unread_[key] > 1 && current_[key] != node) continue;  // nobody can go on yet
    moves += parked_[key].size();
    unpark(key);
  }
}

void Axioms::Schedule::unpark(std::uint32_t key) {
  for (std::uint32_t other : parked_[key]) list(other);
  parked_[key].clear();
}

Axioms::Schedule::Wait Axioms::Schedule::wait_of(std::uint32_t node) const {
  for (std::uint32_t before : before_[node])
    if (at_[before] == none) return {before, none};
  const std::uint32_t key = node < count_ ? obstacle(node) : none;
  if (key == none) return {none, none};
  for (const Read& read : axioms_.nodes_[node].reads)
    if (read.key == key && current_[key] != read.from) return {read.from, none};
  for (const Reader& reader : readers_of(key, current_[key]))
    if (reader.second != node && at_[reader.second] == none) return {reader.second, current_[key]};
  return {none, none};
}

bool Axioms::Schedule::take_back(std::uint64_t& moves) {
  const std::vector<std::pair<std::uint32_t, Wait>> cycle = waiting_cycle(moves);
  std::vector<Edge> choices;
  for (const auto& [node, wait] : cycle)
    if (wait.too_early != none && !precedes(wait.too_early, node, moves))
      choices.emplace_back(node, wait.too_early);
  if (choices.empty()) return start_over(cycle, moves);
  const auto later = [&](const Edge& a, const Edge& b) { return at_[a.second] < at_[b.second]; };
  const Edge chosen = trail_.size() > furthest_ ? *std::max_element(choices.begin(), choices.end(), later)
                                                : choices[drawn(++lessons_) % choices.size()];
  undo_to(at_[chosen.second], moves);
  learn(chosen);
  return true;
}

std::vector<std::pair<std::uint32_t, Axioms::Schedule::Wait>> Axioms::Schedule::waiting_cycle(
    std::uint64_t& moves) {
  std::vector<std::pair<std::uint32_t, Wait>> path;
  std::uint32_t node = last_parked_;
  if (node == none || at_[node] != none)
    node = static_cast<std::uint32_t>(std::find(at_.begin(), at_.end(), none) - at_.begin());
  while (node != none && seen_[node] == none) {
    seen_[node] = static_cast<std::uint32_t>(path.size());
    path.emplace_back(node, wait_of(node));
    node = path.back().second.on;
    ++moves;
  }
  const std::size_t begin = node == none ? path.size() : seen_[node];
  for (const auto& [each, wait] : path) seen_[each] = none;
  path.erase(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(begin));
  return path;
}

bool Axioms::Schedule::learn(Edge edge) {
  if (!learnt_.insert(edge).second) return false;
  precede(edge.first, edge.second);
  return true;
}

void Axioms::Schedule::drop(Edge edge) {
  const auto [before, after] = edge;
  std::erase(after_[before], after);
  std::erase(before_[after], before);
  waiting_[after] = 0;
  for (const std::uint32_t other : before_[after])
    if (at_[other] == none) ++waiting_[after];
  list(after);
}

std::int64_t Axioms::Schedule::begins(std::uint32_t node) const {
  if (node >= count_) return completed_at_[node - count_];
  const std::uint32_t t = axioms_.nodes_[node].transaction;
  return t == no_transaction ? INT64_MIN : axioms_.transactions_.list[t].invoke;
}

std::int64_t Axioms::Schedule::ends(std::uint32_t node) const {
  const std::uint32_t t = axioms_.nodes_[node].transaction;
  return t == no_transaction ? INT64_MAX : axioms_.transactions_.list[t].complete;
}

bool Axioms::Schedule::precedes(std::uint32_t before, std::uint32_t after, std::uint64_t& moves) {
  constexpr std::size_t most = 4000;
  const std::int64_t end = ends(after);
  std::vector<std::uint32_t> reached{before};
  seen_[before] = 0;
  bool found = false;
  for (std::size_t i = 0; i < reached.size() && reached.size() < most && !found; ++i) {
    for (std::uint32_t next : after_[reached[i]]) {
      ++moves;
      found = found || next == after;
      if (seen_[next] != none || begins(next) >= end) continue;
      seen_[next] = 0;
      reached.push_back(next);
    }
  }
  for (std::uint32_t node : reached) seen_[node] = none;
  return found;
}

void Axioms::Schedule::undo_to(std::uint32_t length, std::uint64_t& moves) {
  while (trail_.size() > length) {
    const Executed done = trail_.back();
    trail_.pop_back();
    for (; changes_.size() > done.changes; changes_.pop_back()) {
      const Was& was = changes_.back();
      current_[was.key] = was.current;
      unread_[was.key] = was.unread;
    }
    at_[done.node] = none;
    for (std::uint32_t next : after_[done.node]) ++waiting_[next];
    moves += 1 + after_[done.node].size();
    undone_.push_back(done.node);
  }
  unpark_all();
  for (std::uint32_t node : undone_) list(node);
  undone_.clear();
}

void Axioms::Schedule::unpark_all() {
  for (std::uint32_t key : parked_at_) unpark(key);
  parked_at_.clear();
}

std::vector<std::uint32_t> Axioms::schedule(Ordered ordered, std::uint64_t& steps,
                                            std::uint64_t budget) const {
  return Schedule(*this, ordered).run(steps, budget);
}

}  // namespace lightcone::reports::checkers
