#include "reports/checkers/transactions/axioms.hpp"

#include <algorithm>
#include <tuple>

#include "reports/checkers/transactions/component.hpp"
#include "reports/checkers/transactions/dependencies.hpp"

namespace lightcone::reports::checkers {

namespace {
constexpr std::uint32_t none = UINT32_MAX;
}

std::string_view to_string(Level level) {
  static constexpr std::string_view names[] = {"RC", "RA", "CC", "PC", "SI", "SER"};
  return names[static_cast<std::size_t>(level)];
}

Axioms::Axioms(const Transactions& transactions) : transactions_(transactions) {
  node_of_.assign(transactions.list.size(), none);
  for (std::uint32_t t = 0; t < transactions.list.size(); ++t)
    if (transactions.list[t].committed()) add_node(t);
  const auto committed = static_cast<std::uint32_t>(nodes_.size());
  for (std::uint32_t node = 0; node < committed; ++node)
    if (!resolve(node)) return;
  writers_.resize(transactions.keys.size());
  for (std::uint32_t node = 0; node < nodes_.size(); ++node)
    for (std::uint32_t key : nodes_[node].keys) writers_[key].push_back(node);
  order_nodes();
  index_sessions();
}

void Axioms::add_node(std::uint32_t t) {
  Node node;
  node.transaction = t;
  for (const MicroOperation& micro : transactions_.of(t))
    if (writes(micro.kind)) node.keys.push_back(micro.key);
  std::sort(node.keys.begin(), node.keys.end());
  node.keys.erase(std::unique(node.keys.begin(), node.keys.end()), node.keys.end());
  node_of_[t] = static_cast<std::uint32_t>(nodes_.size());
  nodes_.push_back(std::move(node));
}

bool Axioms::wrong(std::uint32_t transaction, const std::string& why) {
  inconsistent_.verdict = Verdict::violated;
  inconsistent_.transactions = {transaction};
  inconsistent_.reason.push_back({transaction_text(transactions_, transaction) + ": " + why, {transaction}});
  return false;
}

// Finds out whom each read was from. False if no level allows the read.
bool Axioms::resolve(std::uint32_t node) {
  const std::uint32_t t = nodes_[node].transaction;
  const auto micros = transactions_.of(t);
  for (const MicroOperation* read = micros.begin(); read != micros.end(); ++read) {
    if (read->kind != MicroKind::read) continue;
    const MicroOperation* own = nullptr;
    for (const MicroOperation* at = micros.begin(); at != read; ++at)
      if (writes(at->kind) && at->key == read->key) own = at;
    const std::string key = transactions_.key_text(read->key);
    if (own != nullptr) {
      if (own->version != read->version)
        return wrong(t, "key " + key + " is not what the transaction itself wrote last");
      continue;
    }
    if (read->version == initial_version) {
      nodes_[node].reads.push_back({read->key, initial});
      continue;
    }
    const Version& version = transactions_.versions[read->version];
    if (version.writer == t)
      return wrong(t, "key " + key + " is what the transaction itself wrote only later");
    if (version.writer == no_transaction) {
      const std::uint32_t unknown = unknown_writer(read->version);
      nodes_[node].reads.push_back({read->key, unknown});
      continue;
    }
    if (!transactions_.possible(version.writer))
      return wrong(t, "key " + key + " was read from an aborted transaction");
    if (version.intermediate)
      return wrong(t, "key " + key + " was read before its writer wrote it for the last time");
    if (node_of_[version.writer] == none) add_node(version.writer);
    nodes_[node].reads.push_back({read->key, node_of_[version.writer]});
  }
  return true;
}

// Whoever reads a value that no operation wrote reads it from the same.
std::uint32_t Axioms::unknown_writer(VersionId value) {
  unknown_of_.resize(transactions_.versions.size(), none);
  if (unknown_of_[value] == none) {
    unknown_of_[value] = static_cast<std::uint32_t>(nodes_.size());
    Node unknown;
    unknown.value = value;
    unknown.keys = {transactions_.versions[value].key};
    nodes_.push_back(std::move(unknown));
  }
  return unknown_of_[value];
}

// A session is known to be one after the other only where its transactions returned.
void Axioms::order_nodes() {
  std::vector<std::uint32_t> order;
  for (std::uint32_t node = 0; node < nodes_.size(); ++node) order.push_back(node);
  const auto rank = [&](std::uint32_t node) {
    const std::uint32_t t = nodes_[node].transaction;
    const bool alone = t == no_transaction || !transactions_.list[t].committed();
    const std::int64_t process = alone ? 0 : transactions_.list[t].process;
    const std::int64_t invoke = alone ? 0 : transactions_.list[t].invoke;
    return std::tuple(alone, process, invoke, node);
  };
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return rank(a) < rank(b); });
  session_.resize(nodes_.size());
  position_.resize(nodes_.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto [alone, process, invoke, node] = rank(order[i]);
    const bool same =
        i > 0 && !alone && std::get<1>(rank(order[i - 1])) == process && !std::get<0>(rank(order[i - 1]));
    session_[node] = same ? sessions_ - 1 : sessions_++;
    position_[node] = same ? position_[order[i - 1]] + 1 : 0;
  }
}

bool Axioms::writes_key(std::uint32_t node, std::uint32_t key) const {
  return std::binary_search(nodes_[node].keys.begin(), nodes_[node].keys.end(), key);
}

// Each kept transaction and the next kept one of its session.
std::vector<Axioms::Precedence> Axioms::session_steps(const Kept& kept) const {
  std::vector<std::uint32_t> order;
  for (std::uint32_t node = 0; node < nodes_.size(); ++node)
    if (kept[node]) order.push_back(node);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tuple(session_[a], position_[a]) < std::tuple(session_[b], position_[b]);
  });
  std::vector<Precedence> out;
  for (std::size_t i = 1; i < order.size(); ++i)
    if (session_[order[i - 1]] == session_[order[i]]) out.push_back({order[i - 1], order[i]});
  return out;
}

LevelVerdict Axioms::decide(Level level, Ordered ordered, std::uint64_t& steps, const Budget& budget) const {
  if (inconsistent_.verdict == Verdict::violated) return inconsistent_;
  if (level <= Level::causal) return decide_directly(level, ordered, steps, budget);
  LevelVerdict out;
  if (level == Level::serializable) {
    for (std::uint32_t node : schedule(ordered, steps, budget.steps))
      if (nodes_[node].transaction != no_transaction) out.order.push_back(nodes_[node].transaction);
    if (!out.order.empty() || nodes_.empty()) return out;
  }
  Kept among(nodes_.size(), true);
  out.verdict =
      search(level, ordered, among, steps, budget, level == Level::serializable ? &out.order : nullptr);
  if (out.verdict == Verdict::violated) shrink(level, ordered, among, out, steps, budget);
  return out;
}

std::vector<Axioms::Forced> Axioms::forced(Level level, Ordered ordered, std::uint64_t& steps) const {
  std::vector<Forced> out;
  for (std::uint32_t reader = 0; reader < nodes_.size(); ++reader) {
    const std::vector<Read>& reads = nodes_[reader].reads;
    for (std::size_t i = 0; i < reads.size(); ++i) {
      // RC: whoever was read from earlier in the transaction; RA: whoever was read from at all.
      const std::size_t visible = level == Level::read_committed ? i : reads.size();
      for (std::size_t j = 0; j < visible; ++j) {
        ++steps;
        const std::uint32_t other = reads[j].from;
        if (other != initial && other != reads[i].from && writes_key(other, reads[i].key))
          out.push_back({other, reads[i].from, reader, reads[i].key});
      }
      if (level != Level::read_atomic || ordered == Ordered::by_reads) continue;
      const std::uint32_t last = last_writer(session_[reader], position_[reader], reads[i].key);
      if (last != none && last != reads[i].from) out.push_back({last, reads[i].from, reader, reads[i].key});
    }
  }
  return out;
}

void Axioms::index_sessions() {
  by_session_.resize(transactions_.keys.size());
  for (std::uint32_t key = 0; key < writers_.size(); ++key) {
    by_session_[key] = writers_[key];
    std::sort(by_session_[key].begin(), by_session_[key].end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::tuple(session_[a], position_[a]) < std::tuple(session_[b], position_[b]);
    });
  }
}

// The last of a session's transactions before a place in it that wrote the key, or none.
std::uint32_t Axioms::last_writer(std::uint32_t session, std::uint32_t before, std::uint32_t key) const {
  const auto& writers = by_session_[key];
  auto at = std::lower_bound(
      writers.begin(), writers.end(), std::tuple(session, before),
      [&](std::uint32_t a, auto place) { return std::tuple(session_[a], position_[a]) < place; });
  if (at == writers.begin()) return none;
  return session_[*--at] == session ? *at : none;
}

// CC: whoever lies in the causal past, by vector clocks over chains (sessions, or single transactions). False
// if that would take more than the budget.
bool Axioms::force_by_past(Ordered ordered, const DependencyGraph& known, std::vector<Forced>& out,
                           std::uint64_t& steps, const Budget& budget) const {
  const bool chained = ordered != Ordered::by_reads;
  const std::uint64_t chains = chained ? sessions_ : nodes_.size();
  const std::uint64_t most_clocks = budget.bytes / sizeof(std::uint32_t);
  if (chains * nodes_.size() > std::min(budget.steps, most_clocks)) return false;
  std::vector<std::uint32_t> waiting(nodes_.size(), 0), ready;
  for (std::uint32_t node = 0; node < nodes_.size(); ++node)
    for (const DependencyEdge* edge = known.begin(node); edge != known.end(node); ++edge) ++waiting[edge->to];
  for (std::uint32_t node = 0; node < nodes_.size(); ++node)
    if (waiting[node] == 0) ready.push_back(node);
  // How many of each chain are in the past.
  std::vector<std::vector<std::uint32_t>> past(nodes_.size());
  while (!ready.empty()) {
    const std::uint32_t node = ready.back();
    ready.pop_back();
    past[node].resize(chains, 0);
    for (const Read& read : nodes_[node].reads) {
      for (std::uint32_t writer : writers_[read.key]) {
        ++steps;
        const std::uint32_t chain = chained ? session_[writer] : writer;
        const std::uint32_t place = chained ? position_[writer] : 0;
        if (writer != read.from && writer != node && past[node][chain] > place)
          out.push_back({writer, read.from, node, read.key});
      }
    }
    steps += chains;
    for (const DependencyEdge* edge = known.begin(node); edge != known.end(node); ++edge) {
      std::vector<std::uint32_t>& next = past[edge->to];
      next.resize(chains, 0);
      for (std::size_t chain = 0; chain < chains; ++chain)
        next[chain] = std::max(next[chain], past[node][chain]);
      std::uint32_t& own = next[chained ? session_[node] : node];
      own = std::max(own, (chained ? position_[node] : 0) + 1);
      if (--waiting[edge->to] == 0) ready.push_back(edge->to);
    }
    past[node] = {};
  }
  return true;
}

LevelVerdict Axioms::decide_directly(Level level, Ordered ordered, std::uint64_t& steps,
                                     const Budget& budget) const {
  LevelVerdict out;
  DependencyGraph graph(static_cast<std::uint32_t>(nodes_.size()));
  if (ordered != Ordered::by_reads)
    for (const Precedence& step : session_steps(Kept(nodes_.size(), true)))
      graph.add(step.before, step.after, process_order);
  for (std::uint32_t reader = 0; reader < nodes_.size(); ++reader)
    for (const Read& read : nodes_[reader].reads)
      if (read.from != initial) graph.add(read.from, reader, wr);
  std::vector<Forced> all;
  if (level == Level::causal) {
    graph.freeze();
    if (!force_by_past(ordered, graph, all, steps, budget)) {
      out.verdict = Verdict::unknown;
      return out;
    }
  } else {
    all = forced(level, ordered, steps);
  }
  for (const Forced& one : all) {
    if (one.after != initial) {
      graph.add(one.before, one.after, ww);
      continue;
    }
    out.verdict = Verdict::violated;
    explain({{one.reader, wr}}, {one}, out);
    return out;
  }
  graph.freeze();
  steps += graph.edges();
  std::vector<CycleStep> best;
  ComponentMaker maker(graph);
  for (const auto& nodes : components(graph, 0xff)) {
    auto cycle = maker.make(nodes).shortest_cycle(0xff, steps, steps + 100'000);
    if (best.empty() || cycle.size() < best.size()) best = std::move(cycle);
  }
  if (best.empty()) return out;
  out.verdict = Verdict::violated;
  explain(best, all, out);
  return out;
}

// A cycle in which a `ww` step is one that a reader forces; or a single step, back to what was there
// initially.
void Axioms::explain(const std::vector<CycleStep>& cycle, const std::vector<Forced>& all,
                     LevelVerdict& out) const {
  std::vector<std::uint32_t> named;
  std::vector<Step> because;
  const auto name = [&](std::uint32_t node) {
    auto at = std::find(named.begin(), named.end(), node);
    if (at == named.end()) at = named.insert(named.end(), node);
    std::string text = "T";
    return text += std::to_string(at - named.begin() + 1);
  };
  const auto operations = [&](std::initializer_list<std::uint32_t> nodes) {
    std::vector<std::size_t> positions;
    for (std::uint32_t node : nodes)
      if (node != initial && nodes_[node].transaction != no_transaction)
        positions.push_back(nodes_[node].transaction);
    return positions;
  };
  const auto forced_text = [&](const Forced& one) {
    const std::string key = transactions_.key_text(one.key);
    return name(one.reader) + " read key " + key + " from " +
           (one.after == initial ? "the initial state" : name(one.after)) + " though " + name(one.before) +
           ", which wrote " + key + " too, was visible to it";
  };
  for (const CycleStep& step : cycle) name(step.from);
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    const std::uint32_t from = cycle[i].from, to = cycle[(i + 1) % cycle.size()].from;
    const bool last = i + 1 == cycle.size();
    const std::string lead = last ? "However, " : i == 0 ? "Then " : "     ";
    const std::string end = last ? ": a contradiction!" : ".";
    if (cycle.size() == 1) {
      because.push_back({lead + forced_text(all[0]) + ", and every write comes after the initial state" + end,
                         operations({all[0].reader, all[0].before})});
      continue;
    }
    const std::string claim = lead + name(from) + " < " + name(to) + ", because ";
    if (cycle[i].relation == process_order) {
      because.push_back(
          {claim + "a session executed " + name(from) + " before " + name(to) + end, operations({from, to})});
    } else if (cycle[i].relation == wr) {
      because.push_back(
          {claim + name(to) + " read what " + name(from) + " wrote" + end, operations({from, to})});
    } else {
      const auto one = std::find_if(all.begin(), all.end(),
                                    [&](const Forced& f) { return f.before == from && f.after == to; });
      because.push_back({claim + forced_text(*one) + end, operations({from, to, one->reader})});
    }
  }
  for (std::size_t i = 0; i < named.size(); ++i)
    out.reason.push_back(
        {(i == 0 ? "Let " : "    ") + name(named[i]) + " = " + node_text(named[i]), operations({named[i]})});
  out.reason.insert(out.reason.end(), because.begin(), because.end());
  for (std::uint32_t node : named)
    if (nodes_[node].transaction != no_transaction) out.transactions.push_back(nodes_[node].transaction);
  std::sort(out.transactions.begin(), out.transactions.end());
}

std::string Axioms::node_text(std::uint32_t node) const {
  const Node& it = nodes_[node];
  if (it.transaction != no_transaction) return transaction_text(transactions_, it.transaction);
  return "whoever wrote " + transactions_.version_text(it.value) + " to key " +
         transactions_.key_text(it.keys.front());
}

}  // namespace lightcone::reports::checkers
