#include "reports/checkers/transactions/predicate.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <tuple>

namespace lightcone::reports::checkers {

using sim::Value;
using sim::ValueList;

namespace {

// The numbers in a text such as "[:mod 2 0]".
std::vector<std::int64_t> numbers_in(const std::string& text) {
  std::vector<std::int64_t> out;
  for (const char* at = text.data(); at != text.data() + text.size();) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(at, text.data() + text.size(), number);
    if (error == std::errc()) out.push_back(number);
    at = end == at ? at + 1 : end;
  }
  return out;
}

bool holds(const Value& predicate, const Value& value) {
  std::string name;
  std::vector<std::int64_t> numbers;
  const Value* equal_to = nullptr;
  if (const auto* text = predicate.as_text()) {
    name = *text;
    numbers = numbers_in(name);
  } else if (const auto* list = predicate.as_list(); list != nullptr && !list->empty()) {
    if (const auto* first = (*list)[0].as_text()) name = *first;
    for (const Value& item : *list)
      if (const auto* number = item.as_int()) numbers.push_back(*number);
    if (list->size() > 1) equal_to = &(*list)[1];
  } else if (const auto* truth = predicate.as_bool()) {
    return *truth;
  }
  if (name.find("true") != std::string::npos) return true;
  const auto* number = value.as_int();
  if (name.find('=') != std::string::npos) {
    if (equal_to != nullptr) return *equal_to == value;
    return number != nullptr && !numbers.empty() && *number == numbers[0];
  }
  if (name.find("mod") == std::string::npos || numbers.size() < 2 || numbers[0] == 0 || number == nullptr)
    return false;
  return ((*number % numbers[0]) + numbers[0]) % numbers[0] == numbers[1];
}

}  // namespace

PredicateReads::PredicateReads(Transactions& parsed) : Dependencies(parsed) {
  find_orders();
  add_edges(parsed);
  find_misses();
}

// In the order in which the writers completed; each object is expected to change once or twice.
void PredicateReads::find_orders() {
  std::vector<std::uint32_t> by_completion(transactions.list.size());
  std::iota(by_completion.begin(), by_completion.end(), 0);
  std::sort(by_completion.begin(), by_completion.end(), [&](auto a, auto b) {
    return std::tuple(transactions.list[a].complete, a) < std::tuple(transactions.list[b].complete, b);
  });
  orders_.resize(transactions.keys.size());
  for (std::uint32_t t : by_completion) {
    if (!transactions.possible(t)) continue;
    for (const MicroOperation& micro : transactions.of(t)) {
      if (!writes(micro.kind)) continue;
      auto& order = orders_[micro.key];
      const bool universe = t == by_completion.front() && micro.kind == MicroKind::insert;
      if (order.empty() && !universe) order.push_back(initial_version);
      if (std::find(order.begin(), order.end(), micro.version) == order.end()) order.push_back(micro.version);
    }
  }
}

std::uint32_t PredicateReads::writer(VersionId version) const {
  if (version >= initial_version) return no_transaction;
  const std::uint32_t writer = transactions.versions[version].writer;
  return transactions.possible(writer) ? writer : no_transaction;
}

bool PredicateReads::matches(std::uint32_t predicate, VersionId version) const {
  if (version == initial_version) return false;
  const Value& value = *transactions.versions[version].value;
  return value != deleted_value() && holds(*transactions.predicates[predicate], value);
}

// Unborn and deleted objects both read as null; often only one of them is possible.
VersionId PredicateReads::resolved(std::uint32_t key, VersionId version) const {
  if (version != initial_version) return version;
  const auto& order = orders_[key];
  if (order.empty()) return initial_version;
  const bool unborn = order.front() == initial_version;
  const bool dead =
      order.back() != initial_version && *transactions.versions[order.back()].value == deleted_value();
  if (unborn && dead) return no_version;
  return dead ? order.back() : initial_version;
}

std::vector<VersionId> PredicateReads::all_after(std::uint32_t key, VersionId version) const {
  const auto& order = orders_[key];
  if (version == initial_version)
    return {order.begin() + (!order.empty() && order.front() == initial_version ? 1 : 0), order.end()};
  const auto at = std::find(order.begin(), order.end(), version);
  if (at == order.end()) return {};
  return {at + 1, order.end()};
}

VersionId PredicateReads::after(std::uint32_t key, VersionId version) const {
  const auto later = all_after(key, version);
  return later.empty() ? no_version : later.front();
}

std::vector<PredicateReads::Choice> PredicateReads::choices(Transactions& parsed,
                                                            const MicroOperation& read) const {
  std::vector<Choice> out;
  std::vector<bool> found(parsed.keys.size(), false);
  for (const Value& item : list_of(read)) {
    const ValueList* pair = item.as_list();
    if (pair == nullptr || pair->size() != 2) continue;
    for (std::uint32_t key = 0; key < parsed.keys.size(); ++key) {
      if (*parsed.keys[key] != (*pair)[0]) continue;
      found[key] = true;
      const VersionId version = parsed.version_index.find(key, (*pair)[1]);
      if (version != ValueIndex::none) out.push_back({key, version});
    }
  }
  for (std::uint32_t key = 0; key < parsed.keys.size(); ++key) {
    if (found[key] || orders_[key].empty()) continue;
    std::vector<VersionId> candidates;
    for (VersionId version : orders_[key])
      if (!matches(read.key, version)) candidates.push_back(version);
    // Where every version matches one should have been found; then it must have been before any of them.
    if (candidates.empty())
      out.push_back({key, initial_version});
    else if (candidates.size() == 1)
      out.push_back({key, candidates.front()});
  }
  return out;
}

void PredicateReads::add_edges(Transactions& parsed) {
  choices_.resize(parsed.micro.size());
  const auto add = [&](std::uint32_t from, std::uint32_t to, Relation relation) {
    if (from != to && from != no_transaction && to != no_transaction) graph.add(from, to, relation);
  };
  for (std::uint32_t t = 0; t < parsed.list.size(); ++t) {
    if (!parsed.possible(t)) continue;
    for (std::uint32_t at = parsed.list[t].first; at < parsed.list[t].last; ++at) {
      const MicroOperation& micro = parsed.micro[at];
      if (writes(micro.kind)) {
        const auto& order = orders_[micro.key];
        const auto place = std::find(order.begin(), order.end(), micro.version);
        if (place != order.begin() && place != order.end()) add(writer(*(place - 1)), t, ww);
        continue;
      }
      if (!micro.answered) continue;
      if (micro.kind == MicroKind::read) {
        const VersionId version = resolved(micro.key, micro.version);
        if (version == no_version) continue;
        add(writer(version), t, wr);
        add(t, writer(after(micro.key, version)), rw);
        continue;
      }
      choices_[at] = choices(parsed, micro);
      for (const Choice& choice : choices_[at]) {
        add(writer(choice.version), t, wrp);
        for (VersionId later : all_after(choice.key, choice.version))
          if (matches(micro.key, later) != matches(micro.key, choice.version)) add(t, writer(later), rwp);
      }
    }
  }
}

void PredicateReads::find_misses() {
  for (std::uint32_t t = 0; t < transactions.list.size(); ++t) {
    if (!transactions.list[t].committed()) continue;
    for (const MicroOperation& micro : transactions.of(t)) {
      if (micro.kind != MicroKind::read_where) continue;
      for (std::uint32_t key = 0; key < orders_.size(); ++key) {
        const bool all =
            !orders_[key].empty() && std::all_of(orders_[key].begin(), orders_[key].end(),
                                                 [&](VersionId v) { return matches(micro.key, v); });
        const bool seen = std::any_of(list_of(micro).begin(), list_of(micro).end(), [&](const Value& item) {
          const ValueList* pair = item.as_list();
          return pair != nullptr && !pair->empty() && (*pair)[0] == *transactions.keys[key];
        });
        if (!all || seen) continue;
        Finding finding;
        finding.anomaly = Anomaly::predicate_read_miss;
        finding.transactions = {t};
        finding.summary = "a read of " + transactions.predicates[micro.key]->to_json() +
                          " did not find key " + transactions.key_text(key) +
                          ", though every version of it matches";
        finding.reason.push_back({finding.summary, {t}});
        log.add(std::move(finding));
      }
    }
  }
}

std::string PredicateReads::order_text(std::uint32_t key) const {
  std::string out;
  for (VersionId version : orders_[key])
    out += (out.empty() ? "" : ", ") +
           (version == initial_version ? "(unborn)" : transactions.version_text(version));
  return out;
}

std::string PredicateReads::why(std::uint32_t a, std::uint32_t b, Relation relation,
                                const std::string& a_name, const std::string& b_name) const {
  // The edge stands with whoever read, or with the later writer.
  const bool reader_is_a = relation == rw || relation == rwp;
  const std::uint32_t reader = reader_is_a ? a : b;
  const auto text = [&](VersionId version) {
    return version == initial_version ? std::string("(unborn)") : transactions.version_text(version);
  };
  for (std::uint32_t at = transactions.list[reader].first; at < transactions.list[reader].last; ++at) {
    const MicroOperation& micro = transactions.micro[at];
    const std::string predicate =
        micro.kind == MicroKind::read_where ? transactions.predicates[micro.key]->to_json() : std::string();
    if (relation == ww && writes(micro.kind)) {
      const auto& order = orders_[micro.key];
      const auto place = std::find(order.begin(), order.end(), micro.version);
      if (place == order.begin() || place == order.end() || writer(*(place - 1)) != a) continue;
      return a_name + " set key " + transactions.key_text(micro.key) + " to " + text(*(place - 1)) +
             ", which " + b_name + " overwrote with " + text(micro.version);
    }
    if ((relation == wr || relation == rw) && micro.kind == MicroKind::read && micro.answered) {
      const VersionId version = resolved(micro.key, micro.version);
      if (version == no_version) continue;
      const std::string key = transactions.key_text(micro.key);
      if (relation == wr && writer(version) == a)
        return a_name + " wrote " + key + " = " + text(version) + ", which was read by " + b_name;
      const VersionId next = after(micro.key, version);
      if (relation == rw && writer(next) == b)
        return a_name + " read key " + key + " = " + text(version) + ", which was overwritten by " + b_name +
               "'s write of " + text(next);
    }
    if ((relation != wrp && relation != rwp) || micro.kind != MicroKind::read_where) continue;
    for (const Choice& choice : choices_[at]) {
      const std::string key = transactions.key_text(choice.key);
      if (relation == wrp && writer(choice.version) == a)
        return a_name + " set key " + key + " to " + text(choice.version) +
               ", which was in the version set of the read of " + predicate + " by " + b_name +
               " (the versions of that key are " + order_text(choice.key) + ")";
      for (VersionId later : all_after(choice.key, choice.version))
        if (relation == rwp && writer(later) == b &&
            matches(micro.key, later) != matches(micro.key, choice.version))
          return a_name + "'s read of " + predicate + " chose version " + text(choice.version) + " of key " +
                 key + ", and " + b_name + " set it to " + text(later) + ", which changed whether it matches";
    }
  }
  return {};
}

}  // namespace lightcone::reports::checkers
