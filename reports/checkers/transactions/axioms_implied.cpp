// What must be so in every order of writes: who wrote a key before whom, and who read it before it was
// written; and when transactions were invoked and completed.
#include <algorithm>
#include <tuple>

#include "reports/checkers/transactions/axioms.hpp"

namespace lightcone::reports::checkers {

using sim::Operation;

namespace {
constexpr std::uint32_t none = UINT32_MAX;
}

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

std::vector<Axioms::Instant> Axioms::instants(const Kept& kept) const {
  std::vector<Instant> instants;
  for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
    const std::uint32_t t = nodes_[node].transaction;
    if (!kept[node] || t == no_transaction) continue;
    const Transaction& transaction = transactions_.list[t];
    if (transaction.invoke == Operation::unordered) continue;
    instants.push_back({transaction.invoke, false, node});
    if (transaction.committed() && transaction.complete != Operation::open)
      instants.push_back({transaction.complete, true, node});
  }
  std::sort(instants.begin(), instants.end());
  return instants;
}

}  // namespace lightcone::reports::checkers
