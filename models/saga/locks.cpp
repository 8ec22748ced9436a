#include "models/saga/locks.hpp"

#include <algorithm>
#include <utility>

namespace lightcone::models::saga {

bool Locks::conflicts(const Request& one, const Request& other) const {
  return std::any_of(one.wanted.begin(), one.wanted.end(), [&](const Wanted& a) {
    return std::any_of(other.wanted.begin(), other.wanted.end(), [&](const Wanted& b) {
      return a.key == b.key && (a.mode == Mode::exclusive || b.mode == Mode::exclusive);
    });
  });
}

bool Locks::is_free(const Request& request) const {
  return std::none_of(holders_.begin(), holders_.end(),
                      [&](const auto& holder) { return conflicts(request, holder.second); });
}

Locks::Answer Locks::acquire(TxnId txn, Age age, std::vector<Wanted> wanted) {
  Request request{txn, age, std::move(wanted)};
  bool has_to_wait = false;
  for (const auto& [holder, held] : holders_) {
    if (!conflicts(request, held)) continue;
    if (std::pair(held.age, holder) < std::pair(age, txn)) return Answer::dies;
    has_to_wait = true;
  }
  if (has_to_wait) {
    waiters_.emplace(std::pair(age, txn), std::move(request));
    return Answer::waits;
  }
  take_back(txn, age, std::move(request.wanted));
  return Answer::granted;
}

void Locks::take_back(TxnId txn, Age age, std::vector<Wanted> wanted) {
  for (const Wanted& each : wanted) {
    if (each.mode == Mode::exclusive) ++exclusive_[each.key];
  }
  holders_.insert_or_assign(txn, Request{txn, age, std::move(wanted)});
}

std::vector<TxnId> Locks::release(TxnId txn) {
  std::erase_if(waiters_, [&](const auto& waiter) { return waiter.first.second == txn; });
  const auto held = holders_.find(txn);
  if (held == holders_.end()) return {};
  for (const Wanted& each : held->second.wanted) {
    if (each.mode != Mode::exclusive) continue;
    const auto count = exclusive_.find(each.key);
    if (--count->second == 0) exclusive_.erase(count);
  }
  holders_.erase(held);
  std::vector<TxnId> granted;
  for (auto waiter = waiters_.begin(); waiter != waiters_.end();) {
    if (!is_free(waiter->second)) {
      ++waiter;
      continue;
    }
    Request request = std::move(waiter->second);
    waiter = waiters_.erase(waiter);
    granted.push_back(request.txn);
    take_back(request.txn, request.age, std::move(request.wanted));
  }
  return granted;
}

bool Locks::is_readable(const std::string& key) const { return !exclusive_.contains(key); }

}  // namespace lightcone::models::saga
