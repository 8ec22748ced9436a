#include "models/spanner/lock_table.hpp"

#include <algorithm>

namespace lightcone::models::spanner {

bool LockTable::is_free(const Lock& lock, const TransactionId& id, LockMode mode) const {
  return std::all_of(lock.holders.begin(), lock.holders.end(), [&](const auto& holder) {
    return holder.first == id || !conflict(holder.second, mode);
  });
}

void LockTable::enqueue(Lock& lock, const Waiter& waiter) const {
  auto place = lock.waiters.end();
  if (deadlocks_ == Deadlocks::wound_wait) {
    place = std::find_if(lock.waiters.begin(), lock.waiters.end(),
                         [&](const Waiter& other) { return waiter.age < other.age; });
  }
  lock.waiters.insert(place, waiter);
}

// In the order of the queue, as far as it goes: nobody overtakes who waits before it.
void LockTable::grant_waiting(const std::string& key, Lock& lock, std::vector<Grant>& granted) {
  while (!lock.waiters.empty()) {
    const Waiter next = lock.waiters.front();
    if (!is_free(lock, next.id, next.mode)) return;
    lock.waiters.erase(lock.waiters.begin());
    lock.holders[next.id] = next.mode;
    granted.push_back({key, next.id});
  }
}

LockTable::Requested LockTable::request(const std::string& key, const TransactionId& id, const Age& age,
                                        LockMode mode) {
  Lock& lock = locks_[key];
  const auto held = lock.holders.find(id);
  if (held != lock.holders.end() && (held->second == mode || held->second == LockMode::exclusive))
    return {true};
  ages_[id] = age;
  keys_of_[id].insert(key);
  const bool waits_already = std::any_of(lock.waiters.begin(), lock.waiters.end(),
                                         [&](const Waiter& waiter) { return waiter.id == id; });
  if (!waits_already) enqueue(lock, {id, age, mode});
  Requested requested;
  if (deadlocks_ == Deadlocks::wound_wait) {
    for (const auto& [holder, its_mode] : lock.holders) {
      const bool younger = ages_.contains(holder) && age < ages_.at(holder);
      if (holder != id && conflict(its_mode, mode) && younger && !pinned_.contains(holder))
        requested.wounded.push_back(holder);
    }
    for (const TransactionId& victim : requested.wounded) remove(victim, granted_);
  }
  std::vector<Grant> now;
  grant_waiting(key, locks_[key], now);
  for (const Grant& grant : now) {
    if (grant.id != id) granted_.push_back(grant);
  }
  std::erase_if(granted_, [&](const Grant& grant) { return grant.id == id && grant.key == key; });
  requested.granted = holds(key, id, mode);
  return requested;
}

void LockTable::remove(const TransactionId& id, std::vector<Grant>& granted) {
  pinned_.erase(id);
  ages_.erase(id);
  const auto found = keys_of_.find(id);
  if (found == keys_of_.end()) return;
  const std::set<std::string> keys = std::move(found->second);
  keys_of_.erase(found);
  for (const std::string& key : keys) {
    Lock& lock = locks_[key];
    lock.holders.erase(id);
    std::erase_if(lock.waiters, [&](const Waiter& waiter) { return waiter.id == id; });
    grant_waiting(key, lock, granted);
    if (lock.holders.empty() && lock.waiters.empty()) locks_.erase(key);
  }
}

std::vector<LockTable::Grant> LockTable::release(const TransactionId& id) {
  std::vector<Grant> granted;
  remove(id, granted);
  return granted;
}

std::vector<LockTable::Grant> LockTable::take_granted() { return std::exchange(granted_, {}); }

void LockTable::restore(const std::string& key, const TransactionId& id, LockMode mode) {
  LockMode& held = locks_[key].holders[id];
  held = std::max(held, mode);
  keys_of_[id].insert(key);
  pinned_.insert(id);
}

bool LockTable::holds(std::string_view key, const TransactionId& id, LockMode mode) const {
  const auto lock = locks_.find(key);
  if (lock == locks_.end()) return false;
  const auto held = lock->second.holders.find(id);
  return held != lock->second.holders.end() && (held->second == mode || held->second == LockMode::exclusive);
}

bool LockTable::is_waiting(const TransactionId& id) const {
  const auto keys = keys_of_.find(id);
  if (keys == keys_of_.end()) return false;
  return std::any_of(keys->second.begin(), keys->second.end(), [&](const std::string& key) {
    const Lock& lock = locks_.at(key);
    return std::any_of(lock.waiters.begin(), lock.waiters.end(),
                       [&](const Waiter& waiter) { return waiter.id == id; });
  });
}

std::size_t LockTable::waiting() const {
  std::size_t count = 0;
  for (const auto& [key, lock] : locks_) count += lock.waiters.size();
  return count;
}

}  // namespace lightcone::models::spanner
