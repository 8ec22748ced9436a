// A replica of a shard: a member of its Raft group, and, while it leads, the keeper of its locks, a
// participant of transactions and the coordinator of some.
//
//   LockAndRead ─▶ lock table ─ granted ─▶ Locked                                          shard_locks.cpp
//   Commit ─▶ all locks still held? ─ one shard ───────────────▶ decide                    shard_commit.cpp
//                    │ several                                     ▲   └─▶ log ─▶ commit wait ─▶ Committed,
//                    └─ Prepare ─▶ participants log it ─ Prepared ─┘                             Decided
//   ReadAt ─▶ at or before t_safe, and what it sees has passed? ─▶ ReadThen                shard_reads.cpp
//
// What it keeps true (numbers of SYSTEMS T4; sections of Corbett et al., OSDI 2012):
//   P4.1  timestamps in the order of real time    the latest time at the request, later than any issued and
//                                                 than every prepare; shown only when past (4.1.2, 4.2.1);
//                                                 leases that do not overlap (4.1.1)
//   P4.2  a snapshot never changes                t_safe (4.1.3)
//   P4.3  all shards of a transaction agree       the decision is in the coordinator's log before anybody
//                                                 hears it; who asks about an unknown one aborts it, in the
//                                                 log too
//   P4.7  once at most                            a commit needs locks of this leader's term, which are gone
//                                                 when the transaction has ended
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "models/parts/raft/group.hpp"
#include "models/spanner/lease_keeper.hpp"
#include "models/spanner/lock_table.hpp"
#include "models/spanner/messages.hpp"
#include "models/spanner/parameters.hpp"
#include "models/spanner/shard_meter.hpp"
#include "models/spanner/shard_state.hpp"

namespace lightcone::models::spanner {

class Shard final : private group::Machine, private LeaseKeeper::Host {
 public:
  // Who leads the others, as far as this server knows; no_node when it does not.
  using LeaderOf = std::function<NodeId(ShardId)>;
  Shard(sim::Env& env, const Parameters& parameters, const Safeguards& safeguards, ShardId id,
        const std::vector<NodeId>& members, LeaderOf leader_of);

  void start() { group_.start(); }
  void on_round();
  void on_clock();

  void on(const LockAndRead& request, const sim::From& from);
  void on(const KeepAlive& alive);
  void on(const GiveUp& end);
  void on(const Commit& commit, const sim::From& from);
  void on(const ReadAt& read, const sim::From& from);
  void on(const Prepare& prepare);
  void on(const Prepared& vote);
  void on(const Decided& decided);
  void on(const Resolved& resolved);
  void on(const SafeTime& safe_time);

  // Hands leadership over, after the lease has been given back: the next leader need not wait for it.
  bool transfer(NodeId to);

  group::Group& raft() { return group_; }
  const group::Group& raft() const { return group_; }
  ShardId id() const { return id_; }
  const ShardState& state() const { return state_; }
  // It leads and has had its lease; whether that still lasts is a question to the clock.
  bool has_served() const { return lease_keeper_.has_begun(); }
  bool may_serve() const;
  Timestamp safe_time() const;

  // What happened here, in order, for those who watch.
  struct CommitBegan {
    TransactionId id{};
  };
  struct CommitShown {  // the client may know
    TransactionId id{};
    Timestamp at = 0;
  };
  struct SnapshotServed {
    Timestamp at = 0;
    std::uint64_t committed = 0;  // transactions in the state that it was read from
  };
  struct Ended {
    Resolution resolution{};
    std::uint64_t number = 0;  // of the shard's commits; 0: aborted
  };
  using Event = std::variant<CommitBegan, CommitShown, SnapshotServed, Ended>;
  const std::vector<Event>& events() const { return events_; }
  // How long the transaction that is longest in doubt here has been, or has waited for a lock.
  sim::Duration longest_doubt() const;
  sim::Duration longest_lock_wait() const;

 private:
  // A transaction that this leader coordinates.
  struct Coordinated {
    sim::From client{no_node};
    std::vector<Part> parts;  // the first is this shard's
    Timestamp at_least = 0;
    std::map<ShardId, Timestamp> votes{};
    Timestamp at = 0;  // 0: not decided
    bool logged = false;
    bool shown = false;
    std::set<ShardId> resolved{};
    sim::MonoTime began{};
    sim::MonoTime sent{};         // the latest messages to participants
    sim::MonoTime waits_since{};  // for its timestamp to pass
  };
  // A transaction that has locks here.
  struct Active {
    Age age{};
    sim::MonoTime heard{};
    bool pinned = false;
    std::optional<Coordinated> coordinated{};
  };
  struct Waiting {
    std::string key;
    sim::From from;
    sim::MonoTime since;
  };
  struct PendingRead {
    ReadAt request;
    sim::From from;
    sim::MonoTime since;
  };

  // Machine
  void apply(const group::Entry& entry) override;
  sim::Payload snapshot() const override { return state_.snapshot(); }
  void restore(const sim::Payload& snapshot) override { state_.restore(snapshot); }
  void leadership_changed(group::Position position) override;

  // LeaseKeeper::Host
  const Lease& lease() const override { return state_.lease(); }
  Timestamp lease_time() const override { return clock_.now().latest; }
  std::optional<Timestamp> first_lease_from() override;
  bool propose_lease(LeaseKeeper::Step step, Timestamp end) override;
  void lease_began() override;

  // shard.cpp
  bool leads() const { return group_.position() == group::Position::leader; }
  bool refuses(const sim::From& from);
  // To the leader of the shard that the message names, if this server knows one.
  template <class Message>
  void tell(Message message) {
    const NodeId leader = leader_of_(message.shard);
    if (leader != no_node) env_.send(leader, std::move(message));
  }
  void wake_when_past(Timestamp t);
  Timestamp stamp(Timestamp at_least);
  bool propose(Command command);
  void own_applied(const Command& command);
  void look_after_transactions();
  void sample_metrics();

  // shard_locks.cpp
  bool is_over(const TransactionId& id) const;
  void forget_earlier(const TransactionId& id);
  void wound(const TransactionId& id, const TransactionId& by);
  void end(const TransactionId& id);
  void answer(const std::vector<LockTable::Grant>& grants);
  void restore_locks();

  // shard_commit.cpp
  bool has_locks(const TransactionId& id, const Part& part) const;
  void refuse_for_good(const Commit& commit, const sim::From& from);
  void send_prepares(const TransactionId& id, Coordinated& transaction);
  void decide(const TransactionId& id, Coordinated& transaction);
  void log_decision(const TransactionId& id, const Coordinated& transaction);
  void abort(const TransactionId& id);
  void show_what_has_passed();
  void show(const TransactionId& id, Coordinated& transaction);
  void send_decisions(const TransactionId& id, Coordinated& transaction);
  void finish_if_done(const TransactionId& id);
  void decision_applied(const Command& command);
  void answer_about(const Prepared& question);
  void look_after(const TransactionId& id, Active& active);

  // shard_reads.cpp
  void serve_reads();
  bool serve(const PendingRead& read);

  sim::Env& env_;
  const Parameters& parameters_;
  Safeguards safe_;
  ShardId id_;
  LeaderOf leader_of_;
  std::vector<NodeId> members_;
  parts::clocks::IntervalClock clock_;
  ShardState state_;
  group::Group group_;
  LeaseKeeper lease_keeper_;
  ShardMeter meter_;
  std::vector<Event> events_;

  // Of every replica.
  SafeTime safe_hint_{};       // the latest that was heard
  Timestamp safe_before_ = 0;  // by those that it replaced
  std::vector<PendingRead> reads_;
  Timestamp wake_at_ = 0;  // that a timer waits for; 0: none
  sim::TimerId wake_timer_;

  // Of a leader.
  Timestamp issued_ = 0;
  std::set<Timestamp> assigned_;  // whose entries are not applied yet
  LockTable locks_;
  std::map<TransactionId, Active> active_;
  std::map<TransactionId, Waiting> waiting_;
  std::map<NodeId, TransactionId> over_;  // of each client the latest that has ended here
  std::set<TransactionId> resolving_;     // whose outcome is in the log and not applied yet
  std::map<TransactionId, sim::MonoTime> in_doubt_since_;
  std::map<TransactionId, sim::From> refused_;  // to be told once it is in the log
};

}  // namespace lightcone::models::spanner
