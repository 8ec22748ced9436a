// Life of a replica: leadership, leases, and what is looked after now and then.
#include "models/spanner/shard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "models/spanner/group_setup.hpp"

namespace lightcone::models::spanner {

Shard::Shard(sim::Env& env, const Parameters& parameters, const Safeguards& safeguards, ShardId id,
             const std::vector<NodeId>& members, LeaderOf leader_of)
    : env_(env),
      parameters_(parameters),
      safe_(safeguards),
      id_(id),
      leader_of_(std::move(leader_of)),
      members_(members),
      clock_(env, parameters.epsilon),
      group_(env, *this, group_setup(parameters, id, members, env.self())),
      lease_keeper_(env, parameters, group_, *this),
      meter_(env),
      locks_(safeguards.wounds ? LockTable::Deadlocks::wound_wait : LockTable::Deadlocks::not_handled) {}

void Shard::leadership_changed(group::Position) {
  assigned_.clear();
  locks_.clear();
  active_.clear();
  waiting_.clear();
  over_.clear();
  resolving_.clear();
  in_doubt_since_.clear();
  refused_.clear();
  lease_keeper_.leadership_changed();
}

// --- leases ------------------------------------------------------------------------------------------------

// The last lease is over when its end has certainly passed (4.1.1). Otherwise this leader could give out a
// timestamp at or below one that its predecessor has read at.
std::optional<Timestamp> Shard::first_lease_from() {
  if (safe_.waits_out_leases) {
    const Timestamp last = state_.lease().end;
    if (!clock_.has_passed(last)) {
      wake_when_past(last);
      return std::nullopt;
    }
    issued_ = std::max(issued_, last);
  }
  return clock_.now().latest;
}

bool Shard::propose_lease(LeaseKeeper::Step, Timestamp end) {
  Command command;
  command.verb = Verb::lease;
  command.issued = issued_;
  command.lease = {env_.self(), group_.term(), end};
  return propose(std::move(command));
}

void Shard::lease_began() {
  issued_ = std::max({issued_, state_.issued(), state_.latest_commit()});
  restore_locks();
  env_.mark(LeaseBegan{id_, state_.lease()});
}

bool Shard::may_serve() const { return lease_keeper_.holds() && clock_.now().latest <= state_.lease().end; }

// What was read and written at this leader is at or below issued_, so a lease that ends there ends now.
bool Shard::transfer(NodeId to) { return may_serve() && lease_keeper_.transfer(to, issued_); }

bool Shard::refuses(const sim::From& from) {
  if (may_serve()) return false;
  env_.reply(from, Refused{leads() ? Reason::no_lease : Reason::not_leader, group_.leader()});
  return true;
}

// --- time --------------------------------------------------------------------------------------------------

void Shard::wake_when_past(Timestamp t) {
  if (wake_at_ != 0 && wake_at_ <= t) return;
  env_.cancel(wake_timer_);
  wake_at_ = t;
  wake_timer_ = env_.after(clock_.until_passed(t), ClockDue{id_});
}

// Uncertainty may have grown meanwhile: who still has to wait asks to be woken again.
void Shard::on_clock() {
  wake_at_ = 0;
  wake_timer_ = {};
  lease_keeper_.claim();
  show_what_has_passed();
  serve_reads();
}

Timestamp Shard::stamp(Timestamp at_least) {
  issued_ = std::max(at_least, issued_ + 1);
  return issued_;
}

// --- the log -----------------------------------------------------------------------------------------------

bool Shard::propose(Command command) {
  return group_.propose(sim::Payload::of(std::move(command))).has_value();
}

void Shard::apply(const group::Entry& entry) {
  const auto& command = entry.payload.get<Command>();
  if (auto resolution = state_.apply(command)) {
    const std::uint64_t number = resolution->at == 0 ? 0 : state_.committed();
    events_.emplace_back(Ended{std::move(*resolution), number});
  }
  if (leads() && entry.term == group_.term()) own_applied(command);
  serve_reads();
}

void Shard::own_applied(const Command& command) {
  switch (command.verb) {
    case Verb::lease:
      lease_keeper_.applied();
      return;
    case Verb::prepare:
      assigned_.erase(command.at);
      in_doubt_since_[command.id] = env_.mono();
      env_.mark(TransactionPrepared{id_, command.id, command.at});
      tell(Prepared{command.coordinator, command.id, id_, command.at});
      return;
    case Verb::commit:
      assigned_.erase(command.at);
      decision_applied(command);
      return;
    case Verb::resolve:
      resolving_.erase(command.id);
      in_doubt_since_.erase(command.id);
      // Who locks a key next must write it later, whatever its clock says.
      issued_ = std::max(issued_, command.at);
      end(command.id);
      tell(Resolved{command.coordinator, command.id, id_});
      return;
  }
}

// --- now and then ------------------------------------------------------------------------------------------

void Shard::on_round() {
  const sim::MonoTime now = env_.mono();
  std::erase_if(reads_,
                [&](const PendingRead& read) { return now - read.since > parameters_.abandon_after; });
  lease_keeper_.look();
  if (has_served()) {
    look_after_transactions();
    if (may_serve()) {
      // From here on it gives out later timestamps only.
      issued_ = std::max(issued_, std::min(clock_.now().latest, state_.lease().end));
      env_.broadcast<SafeTime>(members_, {id_, group_.log().last_index(), issued_});
    }
  }
  serve_reads();
  sample_metrics();
}

void Shard::look_after_transactions() {
  const sim::MonoTime now = env_.mono();
  std::vector<TransactionId> abandoned;
  for (auto& [id, active] : active_) {
    if (!active.pinned && now - active.heard > parameters_.abandon_after) abandoned.push_back(id);
    if (active.coordinated) look_after(id, active);
  }
  for (const TransactionId& id : abandoned) end(id);
  for (auto& [id, since] : in_doubt_since_) {
    if (now - since < parameters_.resolve_after || resolving_.contains(id)) continue;
    const PreparedPart& prepared = state_.prepared().at(id);
    tell(Prepared{prepared.coordinator, id, id_, prepared.at});
  }
  std::vector<TransactionId> stuck;
  for (const auto& [id, active] : active_) {
    const bool undecided = active.coordinated && active.coordinated->at == 0;
    if (undecided && now - active.coordinated->began > parameters_.abandon_after) stuck.push_back(id);
  }
  for (const TransactionId& id : stuck) abort(id);
}

void Shard::sample_metrics() {
  sim::Metrics& metrics = env_.metrics();
  const Timestamp now = clock_.now().latest;
  const std::string_view name = env_.name(env_.self());
  metrics.sample(fmt::format("t_safe_lag_ns.{}.s{}", name, id_), now - std::min(now, safe_time()));
  if (!has_served()) return;
  metrics.sample(fmt::format("in_doubt.s{}", id_), static_cast<std::int64_t>(in_doubt_since_.size()));
  metrics.sample(fmt::format("lock_waiters.s{}", id_), static_cast<std::int64_t>(locks_.waiting()));
  meter_.sample(id_);
}

sim::Duration Shard::longest_doubt() const {
  sim::Duration longest{};
  for (const auto& [id, since] : in_doubt_since_) longest = std::max(longest, env_.mono() - since);
  return longest;
}

sim::Duration Shard::longest_lock_wait() const {
  sim::Duration longest{};
  for (const auto& [id, wait] : waiting_) longest = std::max(longest, env_.mono() - wait.since);
  return longest;
}

}  // namespace lightcone::models::spanner
