// Most histories of a sound store are serializable in an order that can be found almost without going back:
// of the transactions that may come next, the one that completed first. What must be so in every order is
// known beforehand; where the order gets stuck nevertheless, a cycle of transactions that wait for each other
// shows which writes came too early, and the latest of these is taken back.
#include <algorithm>
#include <optional>
#include <queue>
#include <set>
#include <span>
#include <tuple>

#include "reports/checkers/transactions/axioms.hpp"
#include "reports/checkers/transactions/reach.hpp"

namespace lightcone::reports::checkers {

using sim::Operation;

namespace {
constexpr std::uint32_t none = UINT32_MAX;
}

// Executes transactions one after the other. One may come next if whatever must precede it has come, each
// version that it read is there, and nobody has still to read what it would overwrite. One that may not waits
// for a key.
class Axioms::Schedule {
 public:
  Schedule(const Axioms& axioms, Ordered ordered)
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

  // Empty if it gets stuck for good, which proves nothing.
  std::vector<std::uint32_t> run(std::uint64_t& steps, std::uint64_t budget) {
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

 private:
  static constexpr std::uint64_t moves_a_node = 300;       // before it gives up
  static constexpr std::uint64_t moves_a_step = 8;         // a move takes some 10 ns
  using Reader = std::pair<std::uint32_t, std::uint32_t>;  // from whom, who
  using Edge = std::pair<std::uint32_t, std::uint32_t>;
  // What is there of a key, and how many have still to read it.
  struct Was {
    std::uint32_t key;
    std::uint32_t current;
    std::size_t unread;
  };
  struct Executed {
    std::uint32_t node;
    std::size_t changes;  // of changes_, before it
  };

  void precede(std::uint32_t before, std::uint32_t after) {
    after_[before].push_back(after);
    before_[after].push_back(before);
    ++waiting_[after];
  }

  void precede_all(const Implied& implied) {
    for (const Precedence& pair : implied.writers) precede(pair.before, pair.after);
    for (const Precedence& pair : implied.readers) precede(pair.before, pair.after);
  }

  // Nodes beyond the transactions stand for completions, along which everything invoked later follows.
  void order_by_time() {
    std::vector<std::tuple<std::int64_t, bool, std::uint32_t>> instants;
    for (std::uint32_t node = 0; node < count_; ++node) {
      const std::uint32_t t = axioms_.nodes_[node].transaction;
      if (t == no_transaction || axioms_.transactions_.list[t].invoke == Operation::unordered) continue;
      const Transaction& transaction = axioms_.transactions_.list[t];
      instants.emplace_back(transaction.invoke, false, node);
      if (transaction.committed() && transaction.complete != Operation::open)
        instants.emplace_back(transaction.complete, true, node);
    }
    std::sort(instants.begin(), instants.end());
    std::uint32_t last = none;
    for (const auto& [at, completes, node] : instants) {
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

  std::int64_t place(std::uint32_t node) const {
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

  void list(std::uint32_t node) {
    if (waiting_[node] > 0 || listed_[node]) return;
    listed_[node] = true;
    ready_.emplace(place(node), node);
  }

  void try_to_execute(std::uint32_t node, std::uint64_t& moves) {
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

  // A key for which it must wait, or none.
  std::uint32_t obstacle(std::uint32_t node) const {
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

  std::span<const Reader> readers_of(std::uint32_t key, std::uint32_t writer) const {
    const auto& readers = readers_[key];
    const auto from = std::lower_bound(readers.begin(), readers.end(), Reader{writer, 0});
    return {from, std::upper_bound(from, readers.end(), Reader{writer, none})};
  }

  void execute(std::uint32_t node, std::uint64_t& moves) {
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

  void unpark(std::uint32_t key) {
    for (std::uint32_t other : parked_[key]) list(other);
    parked_[key].clear();
  }

  // Whom a node waits for, and the write that came too early if that is why: one that could come after it.
  struct Wait {
    std::uint32_t on;
    std::uint32_t too_early;  // or none
  };

  Wait wait_of(std::uint32_t node) const {
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

  // All wait. Along a cycle of waiting transactions some write came before one that had to precede it: such a
  // write, the last, is undone and what follows it, and comes after that one from now on. False if nothing
  // can be changed.
  bool take_back(std::uint64_t& moves) {
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

  // Who waits for whom, each for the next and the last for the first; or, where one waits for nobody,
  // nothing.
  std::vector<std::pair<std::uint32_t, Wait>> waiting_cycle(std::uint64_t& moves) {
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

  // What was concluded was wrong. It is forgotten from before the cycle on, further back each time that
  // nothing was won, and tried again, with all that follows from what came before, in an order drawn at
  // random until it has come further than ever.
  bool start_over(const std::vector<std::pair<std::uint32_t, Wait>>& cycle, std::uint64_t& moves) {
    if (cycle.empty()) return false;
    constexpr std::uint32_t most_back = 400;
    back_ = trail_.size() > furthest_ ? 8 : std::min(back_ + back_ / 4, most_back);
    furthest_ = std::max(furthest_, trail_.size());
    ++round_;
    const auto length = static_cast<std::uint32_t>(trail_.size());
    const std::uint32_t kept = length - std::min(length, back_);
    undo_to(kept, moves);
    std::erase_if(learnt_, [&](const Edge& edge) {
      const bool later = at_[edge.second] == none;
      if (later) drop(edge);
      return later || at_[edge.second] + 4 * most_back < kept;
    });
    std::int64_t until = INT64_MIN;
    for (const auto& [node, wait] : cycle)
      if (node < count_) until = std::max(until, ends(node));
    conclude(unexecuted(until), moves);
    unpark_all();
    return true;
  }

  // Those that began by then; not more than a few.
  std::vector<std::uint32_t> unexecuted(std::int64_t until) const {
    constexpr std::size_t most = 2000;
    const auto later = [&](std::int64_t time, std::uint32_t node) { return time < begins(node); };
    auto at = std::upper_bound(by_begin_.begin(), by_begin_.end(), until, later);
    std::vector<std::uint32_t> out;
    for (std::size_t i = 0; i < most && at != by_begin_.begin(); ++i)
      if (at_[*--at] == none) out.push_back(*at);
    return out;
  }

  // Of some that are still to come, whatever must be so because of what has come and of each other: if a
  // transaction must come after a writer of a key that it read from another, so must that other; and if one
  // writer must come after another, so must it after that one's readers.
  void conclude(const std::vector<std::uint32_t>& nodes, std::uint64_t& moves) {
    constexpr int most_passes = 20;
    for (std::uint32_t i = 0; i < nodes.size(); ++i) seen_[nodes[i]] = i;
    std::vector<Edge> writers;  // key, node
    for (std::uint32_t node : nodes)
      if (node < count_)
        for (std::uint32_t key : axioms_.nodes_[node].keys) writers.emplace_back(key, node);
    std::sort(writers.begin(), writers.end());
    bool changed = true;
    for (int pass = 0; changed && pass < most_passes; ++pass) {
      const std::optional<Reach> reach = reach_among(nodes, moves);
      changed = false;
      if (!reach) break;
      for (std::uint32_t node : nodes)
        if (node < count_ && conclude_of(node, writers, *reach, moves)) changed = true;
    }
    for (std::uint32_t node : nodes) seen_[node] = none;
  }

  bool conclude_of(std::uint32_t reader, const std::vector<Edge>& writers, const Reach& reach,
                   std::uint64_t& moves) {
    bool changed = false;
    for (const Read& read : axioms_.nodes_[reader].reads) {
      const bool there = read.from == initial || at_[read.from] != none;
      if (!there && seen_[read.from] == none) continue;
      for (auto at = std::lower_bound(writers.begin(), writers.end(), Edge{read.key, 0});
           at != writers.end() && at->first == read.key; ++at) {
        const std::uint32_t other = at->second;
        if (other == read.from || other == reader) continue;
        ++moves;
        if (there || reach(seen_[read.from], seen_[other])) {
          if (!reach(seen_[reader], seen_[other])) changed = learn({reader, other}) || changed;
        } else if (reach(seen_[other], seen_[reader]) && !reach(seen_[other], seen_[read.from])) {
          changed = learn({other, read.from}) || changed;
        }
      }
    }
    return changed;
  }

  // Nothing if some must come before themselves. `seen_` holds the places.
  std::optional<Reach> reach_among(const std::vector<std::uint32_t>& nodes, std::uint64_t& moves) const {
    std::vector<std::uint32_t> open(nodes.size(), 0), done;
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
      for (std::uint32_t next : after_[nodes[i]]) open[i] += seen_[next] != none ? 1 : 0;
      if (open[i] == 0) done.push_back(i);
    }
    Reach reach(nodes.size());
    for (std::size_t at = 0; at < done.size(); ++at) {
      for (std::uint32_t before : before_[nodes[done[at]]]) {
        const std::uint32_t place = seen_[before];
        if (place == none) continue;
        moves += reach.words() / 8 + 1;
        reach.add(place, done[at]);
        if (--open[place] == 0) done.push_back(place);
      }
    }
    if (done.size() < nodes.size()) return std::nullopt;
    return reach;
  }

  std::uint64_t drawn(std::uint64_t what) const {
    std::uint64_t state = round_ * 0x9e3779b97f4a7c15ULL + what;
    state = (state ^ (state >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    state = (state ^ (state >> 27U)) * 0x94d049bb133111ebULL;
    return state ^ (state >> 31U);
  }

  bool learn(Edge edge) {
    if (!learnt_.insert(edge).second) return false;
    precede(edge.first, edge.second);
    return true;
  }

  void drop(Edge edge) {
    const auto [before, after] = edge;
    std::erase(after_[before], after);
    std::erase(before_[after], before);
    waiting_[after] = 0;
    for (const std::uint32_t other : before_[after])
      if (at_[other] == none) ++waiting_[after];
    list(after);
  }

  std::int64_t begins(std::uint32_t node) const {
    if (node >= count_) return completed_at_[node - count_];
    const std::uint32_t t = axioms_.nodes_[node].transaction;
    return t == no_transaction ? INT64_MIN : axioms_.transactions_.list[t].invoke;
  }

  std::int64_t ends(std::uint32_t node) const {
    const std::uint32_t t = axioms_.nodes_[node].transaction;
    return t == no_transaction ? INT64_MAX : axioms_.transactions_.list[t].complete;
  }

  // Whether one must come before the other, as far as a short look tells; by way of those only that began
  // before the other ended.
  bool precedes(std::uint32_t before, std::uint32_t after, std::uint64_t& moves) {
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

  void undo_to(std::uint32_t length, std::uint64_t& moves) {
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

  void unpark_all() {
    for (std::uint32_t key : parked_at_) unpark(key);
    parked_at_.clear();
  }

  const Axioms& axioms_;
  std::uint32_t count_;
  std::vector<std::vector<std::uint32_t>> after_;
  std::vector<std::vector<std::uint32_t>> before_;
  std::vector<std::uint32_t> waiting_;              // by node: how many must come before it still
  std::vector<std::uint32_t> current_;              // by key: who wrote what is there
  std::vector<std::size_t> unread_;                 // by key: how many have still to read it
  std::vector<std::vector<std::uint32_t>> parked_;  // by key: who waits for a change
  std::vector<std::uint32_t> parked_at_;            // keys, of which some no longer
  std::uint32_t last_parked_ = none;
  std::vector<std::vector<Reader>> readers_;  // by key, sorted
  std::vector<Executed> trail_;
  std::vector<Was> changes_;       // of those executed
  std::vector<std::uint32_t> at_;  // by node: its place in the trail, or none
  std::vector<std::uint32_t> by_begin_;
  std::vector<std::int64_t> completed_at_;  // of the nodes that stand for completions
  std::set<Edge> learnt_;                   // who must come before whom if the trail is right
  std::uint32_t lessons_ = 0;
  std::size_t furthest_ = 0;  // the longest trail
  std::uint32_t back_ = 0;
  std::uint32_t round_ = 0;   // how often it started over
  std::vector<bool> listed_;  // by node: it is in `ready_`
  std::vector<std::uint32_t> undone_;
  std::vector<std::uint32_t> seen_;  // by node: its place in the path that is followed, or none
  using Entry = std::tuple<std::int64_t, std::uint32_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> ready_;
};

std::vector<std::uint32_t> Axioms::schedule(Ordered ordered, std::uint64_t& steps,
                                            std::uint64_t budget) const {
  return Schedule(*this, ordered).run(steps, budget);
}

}  // namespace lightcone::reports::checkers
