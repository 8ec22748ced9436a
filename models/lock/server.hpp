// A lock server: a member of the Raft group that replicates the lock table, and the clients' counterpart.
//
//   request ─▶ leader? ─no─▶ NotLeader
//                │yes
//                └─ propose, stamped with the log's time ─▶ committed and applied ─▶ answer
//                                                              └─ an acquisition in the queue: answered when
//                                                              granted
//
// The log's time: a new leader goes on from the time of the last command it applied, by its own monotonic
// clock. So time stands still while nobody leads, and never goes back.
#pragma once

#include <map>
#include <vector>

#include "models/lock/desk.hpp"
#include "models/lock/messages.hpp"
#include "models/lock/parameters.hpp"
#include "models/parts/raft/group.hpp"
#include "sim/process.hpp"

namespace lightcone::models::lock {

class Server final
    : public sim::Handlers<Server, FromClients, group::ToMember, group::MemberFacts, std::variant<ExpiryDue>>,
      private group::Machine {
 public:
  Server(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs, std::vector<NodeId> members);

  void start() override;
  void show(sim::FieldVisitor& visitor) const override { group_.show(visitor); }

  void on(const OpenSession& open, const sim::From& from);
  void on(const KeepAlive& alive, const sim::From& from);
  void on(const Acquire& acquire, const sim::From& from);
  void on(const Release& release, const sim::From& from);
  void on(const Watch& watch, const sim::From& from);
  void on(const ExpiryDue&);
  // Everything else belongs to the group.
  template <group::GroupMessage Message>
  void on(const Message& message, const sim::From& from) {
    group_.on(message, from.node);
  }
  template <group::GroupFact Fact>
  void on(const Fact& fact) {
    group_.on(fact);
  }

  group::Group& raft() { return group_; }
  const group::Group& raft() const { return group_; }
  const LockTable& table() const { return table_; }

 private:
  // Machine
  void apply(const group::Entry& entry) override;
  sim::Payload snapshot() const override { return table_.snapshot(); }
  void restore(const sim::Payload& snapshot) override { table_.restore(snapshot); }
  void leadership_changed(group::Position position) override;

  void propose(Command command, const sim::From& from);
  sim::Duration log_time() const;
  void set_time();

  sim::Env& env_;
  sim::Duration ttl_;
  bool expires_by_log_;  // false with lock.local-clock-expiry
  LockTable table_;
  Desk desk_;
  group::Group group_;
  std::map<group::Index, sim::From> proposed_;  // who waits for the entry at this index to be applied
  sim::Duration anchor_time_{};                 // the log's time when this server began to lead
  sim::MonoTime anchor_mono_{};
};

}  // namespace lightcone::models::lock
