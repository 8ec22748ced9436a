#include "models/lock/table.hpp"

#include <algorithm>
#include <utility>

namespace lightcone::models::lock {

void LockTable::restore(const sim::Payload& snapshot) {
  state_ = snapshot ? snapshot.get<State>() : State{};
  changes_.clear();
}

void LockTable::note(Change change) {
  changes_.push_back(std::move(change));
  ++state_.changes;
}

std::uint64_t LockTable::revision(const std::string& lock) const {
  const auto found = state_.locks.find(lock);
  return found == state_.locks.end() ? 0 : found->second.revision;
}

// A leader change gives every session its whole time again (Burrows, OSDI 2006, 2.9: the grace period): the
// new leader cannot know what its predecessor heard, and while there was no leader nobody could be heard.
void LockTable::observe(sim::Duration now, std::uint64_t term) {
  state_.time = std::max(state_.time, now);
  if (term == state_.term) return;
  state_.term = term;
  for (auto& [session, lease] : state_.sessions) lease.renewed_at = std::max(lease.renewed_at, state_.time);
  if (!safe_.fences_are_replicated) state_.last_fence = 0;
}

// Not the stamp alone: a new leader stamps before it has applied what its predecessor stamped.
sim::Duration LockTable::renewal_of(const Command& command) const {
  return safe_.expiry_by_log ? state_.time : command.at;
}

bool LockTable::has_expired_sessions(sim::Duration now) const {
  return std::any_of(state_.sessions.begin(), state_.sessions.end(),
                     [now](const auto& entry) { return entry.second.renewed_at + entry.second.ttl <= now; });
}

void LockTable::expire_sessions() {
  for (auto at = state_.sessions.begin(); at != state_.sessions.end();) {
    if (at->second.renewed_at + at->second.ttl > state_.time) {
      ++at;
      continue;
    }
    note({Change::Kind::expired, {}, at->first, 0, 0, 0});
    at = state_.sessions.erase(at);
  }
  for (auto& [name, lock] : state_.locks) {
    if (lock.holder && !is_alive(lock.holder->session)) {
      lock.holder.reset();
      hand_over(name, lock);
    }
  }
}

LockTable::Outcome LockTable::apply(const Command& command, sim::Duration now, std::uint64_t term) {
  observe(now, term);
  expire_sessions();
  if (command.verb == Verb::open_session) {
    Lease& lease = state_.sessions[command.session];
    lease.renewed_at = std::max(lease.renewed_at, renewal_of(command));
    lease.ttl = command.ttl;
    return {};
  }
  if (command.verb == Verb::tick) return {};
  const auto lease = state_.sessions.find(command.session);
  if (lease == state_.sessions.end()) {
    if (command.verb == Verb::release && !safe_.release_checks_owner) free(command);
    return {Answer::expired, 0, 0};
  }
  switch (command.verb) {
    case Verb::keep_alive:
      lease->second.renewed_at = std::max(lease->second.renewed_at, renewal_of(command));
      return {};
    case Verb::acquire:
      return acquire(command);
    case Verb::release:
      return release(command);
    default:
      return {};
  }
}

// Releases of acquisitions up to `over` may have been lost, with a server that knew of them.
void LockTable::finish(Session session, std::uint64_t over) {
  Lease& lease = state_.sessions.at(session);
  if (over <= lease.swept) return;
  lease.swept = over;
  lease.closed = std::max(lease.closed, over);
  for (auto& [name, lock] : state_.locks) {
    std::erase_if(lock.waiters,
                  [&](const Waiter& waiter) { return waiter.session == session && waiter.number <= over; });
    if (!lock.holder || lock.holder->session != session || lock.holder->number > over) continue;
    note({Change::Kind::released, name, session, lock.holder->number, lock.holder->fence, session});
    lock.holder.reset();
    hand_over(name, lock);
  }
}

LockTable::Outcome LockTable::acquire(const Command& command) {
  finish(command.session, command.over);
  if (command.number <= state_.sessions.at(command.session).closed) return {Answer::outdated, 0, 0};
  Lock& lock = state_.locks[command.lock];
  const auto is_this = [&](const auto& who) {
    return who.session == command.session && who.number == command.number;
  };
  if (!lock.holder) grant(command.lock, lock, {command.session, command.number});
  if (is_this(*lock.holder)) return {Answer::granted, lock.holder->fence, 0};
  if (!command.wait) return {Answer::held, 0, lock.revision};
  if (std::none_of(lock.waiters.begin(), lock.waiters.end(), is_this)) {
    lock.waiters.push_back({command.session, command.number});
  }
  return {Answer::queued, 0, 0};
}

LockTable::Outcome LockTable::release(const Command& command) {
  Lease& lease = state_.sessions.at(command.session);
  lease.closed = std::max(lease.closed, command.number);
  Lock& lock = state_.locks[command.lock];
  std::erase_if(lock.waiters, [&](const Waiter& waiter) {
    return waiter.session == command.session && waiter.number <= command.number;
  });
  const bool owns =
      lock.holder && lock.holder->session == command.session && lock.holder->number == command.number;
  if (owns || !safe_.release_checks_owner) free(command);
  return {};
}

void LockTable::free(const Command& command) {
  Lock& lock = state_.locks[command.lock];
  if (!lock.holder) return;
  note({Change::Kind::released, command.lock, lock.holder->session, lock.holder->number, lock.holder->fence,
        command.session});
  lock.holder.reset();
  hand_over(command.lock, lock);
}

// P9.1, P9.2
void LockTable::grant(const std::string& name, Lock& lock, const Waiter& to) {
  lock.holder = Holder{to.session, to.number, ++state_.last_fence};
  ++lock.revision;
  note({Change::Kind::granted, name, to.session, to.number, lock.holder->fence, to.session});
}

// The first in the queue who is still there. Who waited longer than its session lived is passed over.
void LockTable::hand_over(const std::string& name, Lock& lock) {
  ++lock.revision;
  while (!lock.waiters.empty() && !lock.holder) {
    const Waiter next = lock.waiters.front();
    lock.waiters.pop_front();
    if (is_alive(next.session) || !safe_.recheck_waiters) grant(name, lock, next);
  }
}

}  // namespace lightcone::models::lock
