// The levels that need a search: an order of writes for each key such that nothing precedes itself.
#include <algorithm>
#include <tuple>

#include "reports/checkers/transactions/axioms.hpp"
#include "reports/checkers/transactions/dependencies.hpp"
#include "reports/checkers/transactions/polygraph.hpp"

namespace lightcone::reports::checkers {

using sim::Operation;

namespace {
constexpr std::uint64_t bytes_a_choice = 256;  // of the order of two writers of a key, with its edges
}

// The polygraph of a level. Serializable: a transaction is one node. Otherwise it reads at one node and
// writes at a later one; snapshot isolation makes a later writer of a key begin after the earlier one has
// committed.
class Axioms::Problem {
 public:
  Problem(const Axioms& axioms, Level level, Ordered ordered, const Kept& kept)
      : axioms_(axioms), level_(level), split_(level != Level::serializable), kept_(kept), ordered_(ordered) {
    index_readers();
  }

  Polygraph known() const {
    Polygraph graph(hints());
    const auto& nodes = axioms_.nodes_;
    for (std::uint32_t node = 0; node < nodes.size(); ++node) {
      if (split_) graph.add_edge(begin(node), commit(node));
      if (!kept_[node]) continue;
      for (const Read& read : nodes[node].reads) {
        if (read.from != initial) {
          graph.add_edge(commit(read.from), begin(node));
          continue;
        }
        for (std::uint32_t writer : present_[read.key])
          if (writer != node) graph.add_edge(begin(node), commit(writer));
      }
    }
    add_implied(graph, axioms_.forced_by_reads(kept_));
    if (ordered_ == Ordered::by_real_time) add_implied(graph, axioms_.forced_in_time(kept_));
    if (ordered_ == Ordered::by_sessions)
      for (const Precedence& step : axioms_.session_steps(kept_))
        graph.add_edge(commit(step.before), begin(step.after));
    if (ordered_ == Ordered::by_real_time) add_real_time(graph);
    return graph;
  }

  // For each key the writers in the order of a guess.
  void add_guess(Polygraph& graph, const std::vector<std::uint32_t>& order) const {
    for (std::uint32_t key = 0; key < present_.size(); ++key) {
      const std::vector<std::uint32_t> writers = guessed(key, order);
      for (std::size_t i = 1; i < writers.size(); ++i)
        for_each_edge(key, writers[i - 1], writers[i], [&](auto from, auto to) { graph.add_edge(from, to); });
    }
  }

  // The same, but that writers of a key in the same tangle, and those that the guess puts between them, may
  // come in any order. Returns the number of choices.
  std::uint64_t add_guess_around(Polygraph& graph, const std::vector<std::uint32_t>& order,
                                 const std::vector<std::vector<std::uint32_t>>& tangles) const {
    std::vector<std::uint32_t> tangle(graph.nodes(), UINT32_MAX);
    for (std::uint32_t i = 0; i < tangles.size(); ++i)
      for (std::uint32_t node : tangles[i]) tangle[node] = i;
    std::uint64_t choices = 0;
    std::vector<std::size_t> last(tangles.size(), SIZE_MAX - 1);
    for (std::uint32_t key = 0; key < present_.size(); ++key) {
      const std::vector<std::uint32_t> writers = guessed(key, order);
      for (std::size_t i = 0; i < writers.size(); ++i)
        for (std::uint32_t node : {begin(writers[i]), commit(writers[i])})
          if (tangle[node] != UINT32_MAX) last[tangle[node]] = i;
      // Blocks [from, to) that no edge within a tangle leaves; each comes before the next.
      std::size_t before = 0;
      for (std::size_t from = 0, to = 0; from < writers.size(); before = from, from = to) {
        to = from + 1;
        const auto stretch = [&](std::uint32_t node) {
          if (tangle[node] != UINT32_MAX && last[tangle[node]] < writers.size())
            to = std::max(to, last[tangle[node]] + 1);
        };
        for (std::size_t i = from; i < to; ++i) {
          stretch(commit(writers[i]));
          const auto [reader, end] = readers_of(key, writers[i]);
          for (const Precedence* at = reader; at != end; ++at) stretch(begin(at->after));
        }
        for (std::size_t i = from; i < to; ++i) {
          for (std::size_t j = i + 1; j < to; ++j, ++choices) add_choice(graph, key, writers[i], writers[j]);
          for (std::size_t j = before; j < from; ++j)
            for_each_edge(key, writers[j], writers[i], [&](auto a, auto b) { graph.add_edge(a, b); });
        }
      }
      for (std::uint32_t writer : writers)
        for (std::uint32_t node : {begin(writer), commit(writer)})
          if (tangle[node] != UINT32_MAX) last[tangle[node]] = SIZE_MAX - 1;
    }
    return choices;
  }

  std::uint64_t pairs() const {
    std::uint64_t out = 0;
    for (const auto& writers : present_)
      out += writers.size() * (writers.size() - (writers.empty() ? 0 : 1)) / 2;
    return out;
  }

  void add_choices(Polygraph& graph) const {
    for (std::uint32_t key = 0; key < present_.size(); ++key)
      for (std::size_t i = 0; i < present_[key].size(); ++i)
        for (std::size_t j = i + 1; j < present_[key].size(); ++j)
          add_choice(graph, key, present_[key][i], present_[key][j]);
  }

  // The transactions in some tangles.
  Kept those_of(const std::vector<std::vector<std::uint32_t>>& tangles) const {
    Kept kept(axioms_.nodes_.size(), false);
    for (const auto& tangle : tangles) {
      for (std::uint32_t at : tangle) {
        const std::uint32_t node = split_ ? at / 2 : at;
        if (node < kept.size() && kept_[node]) kept[node] = true;
      }
    }
    return kept;
  }

  std::uint32_t begin(std::uint32_t node) const { return split_ ? 2 * node : node; }
  std::uint32_t commit(std::uint32_t node) const { return split_ ? 2 * node + 1 : node; }

 private:
  // Who is there to write a key: those kept, and those of whom a kept one read it.
  void index_readers() {
    present_.resize(axioms_.writers_.size());
    readers_.resize(axioms_.writers_.size());
    for (std::uint32_t reader = 0; reader < axioms_.nodes_.size(); ++reader) {
      if (!kept_[reader]) continue;
      for (const Read& read : axioms_.nodes_[reader].reads)
        if (read.from != initial) readers_[read.key].push_back({read.from, reader});
    }
    for (std::uint32_t key = 0; key < readers_.size(); ++key) {
      auto& pairs = readers_[key];
      std::sort(pairs.begin(), pairs.end(), before);
      pairs.erase(std::unique(pairs.begin(), pairs.end(),
                              [](auto a, auto b) { return a.before == b.before && a.after == b.after; }),
                  pairs.end());
      for (std::uint32_t writer : axioms_.writers_[key])
        if (kept_[writer] || readers_of(key, writer).first != readers_of(key, writer).second)
          present_[key].push_back(writer);
    }
  }

  static bool before(Precedence a, Precedence b) {
    return std::tuple(a.before, a.after) < std::tuple(b.before, b.after);
  }

  std::pair<const Precedence*, const Precedence*> readers_of(std::uint32_t key, std::uint32_t writer) const {
    const auto& pairs = readers_[key];
    const auto from = std::lower_bound(pairs.begin(), pairs.end(), Precedence{writer, 0}, before);
    auto to = from;
    while (to != pairs.end() && to->before == writer) ++to;
    return {pairs.data() + (from - pairs.begin()), pairs.data() + (to - pairs.begin())};
  }

  std::vector<std::uint32_t> guessed(std::uint32_t key, const std::vector<std::uint32_t>& order) const {
    if (place_.empty()) {
      place_.resize(order.size());
      for (std::uint32_t i = 0; i < order.size(); ++i) place_[order[i]] = i;
    }
    std::vector<std::uint32_t> writers = present_[key];
    std::sort(writers.begin(), writers.end(),
              [&](auto a, auto b) { return place_[commit(a)] < place_[commit(b)]; });
    return writers;
  }

  // Whether real time alone puts one before the other.
  bool settled(std::uint32_t a, std::uint32_t b) const {
    if (ordered_ != Ordered::by_real_time || !kept_[a] || !kept_[b]) return false;
    const std::uint32_t ta = axioms_.nodes_[a].transaction, tb = axioms_.nodes_[b].transaction;
    if (ta == no_transaction || tb == no_transaction) return false;
    const Transaction &x = axioms_.transactions_.list[ta], &y = axioms_.transactions_.list[tb];
    return x.committed() && x.invoke != Operation::unordered && x.complete < y.invoke;
  }

  void add_choice(Polygraph& graph, std::uint32_t key, std::uint32_t a, std::uint32_t b) const {
    const auto always = [&](auto from, auto to) { graph.add_edge(from, to); };
    if (settled(a, b)) return for_each_edge(key, a, b, always);
    if (settled(b, a)) return for_each_edge(key, b, a, always);
    const std::uint32_t choice = graph.add_choice(commit(a), commit(b));
    for_each_edge(key, a, b, [&](auto from, auto to) { graph.add_edge_if_forward(choice, from, to); });
    for_each_edge(key, b, a, [&](auto from, auto to) { graph.add_edge_if_backward(choice, from, to); });
  }

  // What follows if `a` wrote the key before `b` did.
  template <class Use>
  void for_each_edge(std::uint32_t key, std::uint32_t a, std::uint32_t b, Use use) const {
    use(commit(a), level_ == Level::prefix ? commit(b) : begin(b));
    const auto [from, to] = readers_of(key, a);
    for (const Precedence* reader = from; reader != to; ++reader)
      if (reader->after != b) use(begin(reader->after), commit(b));
  }

  std::vector<std::uint64_t> hints() const {
    std::vector<std::uint64_t> out;
    for (std::uint32_t node = 0; node < axioms_.nodes_.size(); ++node) {
      const std::uint32_t t = axioms_.nodes_[node].transaction;
      std::uint64_t hint = axioms_.position_[node];
      if (t != no_transaction && axioms_.transactions_.timed) {
        const Transaction& transaction = axioms_.transactions_.list[t];
        const bool open = transaction.complete == Operation::open;
        hint = static_cast<std::uint64_t>(open ? transaction.invoke : transaction.complete);
      }
      out.push_back(hint);
      if (split_) out.push_back(hint);
    }
    return out;
  }

  void add_implied(Polygraph& graph, const Implied& implied) const {
    for (const Precedence& pair : implied.writers) graph.add_edge(commit(pair.before), commit(pair.after));
    for (const Precedence& pair : implied.readers) graph.add_edge(begin(pair.before), commit(pair.after));
  }

  // A node after each completion, along which everything invoked later follows.
  void add_real_time(Polygraph& graph) const {
    std::uint32_t last = UINT32_MAX;
    for (const auto& [at, completes, node] : axioms_.instants(kept_)) {
      if (!completes) {
        if (last != UINT32_MAX) graph.add_edge(last, begin(node));
        continue;
      }
      const std::uint32_t next = graph.add_node(static_cast<std::uint64_t>(at));
      graph.add_edge(commit(node), next);
      if (last != UINT32_MAX) graph.add_edge(last, next);
      last = next;
    }
  }

  const Axioms& axioms_;
  Level level_;
  bool split_;
  const Kept& kept_;
  Ordered ordered_;
  std::vector<std::vector<Precedence>> readers_;     // by key: (writer, reader), sorted
  mutable std::vector<std::uint32_t> place_;         // by node: in the guess
  std::vector<std::vector<std::uint32_t>> present_;  // by key
};

// First guesses; a guess that fails shows where the trouble is. `kept`, if the verdict is violated, becomes
// those among whom it is.
Verdict Axioms::search(Level level, Ordered ordered, Kept& kept, std::uint64_t& steps, const Budget& budget,
                       std::vector<std::uint32_t>* order) const {
  constexpr std::uint64_t few_pairs = 20'000;
  const Kept all = kept;
  const Problem problem(*this, level, ordered, all);
  const auto finish = [&](const Polygraph& graph) {
    if (order == nullptr) return Verdict::held;
    for (std::uint32_t node : graph.order())
      if (level == Level::serializable && node < nodes_.size() && nodes_[node].transaction != no_transaction)
        order->push_back(nodes_[node].transaction);
    return Verdict::held;
  };
  Polygraph known = problem.known();
  if (known.solve(steps, UINT64_MAX) == Polygraph::Outcome::cyclic) {
    const auto tangles = known.tangles();
    if (!tangles.empty()) kept = problem.those_of({tangles.front()});
    return Verdict::violated;
  }
  // Most histories of a sound store are explained by the order in which transactions completed.
  Polygraph guess = problem.known();
  problem.add_guess(guess, known.order());
  if (guess.solve(steps, UINT64_MAX) == Polygraph::Outcome::acyclic) return finish(guess);
  if (steps > budget.steps) return Verdict::unknown;
  if (problem.pairs() > few_pairs) {
    const auto tangles = guess.tangles();
    Polygraph around = problem.known();
    steps += problem.add_guess_around(around, known.order(), tangles);
    if (around.solve(steps, steps + (budget.steps - std::min(budget.steps, steps)) / 4) ==
        Polygraph::Outcome::acyclic)
      return finish(around);
    // A violation is proved as well among those in the tangles alone.
    Kept part = problem.those_of(tangles);
    if (2 * std::count(part.begin(), part.end(), true) < std::count(all.begin(), all.end(), true) &&
        steps <= budget.steps && search(level, ordered, part, steps, budget, nullptr) == Verdict::violated) {
      kept = std::move(part);
      return Verdict::violated;
    }
  }
  if (problem.pairs() > budget.bytes / bytes_a_choice || steps > budget.steps) return Verdict::unknown;
  Polygraph graph = problem.known();
  problem.add_choices(graph);
  steps += problem.pairs();
  switch (graph.solve(steps, budget.steps)) {
    case Polygraph::Outcome::acyclic:
      return finish(graph);
    case Polygraph::Outcome::cyclic:
      return Verdict::violated;
    case Polygraph::Outcome::unknown:
      break;
  }
  return Verdict::unknown;
}

// Leaves out transactions as long as what remains still has no order (Zeller, Yesterday, my program worked,
// 1999). The writes that the remaining ones read stay, by somebody.
void Axioms::shrink(Level level, Ordered ordered, const Kept& among, LevelVerdict& verdict,
                    std::uint64_t& steps, const Budget& budget) const {
  std::vector<std::uint32_t> core;
  for (std::uint32_t node = 0; node < nodes_.size(); ++node)
    if (among[node]) core.push_back(node);
  for (std::size_t chunk = (core.size() + 1) / 2; chunk > 0; chunk /= 2) {
    for (std::size_t from = 0; from < core.size() && steps < budget.steps;) {
      Kept kept(nodes_.size(), false);
      for (std::size_t i = 0; i < core.size(); ++i)
        if (i < from || i >= from + chunk) kept[core[i]] = true;
      if (search(level, ordered, kept, steps, budget, nullptr) != Verdict::violated) {
        from += chunk;
        continue;
      }
      const auto begin = core.begin() + static_cast<std::ptrdiff_t>(from);
      core.erase(begin, begin + static_cast<std::ptrdiff_t>(std::min(chunk, core.size() - from)));
    }
  }
  static constexpr const char* orders[] = {"", ", each session in its order",
                                           ", and what completed first before what was invoked later"};
  for (std::uint32_t node : core) {
    std::vector<std::size_t> positions;
    if (nodes_[node].transaction != no_transaction) {
      verdict.transactions.push_back(nodes_[node].transaction);
      positions.push_back(nodes_[node].transaction);
    }
    verdict.reason.push_back(
        {(verdict.reason.empty() ? "Let T" : "    T") + std::to_string(node) + " = " + node_text(node),
         positions});
  }
  std::sort(verdict.transactions.begin(), verdict.transactions.end());
  std::string claim = "Whatever order the writes of each key are put in, these cannot be ordered as ";
  claim += to_string(level);
  claim += " demands";
  claim += orders[static_cast<std::size_t>(ordered)];
  const bool smallest = steps < budget.steps;
  claim += smallest ? "; without any one of them they can." : "; the budget ended before fewer were tried.";
  verdict.reason.push_back({claim, {verdict.transactions.begin(), verdict.transactions.end()}});
}

}  // namespace lightcone::reports::checkers
