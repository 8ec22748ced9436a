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
      locks_(safeguards.wounds ? LockTable::Deadlocks::wound_wait : LockTable::Deadlocks::not_handled) {}

void Shard::leadership_changed(group::Position position) {
  catching_up_ = caught_up_ = claiming_ = serving_ = false;
  transfer_to_ = no_node;
  assigned_.clear();
  locks_.clear();
  active_.clear();
  waiting_.clear();
  over_.clear();
  resolving_.clear();
  in_doubt_since_.clear();
  refused_.clear();
  if (position == group::Position::leader) catch_up();
}

// --- leases ------------------------------------------------------------------------------------------------

// Before it knows all that its predecessors committed, it does not know whose lease it must wait for.
void Shard::catch_up() {
  catching_up_ = true;
  const Term term = group_.term();
  group_.confirm_read([this, term](bool confirmed) {
    if (term != group_.term() || !leads()) return;
    catching_up_ = false;
    caught_up_ = confirmed;
    if (confirmed) claim_lease();
  });
}

// Disjoint in time: the last lease is over when its end has certainly passed (4.1.1). Otherwise this leader
// could give out a timestamp at or below one that its predecessor has read at.
void Shard::claim_lease() {
  if (claiming_ || serving_) return;
  if (safe_.waits_out_leases && !clock_.has_passed(state_.lease().end)) {
    wake_when_past(state_.lease().end);
    return;
  }
  if (safe_.waits_out_leases) issued_ = std::max(issued_, state_.lease().end);
  claiming_ = propose_lease(clock_.now().latest + parameters_.lease.count());
}

bool Shard::propose_lease(Timestamp end) {
  Command command;
  command.verb = Verb::lease;
  command.issued = issued_;
  command.lease = {env_.self(), group_.term(), end};
  return propose(std::move(command));
}

void Shard::renew_lease() {
  if (claiming_ || transfer_to_ != no_node) return;
  const Timestamp latest = clock_.now().latest;
  if (state_.lease().end - latest >= parameters_.renew_before.count()) return;
  claiming_ = propose_lease(latest + parameters_.lease.count());
}

void Shard::lease_applied(const Lease& lease) {
  claiming_ = false;
  if (transfer_to_ != no_node) {
    serving_ = caught_up_ = false;
    group_.transfer_leadership(std::exchange(transfer_to_, no_node));
    return;
  }
  if (serving_) return;
  serving_ = true;
  issued_ = std::max({issued_, state_.issued(), state_.latest_commit()});
  restore_locks();
  env_.mark(LeaseBegan{id_, lease});
}

bool Shard::may_serve() const {
  return serving_ && transfer_to_ == no_node && clock_.now().latest <= state_.lease().end;
}

// What was read and written at this leader is at or below issued_, so a lease that ends there ends now.
bool Shard::transfer(NodeId to) {
  if (!may_serve() || claiming_ || to == env_.self()) return false;
  transfer_to_ = to;
  claiming_ = propose_lease(issued_);
  if (!claiming_) transfer_to_ = no_node;
  return claiming_;
}

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
  if (leads() && caught_up_) claim_lease();
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
      lease_applied(command.lease);
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
  if (leads() && !caught_up_ && !catching_up_) catch_up();
  if (leads() && caught_up_) claim_lease();
  if (serving_) {
    renew_lease();
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
  if (!serving_) return;
  metrics.sample(fmt::format("in_doubt.s{}", id_), static_cast<std::int64_t>(in_doubt_since_.size()));
  metrics.sample(fmt::format("lock_waiters.s{}", id_), static_cast<std::int64_t>(locks_.waiting()));
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
