// A leader's locks: two-phase locking with wound-wait.
#include <algorithm>

#include "models/spanner/shard.hpp"

namespace lightcone::models::spanner {

bool Shard::is_over(const TransactionId& id) const {
  const auto latest = over_.find(id.client);
  return latest != over_.end() && id <= latest->second;
}

// A client does one transaction after another: by asking for the next it says that the last is over.
void Shard::forget_earlier(const TransactionId& id) {
  std::vector<TransactionId> earlier;
  for (auto at = active_.lower_bound({id.client, 0, 0}); at != active_.end() && at->first < id; ++at) {
    if (!at->second.pinned) earlier.push_back(at->first);
  }
  for (const TransactionId& each : earlier) end(each);
}

void Shard::on(const LockAndRead& request, const sim::From& from) {
  if (refuses(from)) return;
  if (is_over(request.id)) return env_.reply(from, Refused{Reason::aborted, env_.self()});
  forget_earlier(request.id);
  Active& active = active_[request.id];
  if (active.pinned) return;  // a late copy
  active.age = request.age;
  active.heard = env_.mono();
  const auto waits = waiting_.find(request.id);
  const sim::MonoTime since = waits == waiting_.end() ? env_.mono() : waits->second.since;
  waiting_.insert_or_assign(request.id, Waiting{request.key, from, since});
  const LockTable::Requested requested = locks_.request(request.key, request.id, request.age, request.mode);
  for (const TransactionId& victim : requested.wounded) wound(victim, request.id);
  if (requested.granted) answer({{request.key, request.id}});
  answer(locks_.take_granted());
}

void Shard::on(const KeepAlive& alive) {
  const auto found = active_.find(alive.id);
  if (found != active_.end()) found->second.heard = env_.mono();
}

void Shard::on(const GiveUp& given_up) {
  const auto found = active_.find(given_up.id);
  if (found != active_.end() && !found->second.pinned) end(given_up.id);
}

void Shard::wound(const TransactionId& id, const TransactionId& by) {
  env_.mark(TransactionWounded{id_, id, by});
  meter_.wounded();
  end(id);
}

// Nothing of it is left here, and nothing of it will be taken any more. Who waited for its locks has them;
// if itself it waited for one, it is told that it need not.
void Shard::end(const TransactionId& id) {
  active_.erase(id);
  TransactionId& latest = over_.try_emplace(id.client, id).first->second;
  latest = std::max(latest, id);
  const auto waits = waiting_.find(id);
  if (waits != waiting_.end()) {
    env_.reply(waits->second.from, Refused{Reason::aborted, env_.self()});
    waiting_.erase(waits);
  }
  answer(locks_.release(id));
}

void Shard::answer(const std::vector<LockTable::Grant>& grants) {
  for (const LockTable::Grant& grant : grants) {
    const auto waits = waiting_.find(grant.id);
    if (waits == waiting_.end() || waits->second.key != grant.key) continue;
    const Waiting waiting = waits->second;
    waiting_.erase(waits);
    meter_.waited_for_lock(env_.mono() - waiting.since);
    env_.reply(waiting.from, Locked{group_.term(), state_.store().read_latest(grant.key)});
  }
}

// Prepared transactions keep their locks across leaders; those of all others are gone, and with them the
// transactions.
void Shard::restore_locks() {
  for (const auto& [id, prepared] : state_.prepared()) {
    Active& active = active_[id];
    active.pinned = true;
    active.heard = env_.mono();
    in_doubt_since_.try_emplace(id, env_.mono());
    for (const std::string& key : prepared.part.reads) locks_.restore(key, id, LockMode::shared);
    for (const Write& write : prepared.part.writes) locks_.restore(write.key, id, LockMode::exclusive);
  }
}

}  // namespace lightcone::models::spanner
