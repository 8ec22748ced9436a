// Most histories of a sound store are serializable in an order that can be found without going back: of the
// transactions that may come next, the one that completed first.
#include <algorithm>
#include <queue>
#include <tuple>

#include "reports/checkers/transactions/axioms.hpp"

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
  enum class Try : std::uint8_t { by_completion, by_invocation, by_middle };

  Schedule(const Axioms& axioms, Ordered ordered, Try order)
      : axioms_(axioms),
        try_(order),
        count_(static_cast<std::uint32_t>(axioms.nodes_.size())),
        after_(count_),
        waiting_(count_, 0),
        current_(axioms.writers_.size(), initial),
        unread_(axioms.writers_.size()),
        parked_(axioms.writers_.size()),
        readers_(axioms.writers_.size()) {
    if (ordered == Ordered::by_sessions)
      for (const Precedence& step : axioms.session_steps(Kept(count_, true)))
        precede(step.before, step.after);
    if (ordered == Ordered::by_real_time) order_by_time();
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
    for (std::size_t key = 0; key < readers_.size(); ++key)
      begin_version(static_cast<std::uint32_t>(key), initial);
  }

  // Empty if it gets stuck, which proves nothing.
  std::vector<std::uint32_t> run(std::uint64_t& steps) {
    for (std::uint32_t node = 0; node < after_.size(); ++node)
      if (waiting_[node] == 0) ready_.emplace(place(node), node);
    std::vector<std::uint32_t> order;
    while (!ready_.empty()) {
      const std::uint32_t node = std::get<1>(ready_.top());
      ready_.pop();
      ++steps;
      if (node < count_) {
        const std::uint32_t key = obstacle(node);
        if (key != none) {
          parked_[key].push_back(node);
          continue;
        }
        execute(node, steps);
        order.push_back(node);
      }
      for (std::uint32_t next : after_[node]) {
        ++steps;
        if (--waiting_[next] == 0) ready_.emplace(place(next), next);
      }
    }
    if (order.size() != count_) order.clear();
    return order;
  }

 private:
  using Reader = std::pair<std::uint32_t, std::uint32_t>;  // from whom, who

  void precede(std::uint32_t before, std::uint32_t after) {
    after_[before].push_back(after);
    ++waiting_[after];
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
    if (transaction.complete == Operation::open || try_ == Try::by_invocation) return transaction.invoke;
    if (try_ == Try::by_completion) return transaction.complete;
    return transaction.invoke + (transaction.complete - transaction.invoke) / 2;
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

  // How many have still to read the version that is there now.
  void begin_version(std::uint32_t key, std::uint32_t writer) {
    const auto& readers = readers_[key];
    const auto from = std::lower_bound(readers.begin(), readers.end(), Reader{writer, 0});
    const auto to = std::upper_bound(from, readers.end(), Reader{writer, none});
    current_[key] = writer;
    unread_[key] = static_cast<std::size_t>(to - from);
  }

  void execute(std::uint32_t node, std::uint64_t& steps) {
    std::vector<std::uint32_t> changed;
    for (const Read& read : axioms_.nodes_[node].reads) {
      if (std::find(changed.begin(), changed.end(), read.key) != changed.end()) continue;
      changed.push_back(read.key);
      --unread_[read.key];
    }
    for (std::uint32_t key : axioms_.nodes_[node].keys) {
      begin_version(key, node);
      changed.push_back(key);
    }
    for (std::uint32_t key : changed) {
      if (unread_[key] > 1 && current_[key] != node) continue;  // nobody can go on yet
      steps += parked_[key].size();
      for (std::uint32_t other : parked_[key]) ready_.emplace(place(other), other);
      parked_[key].clear();
    }
  }

  const Axioms& axioms_;
  Try try_;
  std::uint32_t count_;
  std::vector<std::vector<std::uint32_t>> after_;
  std::vector<std::uint32_t> waiting_;              // by node: how many must come before it still
  std::vector<std::uint32_t> current_;              // by key: who wrote what is there
  std::vector<std::size_t> unread_;                 // by key: how many have still to read it
  std::vector<std::vector<std::uint32_t>> parked_;  // by key: who waits for a change
  std::vector<std::vector<Reader>> readers_;        // by key, sorted
  using Entry = std::tuple<std::int64_t, std::uint32_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> ready_;
};

Axioms::Implied Axioms::forced_by_reads(const Kept& kept) const {
  Implied out;
  for (std::uint32_t reader = 0; reader < nodes_.size(); ++reader) {
    if (!kept[reader]) continue;
    for (const Read& read : nodes_[reader].reads) {
      if (read.from == initial) continue;
      for (const Read& other : nodes_[reader].reads)
        if (other.from != initial && other.from != read.from && writes_key(other.from, read.key))
          out.writers.push_back({other.from, read.from});
    }
  }
  std::vector<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>> updates, reads;  // key, from, who
  for (std::uint32_t reader = 0; reader < nodes_.size(); ++reader) {
    if (!kept[reader]) continue;
    for (const Read& read : nodes_[reader].reads) {
      if (read.from == initial) continue;
      reads.emplace_back(read.key, read.from, reader);
      if (writes_key(reader, read.key)) updates.emplace_back(read.key, read.from, reader);
    }
  }
  std::sort(reads.begin(), reads.end());
  for (const auto& [key, from, who] : updates)
    for (auto at = std::lower_bound(reads.begin(), reads.end(), std::tuple(key, from, 0U));
         at != reads.end() && std::get<0>(*at) == key && std::get<1>(*at) == from; ++at)
      if (std::get<2>(*at) != who) out.readers.push_back({std::get<2>(*at), who});
  return out;
}

Axioms::Implied Axioms::forced_in_time(const Kept& kept) const {
  constexpr std::size_t most = 64;  // of a sound store there are no more than run at once
  const auto timed = [&](std::uint32_t node) {
    const std::uint32_t t = nodes_[node].transaction;
    return kept[node] && t != no_transaction && transactions_.list[t].committed() &&
           transactions_.list[t].invoke != Operation::unordered;
  };
  const auto invoke = [&](std::uint32_t node) { return transactions_.list[nodes_[node].transaction].invoke; };
  const auto complete = [&](std::uint32_t node) {
    return transactions_.list[nodes_[node].transaction].complete;
  };
  using At = std::pair<std::int64_t, std::uint32_t>;
  std::vector<std::vector<At>> completed(writers_.size()), invoked(writers_.size());
  for (std::size_t key = 0; key < writers_.size(); ++key) {
    for (std::uint32_t writer : writers_[key]) {
      if (!timed(writer)) continue;
      completed[key].emplace_back(complete(writer), writer);
      invoked[key].emplace_back(invoke(writer), writer);
    }
    std::sort(completed[key].begin(), completed[key].end());
    std::sort(invoked[key].begin(), invoked[key].end());
  }
  Implied out;
  for (std::uint32_t reader = 0; reader < nodes_.size(); ++reader) {
    if (!timed(reader)) continue;
    for (const Read& read : nodes_[reader].reads) {
      if (read.from == initial || !timed(read.from)) continue;
      const auto& before = completed[read.key];
      auto at = std::lower_bound(before.begin(), before.end(), At{invoke(reader), 0});
      for (std::size_t i = 0; i < most && at != before.begin() && (at - 1)->first >= invoke(read.from); ++i)
        if ((--at)->second != read.from) out.writers.push_back({at->second, read.from});
      const auto& after = invoked[read.key];
      auto next = std::upper_bound(after.begin(), after.end(), At{complete(read.from), none});
      for (std::size_t i = 0; i < most && next != after.end() && next->first <= complete(reader); ++i, ++next)
        if (next->second != reader) out.readers.push_back({reader, next->second});
    }
  }
  return out;
}

std::vector<std::uint32_t> Axioms::schedule(Ordered ordered, std::uint64_t& steps) const {
  for (auto order : {Schedule::Try::by_completion, Schedule::Try::by_invocation, Schedule::Try::by_middle}) {
    auto found = Schedule(*this, ordered, order).run(steps);
    if (!found.empty() || !transactions_.timed) return found;
  }
  return {};
}

}  // namespace lightcone::reports::checkers
