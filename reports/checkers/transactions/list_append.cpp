#include "reports/checkers/transactions/list_append.hpp"

#include <algorithm>

namespace lightcone::reports::checkers {

using sim::Outcome;
using sim::Value;
using sim::ValueList;

ListAppend::ListAppend(Transactions& parsed) : Dependencies(parsed) {
  find_orders(parsed);
  find_read_anomalies();
  find_dirty_updates();
  find_reordered_appends();
  find_lost_updates(transactions, log);
  index_readers();
  add_edges();
}

void ListAppend::report(Anomaly anomaly, std::vector<std::uint32_t> witness, std::string summary) {
  Finding finding;
  finding.anomaly = anomaly;
  finding.transactions = std::move(witness);
  finding.reason.push_back({summary, {finding.transactions.begin(), finding.transactions.end()}});
  finding.summary = std::move(summary);
  log.add(std::move(finding));
}

void ListAppend::find_orders(Transactions& parsed) {
  longest_.assign(parsed.keys.size(), nullptr);
  longest_reader_.assign(parsed.keys.size(), no_transaction);
  orders_.resize(parsed.keys.size());
  std::vector<std::uint32_t> appends(parsed.keys.size(), 0);
  std::vector<VersionId> only(parsed.keys.size(), no_version);
  for (std::uint32_t t = 0; t < parsed.list.size(); ++t) {
    if (!parsed.list[t].possible()) continue;
    for (const MicroOperation& micro : parsed.of(t)) {
      if (micro.kind == MicroKind::append) {
        ++appends[micro.key];
        only[micro.key] = micro.version;
      } else if (micro.answered) {
        const MicroOperation*& held = longest_[micro.key];
        if (held == nullptr || list_of(micro).size() > list_of(*held).size()) {
          held = &micro;
          longest_reader_[micro.key] = t;
        }
      }
    }
  }
  for (std::uint32_t key = 0; key < parsed.keys.size(); ++key) {
    const bool read = longest_[key] != nullptr && !list_of(*longest_[key]).empty();
    if (read)
      for (const Value& element : list_of(*longest_[key]))
        orders_[key].push_back(parsed.version_of(key, element));
    // A key with one append needs no read: its versions are nothing and that.
    else if (appends[key] == 1)
      orders_[key].push_back(only[key]);
  }
  place_.assign(parsed.versions.size(), unread);
  first_aborted_.assign(parsed.keys.size(), SIZE_MAX);
  for (std::uint32_t key = 0; key < parsed.keys.size(); ++key) {
    std::vector<VersionId> once;
    for (VersionId version : orders_[key]) {
      if (place_[version] != unread) continue;
      place_[version] = static_cast<std::uint32_t>(once.size());
      once.push_back(version);
    }
    // Places in the longest read itself, duplicates included, are what prefixes are compared with.
    for (std::size_t i = 0; i < orders_[key].size() && first_aborted_[key] == SIZE_MAX; ++i) {
      const std::uint32_t writer = parsed.versions[orders_[key][i]].writer;
      if (writer != no_transaction && !parsed.possible(writer)) first_aborted_[key] = i;
    }
    orders_[key] = std::move(once);
  }
}

void ListAppend::find_read_anomalies() {
  for (std::uint32_t t = 0; t < transactions.list.size(); ++t) {
    if (!transactions.list[t].committed()) continue;
    find_internal(t);
    find_future_reads(t);
    for (const MicroOperation& micro : transactions.of(t))
      if (micro.kind == MicroKind::read && !list_of(micro).empty()) find_element_anomalies(t, micro);
  }
}

void ListAppend::find_element_anomalies(std::uint32_t t, const MicroOperation& read) {
  const ValueList& list = list_of(read);
  const ValueList& longest = list_of(*longest_[read.key]);
  const std::string key = transactions.key_text(read.key);
  const bool prefix = std::equal(list.begin(), list.end(), longest.begin());
  std::vector<VersionId> elements;  // only where they are not those of the longest read
  if (!prefix) {
    const std::uint32_t other = longest_reader_[read.key];
    if (log.wants(Anomaly::incompatible_order, t == other ? 1 : 2)) {
      std::vector<std::uint32_t> both = {std::min(t, other), std::max(t, other)};
      if (t == other) both.pop_back();
      report(Anomaly::incompatible_order, both,
             "key " + key + " was read as " + read.value->to_json() + " and as " + Value(longest).to_json() +
                 ": no order of appends gives both");
    } else {
      log.count(Anomaly::incompatible_order);
    }
  }
  if (!prefix || list.size() > first_aborted_[read.key])
    for (const Value& element : list) elements.push_back(transactions.version_index.find(read.key, element));
  for (VersionId version : elements) {
    if (version == no_version) continue;
    const std::uint32_t writer = transactions.versions[version].writer;
    if (writer == no_transaction || transactions.possible(writer)) continue;
    report(Anomaly::g1a, {t, writer},
           "key " + key + " was read as " + read.value->to_json() + ", but the transaction that appended " +
               transactions.version_text(version) + " was aborted");
  }
  // Elements of the longest read are in the order without duplicates, if it holds none.
  const bool all_once = prefix && orders_[read.key].size() == longest.size();
  if (!all_once) {
    std::vector<const Value*> sorted;
    for (const Value& element : list) sorted.push_back(&element);
    std::sort(sorted.begin(), sorted.end(), [](const Value* a, const Value* b) { return *a < *b; });
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end(),
                                          [](const Value* a, const Value* b) { return *a == *b; });
    if (twice != sorted.end())
      report(Anomaly::duplicate_elements, {t},
             "key " + key + " was read as " + read.value->to_json() + ", with " + (*twice)->to_json() +
                 " twice");
  }
  const Version& last = transactions.versions[read.version];
  if (last.intermediate && last.writer != t && last.writer != no_transaction) {
    if (log.wants(Anomaly::g1b, 2))
      report(Anomaly::g1b, {t, last.writer},
             "key " + key + " was read up to " + last.value->to_json() +
                 ", after which the same transaction appended more: an intermediate version");
    else
      log.count(Anomaly::g1b);
  }
}

// What a transaction must see of a key: all of it, or only its end.
void ListAppend::find_internal(std::uint32_t t) {
  const auto micros = transactions.of(t);
  for (const MicroOperation* read = micros.begin(); read != micros.end(); ++read) {
    if (read->kind != MicroKind::read) continue;
    const MicroOperation* known = nullptr;  // the last read before
    std::vector<const Value*> own;          // appended since
    for (const MicroOperation* at = micros.begin(); at != read; ++at) {
      if (at->key != read->key) continue;
      if (at->kind == MicroKind::read) {
        known = at;
        own.clear();
      } else {
        own.push_back(at->value);
      }
    }
    if (known == nullptr && own.empty()) continue;
    const ValueList& list = list_of(*read);
    const std::size_t known_size = known == nullptr ? 0 : list_of(*known).size();
    bool fits = known == nullptr ? list.size() >= own.size() : list.size() == known_size + own.size();
    if (fits && known != nullptr)
      fits = std::equal(list_of(*known).begin(), list_of(*known).end(), list.begin());
    const std::size_t from = list.size() - (fits ? own.size() : 0);
    for (std::size_t i = 0; fits && i < own.size(); ++i) fits = list[from + i] == *own[i];
    if (fits) continue;
    std::string expected = known == nullptr ? "[…" : known->value->to_json();
    for (const Value* element : own) expected += ", " + element->to_json();
    report(Anomaly::internal, {t},
           "a transaction read key " + transactions.key_text(read->key) + " as " + read->value->to_json() +
               " where its own reads and appends before make it " +
               (known == nullptr ? expected + "]" : expected + (own.empty() ? "" : " appended")));
    return;
  }
}

void ListAppend::find_future_reads(std::uint32_t t) {
  const auto micros = transactions.of(t);
  for (const MicroOperation* append = micros.begin(); append != micros.end(); ++append) {
    if (append->kind != MicroKind::append) continue;
    for (const MicroOperation* read = micros.begin(); read != append; ++read) {
      if (read->kind != MicroKind::read || read->key != append->key) continue;
      const ValueList& list = list_of(*read);
      if (std::find(list.begin(), list.end(), *append->value) == list.end()) continue;
      report(Anomaly::future_read, {t},
             "a transaction read key " + transactions.key_text(read->key) + " as " + read->value->to_json() +
                 " before it appended " + append->value->to_json());
      return;
    }
  }
}

// A committed version on top of an aborted one (Elle 4.2).
void ListAppend::find_dirty_updates() {
  for (std::uint32_t key = 0; key < orders_.size(); ++key) {
    VersionId aborted = no_version;
    for (VersionId version : orders_[key]) {
      const std::uint32_t writer = transactions.versions[version].writer;
      if (writer == no_transaction || transactions.list[writer].outcome == Outcome::info) continue;
      if (!transactions.possible(writer)) {
        if (aborted == no_version) aborted = version;
        continue;
      }
      if (aborted != no_version)
        report(Anomaly::dirty_update, {transactions.versions[aborted].writer, writer},
               "key " + transactions.key_text(key) + ": a committed transaction appended " +
                   transactions.version_text(version) + " after " + transactions.version_text(aborted) +
                   " of an aborted one");
      aborted = no_version;
    }
  }
}

// The elements of one transaction stand in a list in the order in which it appended them, or else one version
// of the key comes both before and after another. Elle draws no edge from a transaction to itself and does
// not look.
void ListAppend::find_reordered_appends() {
  for (std::uint32_t t = 0; t < transactions.list.size(); ++t) {
    if (!transactions.possible(t)) continue;
    const auto micros = transactions.of(t);
    for (const MicroOperation* later = micros.begin(); later != micros.end(); ++later) {
      if (later->kind != MicroKind::append || place_[later->version] == unread) continue;
      for (const MicroOperation* earlier = micros.begin(); earlier != later; ++earlier) {
        if (earlier->kind != MicroKind::append || earlier->key != later->key) continue;
        const bool both = place_[earlier->version] != unread &&
                          transactions.versions[earlier->version].writer == t &&
                          transactions.versions[later->version].writer == t;
        if (!both || place_[earlier->version] < place_[later->version]) continue;
        report(Anomaly::cyclic_versions, {t},
               "a transaction appended " + earlier->value->to_json() + " and then " +
                   later->value->to_json() + " to key " + transactions.key_text(later->key) +
                   ", where they were read the other way round");
      }
    }
  }
}

void ListAppend::index_readers() {
  readers_.resize(transactions.versions.size());
  initial_readers_.resize(transactions.keys.size());
  for (std::uint32_t t = 0; t < transactions.list.size(); ++t) {
    for (const MicroOperation& micro : transactions.of(t)) {
      if (micro.kind != MicroKind::read || !micro.answered) continue;
      auto& readers =
          micro.version == initial_version ? initial_readers_[micro.key] : readers_[micro.version];
      if (readers.empty() || readers.back() != t) readers.push_back(t);
    }
  }
}

VersionId ListAppend::before(VersionId version) const {
  const std::vector<VersionId>& known = orders_[transactions.versions[version].key];
  if (place_[version] == unread) return known.empty() ? initial_version : known.back();
  return place_[version] == 0 ? initial_version : known[place_[version] - 1];
}

void ListAppend::add_edges() {
  std::vector<std::vector<std::uint32_t>> unread_writers(transactions.keys.size());
  for (std::uint32_t t = 0; t < transactions.list.size(); ++t) {
    if (!transactions.possible(t)) continue;
    for (const MicroOperation& micro : transactions.of(t)) {
      if (micro.kind == MicroKind::read) {
        if (!micro.answered || micro.version == initial_version) continue;
        const std::uint32_t writer = transactions.versions[micro.version].writer;
        if (writer != t && transactions.possible(writer)) graph.add(writer, t, wr);
        continue;
      }
      const VersionId previous = before(micro.version);
      if (previous != initial_version) {
        const std::uint32_t writer = transactions.versions[previous].writer;
        if (writer != t && transactions.possible(writer)) graph.add(writer, t, ww);
      }
      if (place_[micro.version] == unread) {
        auto& writers = unread_writers[micro.key];
        if (writers.empty() || writers.back() != t) writers.push_back(t);
        continue;
      }
      const auto& readers = previous == initial_version ? initial_readers_[micro.key] : readers_[previous];
      for (std::uint32_t reader : readers)
        if (reader != t) graph.add(reader, t, rw);
    }
  }
  for (std::uint32_t key = 0; key < unread_writers.size(); ++key) {
    const auto& known = orders_[key];
    graph.add_all(known.empty() ? initial_readers_[key] : readers_[known.back()], unread_writers[key], rw);
  }
}

std::string ListAppend::why(std::uint32_t a, std::uint32_t b, Relation relation, const std::string& a_name,
                            const std::string& b_name) const {
  for (const MicroOperation& micro : transactions.of(b)) {
    if (relation == wr) {
      if (micro.kind != MicroKind::read || !micro.answered || micro.version == initial_version) continue;
      if (transactions.versions[micro.version].writer == a)
        return b_name + " observed " + a_name + "'s append of " + transactions.version_text(micro.version) +
               " to key " + transactions.key_text(micro.key);
      continue;
    }
    if (micro.kind != MicroKind::append) continue;
    const VersionId previous = before(micro.version);
    const std::string element = transactions.version_text(micro.version),
                      key = transactions.key_text(micro.key);
    if (relation == ww && previous != initial_version && transactions.versions[previous].writer == a)
      return b_name + " appended " + element + " after " + a_name + " appended " +
             transactions.version_text(previous) + " to key " + key;
    if (relation != rw) continue;
    for (const MicroOperation& read : transactions.of(a)) {
      if (read.kind != MicroKind::read || !read.answered || read.key != micro.key) continue;
      if (read.version != previous) continue;
      if (previous == initial_version)
        return a_name + " observed the initial (null) state of key " + key + ", which " + b_name +
               " created by appending " + element;
      return a_name + " did not observe " + b_name + "'s append of " + element + " to key " + key;
    }
  }
  return {};
}

}  // namespace lightcone::reports::checkers
