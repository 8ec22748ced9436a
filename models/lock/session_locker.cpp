#include "models/lock/session_locker.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace lightcone::models::lock {

namespace {

// After a refusal without a hint: a cluster without a leader is not asked in a loop.
constexpr sim::Duration breather = std::chrono::milliseconds(10);
// Renewals sent within one time to live, if all goes well.
constexpr int renewals_a_ttl = 3;
// Tries to give a lock back before the session is left to expire instead.
constexpr int tries_to_release = 5;

}  // namespace

SessionLocker::SessionLocker(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
                             std::vector<NodeId> servers, sim::Duration timeout)
    : env_(env),
      parameters_(parameters),
      counts_from_sending_(!bugs.contains("lock.deadline-from-reply")),
      servers_(std::move(servers)),
      timeout_(timeout),
      chance_(env.stream("choices")),
      names_(env.stream("sessions")),
      server_(servers_.front()) {}

void SessionLocker::try_elsewhere(NodeId hint) {
  server_ = hint != sim::no_node && hint != server_ ? hint : chance_.pick(servers_);
}

sim::Duration SessionLocker::left(sim::MonoTime give_up) const {
  return std::max(sim::Duration::zero(), std::min(timeout_, give_up - env_.mono()));
}

// P9.6
void SessionLocker::renewed(Session session, sim::MonoTime sent) {
  if (session != session_) return;
  const sim::MonoTime from = counts_from_sending_ ? sent : env_.mono();
  lease_ends_ = std::max(lease_ends_, from + parameters_.shortened(parameters_.ttl));
}

void SessionLocker::lose_session(Session session) {
  if (session != session_) return;
  session_ = 0;
  lease_ends_ = sim::MonoTime{};
}

sim::Task<> SessionLocker::open_session(sim::MonoTime give_up) {
  const Session wanted = names_.next() >> 1;
  while (session_ == 0 && env_.mono() < give_up) {
    const sim::MonoTime sent = env_.mono();
    OpenSession request{wanted, parameters_.ttl};
    auto reply = co_await sim::call<SessionRenewed, NotLeader>(env_, server_, request, left(give_up));
    if (!reply) {
      try_elsewhere(sim::no_node);
    } else if (std::holds_alternative<SessionRenewed>(*reply)) {
      session_ = wanted;
      renewed(wanted, sent);
    } else {
      try_elsewhere(std::get<NotLeader>(*reply).hint);
      co_await sim::sleep(env_, breather);
    }
  }
}

sim::Task<> SessionLocker::renew(Session session) {
  const sim::MonoTime sent = env_.mono();
  KeepAlive request{session};
  const sim::Duration within = parameters_.ttl / renewals_a_ttl;
  auto reply = co_await sim::call<SessionRenewed, SessionExpired, NotLeader>(env_, server_, request, within);
  if (!reply) {
    try_elsewhere(sim::no_node);
  } else if (std::holds_alternative<SessionRenewed>(*reply)) {
    renewed(session, sent);
  } else if (std::holds_alternative<SessionExpired>(*reply)) {
    lose_session(session);
  } else {
    try_elsewhere(std::get<NotLeader>(*reply).hint);
  }
}

sim::Task<> SessionLocker::keep_alive() {
  const sim::Duration pace = parameters_.ttl / renewals_a_ttl;
  while (true) {
    const sim::MonoTime before = lease_ends_;
    if (session_ != 0) co_await renew(session_);
    const bool went_well = lease_ends_ > before || session_ == 0;
    co_await sim::sleep(env_, went_well ? pace : breather);
    if (env_.mono() < stalled_until_) co_await sim::sleep(env_, stalled_until_ - env_.mono());
  }
}

sim::Task<std::optional<Grant>> SessionLocker::acquire(std::string lock, Patience patience) {
  const sim::MonoTime give_up = env_.mono() + parameters_.wait;
  const std::uint64_t number = ++number_;
  const bool queues = patience == Patience::waits && parameters_.fair;
  bool asked = false;
  while (env_.mono() < give_up) {
    if (session_ == 0) co_await open_session(give_up);
    if (session_ == 0) break;
    const Session session = session_;
    if (lease_ends_ <= env_.mono()) {  // a grant would be of no use
      co_await renew(session);
      if (lease_ends_ <= env_.mono()) continue;
    }
    asked = true;
    Acquire request{lock, session, number, queues, number - 1};
    auto reply = co_await sim::call<Granted, Held, SessionExpired, NotLeader>(
        env_, server_, std::move(request), left(give_up));
    if (!reply) {
      try_elsewhere(sim::no_node);
    } else if (auto* granted = std::get_if<Granted>(&*reply)) {
      if (session == session_ && lease_ends_ > env_.mono())
        co_return Grant{std::move(lock), session, number, granted->fence};
    } else if (auto* held = std::get_if<Held>(&*reply)) {
      if (patience == Patience::tries_once) break;
      co_await wait_for_change(lock, held->revision, give_up);
    } else if (std::holds_alternative<SessionExpired>(*reply)) {
      lose_session(session);
    } else {
      try_elsewhere(std::get<NotLeader>(*reply).hint);
      co_await sim::sleep(env_, breather);
    }
  }
  // Given up for good: a late copy of the request must not get the lock for nobody.
  if (asked && session_ != 0) {
    Grant place{std::move(lock), session_, number, 0};
    co_await release(std::move(place));
  }
  co_return std::nullopt;
}

// Without a queue: until the lock changes hands, or somebody else has to be asked.
sim::Task<> SessionLocker::wait_for_change(std::string lock, std::uint64_t revision, sim::MonoTime give_up) {
  Watch request{std::move(lock), revision};
  auto reply = co_await sim::call<LockChanged, NotLeader>(env_, server_, std::move(request), left(give_up));
  if (reply && std::holds_alternative<NotLeader>(*reply)) try_elsewhere(std::get<NotLeader>(*reply).hint);
}

// A lock that cannot be given back must not be kept by keeping the session: the session is given up with it.
sim::Task<> SessionLocker::release(Grant grant) {
  const Session session = grant.session;
  for (int tries = 0; tries < tries_to_release; ++tries) {
    Release request{grant.lock, session, grant.number};
    auto reply =
        co_await sim::call<Released, SessionExpired, NotLeader>(env_, server_, std::move(request), timeout_);
    if (!reply) {
      try_elsewhere(sim::no_node);
    } else if (std::holds_alternative<NotLeader>(*reply)) {
      try_elsewhere(std::get<NotLeader>(*reply).hint);
      co_await sim::sleep(env_, breather);
    } else {
      if (std::holds_alternative<SessionExpired>(*reply)) lose_session(session);
      co_return;
    }
  }
  lose_session(session);
}

}  // namespace lightcone::models::lock
