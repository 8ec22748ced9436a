// A replica of a shard in the profile hlc: a member of its Raft group, and, while it leads, the leaseholder.
//
//   Read ─▶ remembered in the timestamp cache ─ still leader? ─▶ Values | Uncertain | Conflict
//   replica_reads.cpp Intent ─▶ above versions and reads ─▶ log ─▶ Laid replica_writes.cpp Push,
//   EndTransaction ─▶ log ─▶ what the record says ─▶ Recorded                              replica_writes.cpp
//
// What it keeps true (numbers of SYSTEMS T4; Taft et al., SIGMOD 2020):
//   P4.5  serializable, whatever clocks show    nobody writes beneath a read (the timestamp cache, and its
//   low
//                                               water after a change of leaseholder); reads only up to the
//                                               lease's end, which is in the log
//   P4.5  a key is linearizable                 what may have been there before the read began is not passed
//                                               over; a leader that reads asks its group whether it still is
//   P4.3  all shards of a transaction agree     its record decides, in the log of its anchor's group
//   P4.7  once at most                          who has ended lays no intents any more
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "models/parts/raft/group.hpp"
#include "models/spanner/hlc/messages.hpp"
#include "models/spanner/hlc/range_state.hpp"
#include "models/spanner/hlc/reservations.hpp"
#include "models/spanner/hlc/server_clock.hpp"
#include "models/spanner/hlc/timestamp_cache.hpp"
#include "models/spanner/lease_keeper.hpp"
#include "models/spanner/parameters.hpp"

namespace lightcone::models::spanner::hlc {

class Replica final : private group::Machine, private LeaseKeeper::Host {
 public:
  // Intents of a transaction that nobody has resolved for a while: somebody should ask its anchor.
  using Forgotten = std::function<void(ShardId shard, TransactionId id, ShardId anchor)>;
  Replica(sim::Env& env, const Parameters& parameters, const Safeguards& safeguards, ServerClock& clock,
          ShardId id, const std::vector<NodeId>& members, Forgotten forgotten);

  void start() { group_.start(); }
  void on_round();

  void on(const Read& read, const sim::From& from);
  void on(const Refresh& refresh, const sim::From& from);
  void on(const Intent& intent, const sim::From& from);
  void on(const Heartbeat& heartbeat, const sim::From& from);
  void on(const Push& push, const sim::From& from);
  void on(const EndTransaction& end, const sim::From& from);
  void on(const Resolve& resolve, const sim::From& from);

  // Hands leadership over, after the lease has been cut down to what was read.
  bool transfer(NodeId to);

  group::Group& raft() { return group_; }
  const group::Group& raft() const { return group_; }
  ShardId id() const { return id_; }
  const RangeState& state() const { return state_; }
  // It leads, and its lease is in the log. Clocks have no say in it.
  bool may_serve() const { return lease_keeper_.holds(); }

  // What happened here, in order, for those who watch.
  struct Served {  // by a read or a refresh
    TransactionId id{};
    Timestamp at = 0;
    std::vector<std::string> keys{};
  };
  struct Over {
    TransactionId id{};
    Timestamp at = 0;          // 0: aborted
    std::uint64_t number = 0;  // of the shard's commits; 0: aborted
    std::vector<std::string> keys{};
    std::vector<ShardId> participants{};
  };
  using Event = std::variant<Served, Over>;
  const std::vector<Event>& events() const { return events_; }
  // How long the oldest intent has been here, as far as this leaseholder has seen.
  sim::Duration oldest_intent() const;

 private:
  struct Deferred {
    std::variant<Read, Refresh, Intent> request;
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
  Timestamp lease_time() const override { return clock_.physical(); }
  std::optional<Timestamp> first_lease_from() override;
  bool propose_lease(LeaseKeeper::Step step, Timestamp end) override;
  void lease_began() override;

  // replica.cpp
  bool leads() const { return group_.position() == group::Position::leader; }
  bool refuses(const sim::From& from);
  void refuse(const sim::From& from);
  bool propose(Command command, const sim::From& from);
  void own_applied(const group::Entry& entry, const Command& command, const RangeState::Applied& applied);
  void answer(const sim::From& from, const Command& command, const Standing& standing);
  void defer(std::variant<Read, Refresh, Intent> request, const sim::From& from) {
    deferred_.push_back({std::move(request), from, env_.mono()});
  }
  void retry_deferred();
  void look_after_intents();

  // replica_reads.cpp
  bool may_read(Timestamp at);
  bool is_being_written(const std::vector<std::string>& keys, Timestamp at) const;
  template <class Request>
  void confirm(const Request& request, const sim::From& from);
  void serve(const Read& read, const sim::From& from);
  void serve(const Refresh& refresh, const sim::From& from);

  // replica_writes.cpp
  static std::vector<std::string> keys_of(const Intent& intent);
  bool has_laid(const Intent& intent) const;
  Timestamp writable_from(const Intent& intent) const;

  sim::Env& env_;
  const Parameters& parameters_;
  Safeguards safe_;
  ServerClock& clock_;
  ShardId id_;
  Forgotten forgotten_;
  RangeState state_;
  group::Group group_;
  LeaseKeeper lease_keeper_;
  std::vector<Event> events_;
  std::int64_t aborts_ = 0;  // recorded by this leaseholder

  // Of a leader.
  Timestamp read_up_to_ = 0;
  TimestampCache cache_;
  Reservations reservations_;
  std::map<std::string, Timestamp, std::less<>> being_written_;  // whose intents are not applied yet
  std::map<group::Index, sim::From> asked_;                      // by the entry that will answer
  std::deque<Deferred> deferred_;
  std::map<TransactionId, sim::MonoTime> intents_since_;
  std::map<TransactionId, sim::MonoTime> heard_;  // of the gateways of transactions that are recorded here
};

}  // namespace lightcone::models::spanner::hlc
