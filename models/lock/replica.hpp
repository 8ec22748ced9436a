// A lock server without consensus: a primary that answers at once and sends its table to the backups
// afterwards. A backup that hears nothing for too long makes itself the primary.
//
//   backup ─ silence ─▶ primary of a higher epoch ─ hears of a still higher one ─▶ backup
//
// What it gives up: a grant that was answered and not yet replicated is unknown to the next primary (P9.1,
// P9.2), and a primary that is cut off goes on granting beside its successor. Nothing is kept on disk.
#pragma once

#include <cstdint>
#include <vector>

#include "models/lock/desk.hpp"
#include "models/lock/messages.hpp"
#include "models/lock/parameters.hpp"
#include "sim/process.hpp"

namespace lightcone::models::lock {

class Replica final : public sim::Handlers<Replica, FromClients, std::variant<Replicate>,
                                           std::variant<HeartbeatDue, PrimarySilent, ExpiryDue>> {
 public:
  // `index`: of this server among the servers.
  Replica(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs, std::vector<NodeId> servers,
          std::size_t index);

  void start() override;
  void show(sim::FieldVisitor& visitor) const override;

  void on(const OpenSession& open, const sim::From& from);
  void on(const KeepAlive& alive, const sim::From& from);
  void on(const Acquire& acquire, const sim::From& from);
  void on(const Release& release, const sim::From& from);
  void on(const Watch& watch, const sim::From& from);
  void on(const Replicate& replicate, const sim::From& from);
  void on(const HeartbeatDue& due);
  void on(const PrimarySilent& silent);
  void on(const ExpiryDue&);

  bool is_primary() const { return primary_ == env_.self(); }
  std::uint64_t epoch() const { return epoch_; }
  // What this server decided as the primary, in this incarnation.
  const std::vector<LockTable::Change>& decided() const { return decided_; }

 private:
  void become_primary();
  void execute(Command command, const sim::From& from);
  LockTable::Outcome decide(Command& command);
  void replicate(sim::Payload table);
  void listen();
  sim::Duration table_time() const { return anchor_time_ + (env_.mono() - anchor_mono_); }

  sim::Env& env_;
  const Parameters& parameters_;
  std::vector<NodeId> servers_;
  std::size_t index_;
  LockTable table_;
  Desk desk_;
  NodeId primary_ = sim::no_node;
  std::uint64_t epoch_ = 0;    // unique to its primary: index_ modulo the number of servers
  std::uint64_t version_ = 0;  // of the table, within the epoch
  std::uint64_t attempt_ = 0;
  sim::Duration anchor_time_{};
  sim::MonoTime anchor_mono_{};
  std::vector<LockTable::Change> decided_;
};

}  // namespace lightcone::models::lock
