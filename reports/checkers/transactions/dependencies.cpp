#include "reports/checkers/transactions/dependencies.hpp"

#include <algorithm>
#include <tuple>

namespace lightcone::reports::checkers {

using sim::Operation;

bool FindingLog::wants(Anomaly anomaly, std::size_t transactions) const {
  const Finding& held = found_[static_cast<std::size_t>(anomaly)];
  return held.transactions.empty() || transactions < held.transactions.size();
}

void FindingLog::add(Finding finding) {
  Finding& held = at(finding.anomaly);
  const std::uint64_t count = held.count + 1;
  if (wants(finding.anomaly, finding.transactions.size())) held = std::move(finding);
  held.count = count;
}

void FindingLog::drop_redundant_existence() {
  constexpr auto first = static_cast<std::size_t>(Anomaly::pl_1_cycle_exists);
  AnomalySet others;
  for (Anomaly anomaly : anomalies().members())
    if (static_cast<std::size_t>(anomaly) < first) others.insert(anomaly);
  const ModelSet out = ruled_out_by(others);
  for (std::size_t i = first; i < anomaly_count; ++i)
    if ((ruled_out_by({static_cast<Anomaly>(i)}) - out).empty()) found_[i] = {};
}

void FindingLog::keep(AnomalySet kept) {
  for (std::size_t i = 0; i < anomaly_count; ++i)
    if (!kept.contains(static_cast<Anomaly>(i))) found_[i] = {};
}

AnomalySet FindingLog::anomalies() const {
  AnomalySet out;
  for (std::size_t i = 0; i < anomaly_count; ++i)
    if (found_[i].count > 0) out.insert(static_cast<Anomaly>(i));
  return out;
}

std::vector<Finding> FindingLog::findings() const {
  std::vector<Finding> out;
  for (const Finding& finding : found_)
    if (finding.count > 0) out.push_back(finding);
  return out;
}

void add_process_order(const Transactions& transactions, DependencyGraph& graph) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t t = 0; t < transactions.list.size(); ++t)
    if (transactions.list[t].committed()) order.push_back(t);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const Transaction &x = transactions.list[a], &y = transactions.list[b];
    return std::tuple(x.process, x.invoke, a) < std::tuple(y.process, y.invoke, b);
  });
  for (std::size_t i = 1; i < order.size(); ++i)
    if (transactions.list[order[i - 1]].process == transactions.list[order[i]].process)
      graph.add(order[i - 1], order[i], process_order);
}

namespace {

struct Instant {
  std::int64_t at;
  bool completes;
  std::uint32_t transaction;
};

// Invocations and completions in order; at the same instant, invocations come first.
std::vector<Instant> instants(const Transactions& transactions) {
  std::vector<Instant> out;
  for (std::uint32_t t = 0; t < transactions.list.size(); ++t) {
    const Transaction& transaction = transactions.list[t];
    if (transaction.invoke == Operation::unordered || !transaction.possible()) continue;
    out.push_back({transaction.invoke, false, t});
    if (transaction.committed() && transaction.complete != Operation::open)
      out.push_back({transaction.complete, true, t});
  }
  std::sort(out.begin(), out.end(), [](const Instant& a, const Instant& b) {
    return std::tuple(a.at, a.completes, a.transaction) < std::tuple(b.at, b.completes, b.transaction);
  });
  return out;
}

// The transitive reduction: each completion precedes the invocations that come before something invoked
// after it has completed. Gives up, and adds nothing, beyond `most` edges.
bool add_reduced_realtime(const Transactions& transactions, DependencyGraph& graph, std::size_t most) {
  const auto mark = graph.mark();
  std::vector<std::uint32_t> frontier;
  std::vector<std::vector<std::uint32_t>> before(transactions.list.size());
  for (const Instant& instant : instants(transactions)) {
    if (!instant.completes) {
      if (graph.edges() - mark.edges + frontier.size() > most) {
        graph.cut(mark);
        return false;
      }
      for (std::uint32_t earlier : frontier) graph.add(earlier, instant.transaction, realtime_order);
      if (transactions.list[instant.transaction].committed()) before[instant.transaction] = frontier;
      continue;
    }
    auto& implied = before[instant.transaction];
    std::vector<std::uint32_t> left;
    std::set_difference(frontier.begin(), frontier.end(), implied.begin(), implied.end(),
                        std::back_inserter(left));
    left.insert(std::lower_bound(left.begin(), left.end(), instant.transaction), instant.transaction);
    frontier.swap(left);
    implied = {};
  }
  return true;
}

}  // namespace

void add_realtime_order(const Transactions& transactions, DependencyGraph& graph) {
  constexpr std::size_t edges_each = 8;  // with more concurrency than this, nodes of their own are fewer
  if (add_reduced_realtime(transactions, graph, edges_each * transactions.list.size() + 64)) return;
  // One node after each completion; whatever is invoked later follows the last of them.
  std::uint32_t last = no_transaction;
  for (const Instant& instant : instants(transactions)) {
    if (!instant.completes) {
      if (last != no_transaction) graph.add(last, instant.transaction, realtime_order);
      continue;
    }
    const std::uint32_t node = graph.add_node();
    graph.add(instant.transaction, node, realtime_order);
    if (last != no_transaction) graph.add(last, node, realtime_order);
    last = node;
  }
}

std::string why_ordered(const Transactions& transactions, std::uint32_t a, std::uint32_t b, Relation relation,
                        const std::string& a_name, const std::string& b_name) {
  const Transaction &x = transactions.list[a], &y = transactions.list[b];
  if (relation == process_order) {
    const bool before = x.invoke < y.invoke || (x.invoke == y.invoke && a < b);
    if (a == b || x.process != y.process || !x.committed() || !y.committed() || !before) return {};
    return "process " + std::to_string(x.process) + " executed " + a_name + " before " + b_name;
  }
  if (relation != realtime_order || !x.committed() || x.complete == Operation::open) return {};
  if (y.invoke == Operation::unordered || x.complete >= y.invoke) return {};
  return a_name + " completed at " + std::to_string(x.complete) + ", before the invocation of " + b_name +
         " at " + std::to_string(y.invoke);
}

std::string transaction_text(const Transactions& transactions, std::uint32_t transaction) {
  static constexpr const char* names[] = {"r", "w", "append", "insert", "delete", "rp"};
  std::string out = "[";
  for (const MicroOperation& micro : transactions.of(transaction)) {
    if (out.size() > 1) out += ", ";
    out += names[static_cast<std::size_t>(micro.kind)];
    const bool where = micro.kind == MicroKind::read_where;
    out += ' ';
    out += where ? transactions.predicates[micro.key]->to_json() : transactions.key_text(micro.key);
    if (micro.kind == MicroKind::remove) continue;
    out += ' ';
    const bool unanswered = !writes(micro.kind) && !micro.answered;
    if (unanswered)
      out += '?';
    else
      micro.value->append_json(out);
  }
  return out + "]";
}

void find_lost_updates(const Transactions& transactions, FindingLog& log) {
  struct Update {
    std::uint32_t key;
    VersionId version;
    std::size_t length;  // of a list; lists of one last element and length may still differ
    std::uint32_t transaction;
    const sim::Value* read;
  };
  const bool lists = transactions.kind == TransactionKind::list_append;
  std::vector<Update> updates;
  for (std::uint32_t t = 0; t < transactions.list.size(); ++t) {
    if (!transactions.list[t].committed()) continue;
    const auto micros = transactions.of(t);
    for (const MicroOperation& write : micros) {
      if (!writes(write.kind)) continue;
      // What it read first of the key, and whether it wrote the key since.
      const MicroOperation* first = nullptr;
      bool wrote = false;
      for (const MicroOperation* at = micros.begin(); at != &write; ++at) {
        if (at->key != write.key || at->kind == MicroKind::read_where) continue;
        if (first == nullptr && at->kind == MicroKind::read) first = at;
        wrote = wrote || (first != nullptr && writes(at->kind));
      }
      if (first == nullptr || wrote) continue;
      updates.push_back({write.key, first->version, lists ? list_of(*first).size() : 0, t, first->value});
    }
  }
  std::sort(updates.begin(), updates.end(), [](const Update& a, const Update& b) {
    return std::tuple(a.key, a.version, a.length, a.transaction) <
           std::tuple(b.key, b.version, b.length, b.transaction);
  });
  for (std::size_t from = 0, to = 0; from < updates.size(); from = to) {
    const Update& one = updates[from];
    for (to = from + 1; to < updates.size(); ++to) {
      const Update& other = updates[to];
      if (std::tuple(one.key, one.version, one.length) != std::tuple(other.key, other.version, other.length))
        break;
      if (lists && one.length > 0 && *one.read != *other.read) break;
    }
    if (to - from < 2) continue;
    Finding finding;
    finding.anomaly = Anomaly::lost_update;
    finding.transactions = {one.transaction, updates[from + 1].transaction};
    const std::string key = transactions.key_text(one.key);
    finding.summary = std::to_string(to - from) + " transactions read key " + key + " = " +
                      one.read->to_json() +
                      " and then wrote it: all but one of the updates were based on a version that was gone";
    for (std::uint32_t t : finding.transactions)
      finding.reason.push_back({transaction_text(transactions, t) + " read key " + key + " = " +
                                    one.read->to_json() + " and then wrote that key",
                                {t}});
    log.add(std::move(finding));
  }
}

}  // namespace lightcone::reports::checkers
