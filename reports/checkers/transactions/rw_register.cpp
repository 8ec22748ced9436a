#include "reports/checkers/transactions/rw_register.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace lightcone::reports::checkers {

using sim::Operation;

namespace {

void append_once(std::vector<std::uint32_t>& list, std::uint32_t transaction) {
  if (list.empty() || list.back() != transaction) list.push_back(transaction);
}

}  // namespace

RwRegister::RwRegister(const Transactions& parsed, const RegisterAssumptions& assumptions)
    : Dependencies(parsed) {
  find_read_anomalies();
  find_lost_updates(transactions, log);
  find_externals();
  if (assumptions.writes_follow_reads) add_orders(from_reads_before_writes());
  if (assumptions.sequential_keys) add_orders(from_sessions());
  if (assumptions.linearizable_keys) add_orders(from_real_time());
  add_edges();
}

void RwRegister::find_read_anomalies() {
  for (std::uint32_t t = 0; t < transactions.list.size(); ++t) {
    if (!transactions.list[t].committed()) continue;
    find_internal(t);
    for (const MicroOperation& micro : transactions.of(t)) {
      if (micro.kind != MicroKind::read || micro.version == initial_version) continue;
      const Version& version = transactions.versions[micro.version];
      if (version.writer == no_transaction || version.writer == t) continue;
      const bool aborted = !transactions.possible(version.writer);
      if (!aborted && !version.intermediate) continue;
      Finding finding;
      finding.anomaly = aborted ? Anomaly::g1a : Anomaly::g1b;
      finding.transactions = {t, version.writer};
      finding.summary = "key " + transactions.key_text(micro.key) + " was read as " +
                        version.value->to_json() +
                        (aborted ? ", which an aborted transaction wrote"
                                 : ", which its writer overwrote before it committed");
      finding.reason.push_back({finding.summary, {t, version.writer}});
      log.add(std::move(finding));
    }
  }
}

void RwRegister::find_internal(std::uint32_t t) {
  const auto micros = transactions.of(t);
  for (const MicroOperation* read = micros.begin(); read != micros.end(); ++read) {
    if (read->kind != MicroKind::read) continue;
    const MicroOperation* last = nullptr;
    for (const MicroOperation* at = micros.begin(); at != read; ++at)
      if (at->key == read->key) last = at;
    const bool differs = last != nullptr && last->version != read->version;
    // A version of its own that it has yet to write.
    const bool future = read->version < initial_version && transactions.versions[read->version].writer == t &&
                        transactions.versions[read->version].micro >
                            static_cast<std::uint32_t>(read - transactions.micro.data());
    if (!differs && !future) continue;
    Finding finding;
    finding.anomaly = differs ? Anomaly::internal : Anomaly::future_read;
    finding.transactions = {t};
    finding.summary = "a transaction read key " + transactions.key_text(read->key) + " as " +
                      read->value->to_json() +
                      (differs ? " where its own operation before makes it " + last->value->to_json()
                               : " before it wrote that");
    finding.reason.push_back({finding.summary, {t}});
    log.add(std::move(finding));
    if (differs) return;
  }
}

void RwRegister::find_externals() {
  readers_.resize(transactions.versions.size());
  initial_readers_.resize(transactions.keys.size());
  writers_.resize(transactions.keys.size());
  first_external_.push_back(0);
  for (std::uint32_t t = 0; t < transactions.list.size(); ++t) {
    const auto begin = static_cast<std::ptrdiff_t>(externals_.size());
    for (const MicroOperation& micro : transactions.of(t)) {
      auto found = std::find_if(externals_.begin() + begin, externals_.end(),
                                [&](const External& external) { return external.key == micro.key; });
      const bool first = found == externals_.end();
      if (first) found = externals_.insert(found, External{micro.key, no_version, no_version});
      if (writes(micro.kind))
        found->write = micro.version;
      else if (first && micro.answered)
        found->read = micro.version;
    }
    first_external_.push_back(static_cast<std::uint32_t>(externals_.size()));
    if (!transactions.list[t].possible()) continue;
    for (auto at = externals_.begin() + begin; at != externals_.end(); ++at) {
      if (at->read == initial_version)
        append_once(initial_readers_[at->key], t);
      else if (at->read != no_version)
        append_once(readers_[at->read], t);
      if (at->write != no_version && committed_writer(at->write) == t) append_once(writers_[at->key], t);
    }
  }
}

std::uint32_t RwRegister::committed_writer(VersionId version) const {
  if (version == initial_version) return no_transaction;
  const std::uint32_t writer = transactions.versions[version].writer;
  return transactions.possible(writer) && transactions.list[writer].committed() ? writer : no_transaction;
}

const External* RwRegister::external(std::uint32_t t, std::uint32_t key) const {
  for (std::uint32_t i = first_external_[t]; i < first_external_[t + 1]; ++i)
    if (externals_[i].key == key) return &externals_[i];
  return nullptr;
}

std::vector<RwRegister::Order> RwRegister::from_reads_before_writes() const {
  std::vector<Order> out;
  for (std::uint32_t t = 0; t < transactions.list.size(); ++t) {
    if (!transactions.list[t].committed()) continue;
    for (std::uint32_t i = first_external_[t]; i < first_external_[t + 1]; ++i) {
      const External& external = externals_[i];
      if (external.read < initial_version && external.write != no_version)
        out.push_back({external.key, external.read, external.write, Source::writes_follow_reads});
    }
  }
  return out;
}

// By key. Of a transaction of unknown outcome only the writes are known.
std::vector<RwRegister::Touch> RwRegister::touches(bool unknown_too) const {
  std::vector<Touch> out;
  for (std::uint32_t t = 0; t < transactions.list.size(); ++t) {
    const Transaction& transaction = transactions.list[t];
    if (!transaction.possible() || (!transaction.committed() && !unknown_too)) continue;
    for (std::uint32_t i = first_external_[t]; i < first_external_[t + 1]; ++i) {
      const External& external = externals_[i];
      if (!transaction.committed() && external.write == no_version) continue;
      const bool wrote = external.write != no_version;
      const bool read = external.read < initial_version;
      if (!wrote && external.read == no_version) continue;
      out.push_back({external.key, t, read || !wrote ? external.read : external.write,
                     wrote ? external.write : external.read});
    }
  }
  std::sort(out.begin(), out.end(), [](const Touch& a, const Touch& b) {
    return std::tuple(a.key, a.transaction) < std::tuple(b.key, b.transaction);
  });
  return out;
}

std::vector<RwRegister::Order> RwRegister::from_sessions() const {
  std::vector<Touch> all = touches(false);
  std::sort(all.begin(), all.end(), [&](const Touch& a, const Touch& b) {
    const Transaction &x = transactions.list[a.transaction], &y = transactions.list[b.transaction];
    return std::tuple(a.key, x.process, x.invoke, a.transaction) <
           std::tuple(b.key, y.process, y.invoke, b.transaction);
  });
  std::vector<Order> out;
  for (std::size_t i = 1; i < all.size(); ++i) {
    const Touch &a = all[i - 1], &b = all[i];
    if (a.key != b.key || a.last == b.first) continue;
    if (transactions.list[a.transaction].process != transactions.list[b.transaction].process) continue;
    out.push_back({a.key, a.last, b.first, Source::sequential_keys});
  }
  return out;
}

// Along the transitive reduction of real time among the transactions that touch a key.
std::vector<RwRegister::Order> RwRegister::from_real_time() const {
  struct Instant {
    std::int64_t at;
    bool completes;
    std::uint32_t touch;
  };
  const std::vector<Touch> all = touches(true);
  std::vector<Order> out;
  for (std::size_t from = 0, to = 0; from < all.size(); from = to) {
    std::vector<Instant> instants;
    for (; to < all.size() && all[to].key == all[from].key; ++to) {
      const Transaction& transaction = transactions.list[all[to].transaction];
      if (transaction.invoke == Operation::unordered) continue;
      const auto touch = static_cast<std::uint32_t>(to - from);
      instants.push_back({transaction.invoke, false, touch});
      if (transaction.committed()) instants.push_back({transaction.complete, true, touch});
    }
    std::sort(instants.begin(), instants.end(), [](const Instant& a, const Instant& b) {
      return std::tuple(a.at, a.completes, a.touch) < std::tuple(b.at, b.completes, b.touch);
    });
    std::vector<std::vector<std::uint32_t>> before(to - from);
    std::vector<std::uint32_t> frontier;
    for (const Instant& instant : instants) {
      const Touch& b = all[from + instant.touch];
      if (!instant.completes) {
        before[instant.touch] = frontier;
        for (std::uint32_t earlier : frontier) {
          const Touch& a = all[from + earlier];
          if (a.last != b.first) out.push_back({a.key, a.last, b.first, Source::linearizable_keys});
        }
        continue;
      }
      std::vector<std::uint32_t> left;
      const auto& implied = before[instant.touch];
      std::set_difference(frontier.begin(), frontier.end(), implied.begin(), implied.end(),
                          std::back_inserter(left));
      left.insert(std::lower_bound(left.begin(), left.end(), instant.touch), instant.touch);
      frontier.swap(left);
      before[instant.touch].clear();
    }
  }
  return out;
}

// Orders that contradict those known so far are not used: the assumption does not hold of this history.
void RwRegister::add_orders(std::vector<Order> more) {
  std::vector<Order> all = orders_;
  all.insert(all.end(), more.begin(), more.end());
  std::sort(all.begin(), all.end(), [](const Order& a, const Order& b) {
    return std::tuple(a.key, a.from, a.to, a.source) < std::tuple(b.key, b.from, b.to, b.source);
  });
  all.erase(std::unique(all.begin(), all.end(),
                        [](const Order& a, const Order& b) {
                          return std::tuple(a.key, a.from, a.to) == std::tuple(b.key, b.from, b.to);
                        }),
            all.end());
  if (!report_cycles(all)) orders_ = std::move(all);
}

bool RwRegister::report_cycles(const std::vector<Order>& orders) {
  // Versions as nodes, and a null a key; every other version comes after null.
  const auto versions = static_cast<std::uint32_t>(transactions.versions.size());
  DependencyGraph between(versions + static_cast<std::uint32_t>(transactions.keys.size()));
  const auto node = [&](std::uint32_t key, VersionId version) {
    return version == initial_version ? versions + key : version;
  };
  for (std::uint32_t version = 0; version < versions; ++version)
    between.add(versions + transactions.versions[version].key, version, ww);
  for (const Order& order : orders) between.add(node(order.key, order.from), node(order.key, order.to), ww);
  between.freeze();
  const auto cycles = components(between, ww);
  for (const auto& cycle : cycles) {
    std::string values;
    std::vector<std::uint32_t> involved;
    for (std::uint32_t at : cycle) {
      values +=
          (values.empty() ? "" : ", ") + transactions.version_text(at < versions ? at : initial_version);
      const std::uint32_t writer = at < versions ? transactions.versions[at].writer : no_transaction;
      if (writer != no_transaction) involved.push_back(writer);
      if (at < versions) involved.insert(involved.end(), readers_[at].begin(), readers_[at].end());
    }
    std::sort(involved.begin(), involved.end());
    involved.erase(std::unique(involved.begin(), involved.end()), involved.end());
    const std::uint32_t key =
        cycle.front() < versions ? transactions.versions[cycle.front()].key : cycle.front() - versions;
    static constexpr const char* sources[] = {"writes follow reads", "sessions", "real time"};
    Finding finding;
    finding.anomaly = Anomaly::cyclic_versions;
    finding.summary =
        "the versions " + values + " of key " + transactions.key_text(key) +
        " each come before the others, if " +
        sources[static_cast<std::size_t>(orders.empty() ? Source::linearizable_keys : orders.back().source)] +
        " may be trusted";
    finding.transactions = involved;
    finding.reason.push_back({finding.summary, {involved.begin(), involved.end()}});
    log.add(std::move(finding));
  }
  return !cycles.empty();
}

void RwRegister::add_edges() {
  for (VersionId version = 0; version < readers_.size(); ++version) {
    const std::uint32_t writer = transactions.versions[version].writer;
    if (!transactions.possible(writer) || transactions.versions[version].intermediate) continue;
    for (std::uint32_t reader : readers_[version])
      if (reader != writer) graph.add(writer, reader, wr);
  }
  for (std::uint32_t key = 0; key < initial_readers_.size(); ++key)
    graph.add_all(initial_readers_[key], writers_[key], rw);
  for (const Order& order : orders_) {
    const std::uint32_t next = committed_writer(order.to);
    if (next == no_transaction || transactions.versions[order.to].intermediate) continue;
    if (order.from == initial_version) continue;  // done above
    const std::uint32_t writer = committed_writer(order.from);
    if (writer != no_transaction && writer != next && !transactions.versions[order.from].intermediate)
      graph.add(writer, next, ww);
    for (std::uint32_t reader : readers_[order.from])
      if (reader != next) graph.add(reader, next, rw);
  }
}

const RwRegister::Order* RwRegister::order(std::uint32_t key, VersionId from, VersionId to) const {
  const auto found = std::lower_bound(orders_.begin(), orders_.end(), std::tuple(key, from, to),
                                      [](const Order& order, const auto& wanted) {
                                        return std::tuple(order.key, order.from, order.to) < wanted;
                                      });
  if (found == orders_.end() || std::tuple(found->key, found->from, found->to) != std::tuple(key, from, to))
    return nullptr;
  return &*found;
}

std::string RwRegister::why(std::uint32_t a, std::uint32_t b, Relation relation, const std::string& a_name,
                            const std::string& b_name) const {
  static constexpr const char* sources[] = {" (a transaction read the one and then wrote the other)",
                                            " (by the order of a session)", " (by real time)"};
  for (std::uint32_t i = first_external_[a]; i < first_external_[a + 1]; ++i) {
    const External& of_a = externals_[i];
    const External* of_b = external(b, of_a.key);
    if (of_b == nullptr) continue;
    const std::string key = transactions.key_text(of_a.key);
    if (relation == wr && of_a.write != no_version && of_a.write == of_b->read)
      return a_name + " wrote " + key + " = " + transactions.version_text(of_a.write) +
             ", which was read by " + b_name;
    const VersionId from = relation == ww ? of_a.write : of_a.read;
    if (relation == wr || from == no_version || of_b->write == no_version) continue;
    const Order* known = order(of_a.key, from, of_b->write);
    if (known == nullptr && from != initial_version) continue;
    return a_name + (relation == ww ? " set key " : " read key ") + key + (relation == ww ? " to " : " = ") +
           transactions.version_text(from) + ", and " + b_name + " set it to " +
           transactions.version_text(of_b->write) + ", which came later in the version order" +
           (known == nullptr ? "" : sources[static_cast<std::size_t>(known->source)]);
  }
  return {};
}

}  // namespace lightcone::reports::checkers
