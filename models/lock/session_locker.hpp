// Locks from a lock service: a session that is kept alive holds them.
//
//   P9.6 the lease ends a time to live after the *sending* of the renewal that was acknowledged, shortened by
//        how far clocks may run apart: the server's count began later (Gray and Cheriton, SOSP 1989).
#pragma once

#include <vector>

#include "models/lock/locker.hpp"
#include "models/lock/parameters.hpp"

namespace lightcone::models::lock {

class SessionLocker final : public Locker {
 public:
  // `timeout`: of one try at one server.
  SessionLocker(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
                std::vector<NodeId> servers, sim::Duration timeout);

  sim::Task<> keep_alive() override;
  sim::Task<std::optional<Grant>> acquire(std::string lock, Patience patience) override;
  sim::Task<> release(Grant grant) override;
  sim::MonoTime lease_ends() const override { return lease_ends_; }
  Session session() const override { return session_; }
  void stall_until(sim::MonoTime until) override { stalled_until_ = until; }

 private:
  sim::Task<> open_session(sim::MonoTime give_up);
  sim::Task<> renew(Session session);
  sim::Task<> wait_for_change(std::string lock, std::uint64_t revision, sim::MonoTime give_up);
  void renewed(Session session, sim::MonoTime sent);
  void lose_session(Session session);
  // Who may lead instead of the server asked last.
  void try_elsewhere(NodeId hint);
  sim::Duration left(sim::MonoTime give_up) const;

  sim::Env& env_;
  const Parameters& parameters_;
  bool counts_from_sending_;  // false with lock.deadline-from-reply
  std::vector<NodeId> servers_;
  sim::Duration timeout_;
  sim::Stream chance_;
  sim::Stream names_;
  NodeId server_;
  Session session_ = 0;  // 0: none
  std::uint64_t number_ = 0;
  sim::MonoTime lease_ends_{};  // none: at the beginning of time
  sim::MonoTime stalled_until_{};
};

}  // namespace lightcone::models::lock
