// Life of a replica: leadership, leases, and what is looked after now and then.
#include "models/spanner/hlc/replica.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/spanner/group_setup.hpp"

namespace lightcone::models::spanner::hlc {

Replica::Replica(sim::Env& env, const Parameters& parameters, const Safeguards& safeguards,
                 ServerClock& clock, ShardId id, const std::vector<NodeId>& members, Forgotten forgotten)
    : env_(env),
      parameters_(parameters),
      safe_(safeguards),
      clock_(clock),
      id_(id),
      forgotten_(std::move(forgotten)),
      state_(id),
      group_(env, *this, group_setup(parameters, id, members, env.self())),
      lease_keeper_(env, parameters, group_, *this),
      cache_(safeguards.refuses_ties ? TimestampCache::Ties::refused : TimestampCache::Ties::ignored) {}

void Replica::leadership_changed(group::Position) {
  being_written_.clear();
  reservations_.clear();
  asked_.clear();
  deferred_.clear();
  intents_since_.clear();
  heard_.clear();
  lease_keeper_.leadership_changed();
}

// --- leases ------------------------------------------------------------------------------------------------

// It could serve at once, for its writes are above the last lease's end. But until then they would be ahead
// of everybody's clock, and who reads at its own time would not see them.
std::optional<Timestamp> Replica::first_lease_from() {
  if (clock_.physical() <= state_.lease().end) return std::nullopt;
  return clock_.tick();
}

// Its predecessors may have read up to the end of the lease before.
bool Replica::propose_lease(LeaseKeeper::Step step, Timestamp end) {
  Command command;
  command.verb = Verb::lease;
  command.at = step == LeaseKeeper::Step::begins ? state_.lease().end : 0;
  command.lease = {env_.self(), group_.term(), end};
  return group_.propose(sim::Payload::of(std::move(command))).has_value();
}

void Replica::lease_began() {
  read_up_to_ = state_.low_water();
  cache_.begin(safe_.keeps_low_water ? state_.low_water() : 0);
  for (const auto& [key, intent] : state_.intents()) intents_since_.try_emplace(intent.id, env_.mono());
  heard_.clear();
  for (const auto& [id, record] : state_.records()) {
    if (record.standing.status == Status::pending) heard_[id] = env_.mono();
  }
  env_.mark(LeaseBegan{id_, state_.lease()});
}

bool Replica::transfer(NodeId to) { return lease_keeper_.transfer(to, read_up_to_); }

void Replica::refuse(const sim::From& from) {
  env_.reply(from, Refused{leads() ? Reason::no_lease : Reason::not_leader, group_.leader()});
}

bool Replica::refuses(const sim::From& from) {
  if (may_serve()) return false;
  refuse(from);
  return true;
}

// --- the log -----------------------------------------------------------------------------------------------

bool Replica::propose(Command command, const sim::From& from) {
  const auto index = group_.propose(sim::Payload::of(std::move(command)));
  if (index) {
    asked_.insert_or_assign(*index, from);
  } else {
    refuse(from);
  }
  return index.has_value();
}

void Replica::apply(const group::Entry& entry) {
  const auto& command = entry.payload.get<Command>();
  const RangeState::Applied applied = state_.apply(command);
  if (applied.ended) {
    const std::uint64_t number = applied.ended->at == 0 ? 0 : state_.committed();
    events_.emplace_back(
        Over{command.id, applied.ended->at, number, applied.ended->keys, command.participants});
  }
  if (leads() && entry.term == group_.term()) own_applied(entry, command, applied);
}

void Replica::own_applied(const group::Entry& entry, const Command& command,
                          const RangeState::Applied& applied) {
  if (command.verb == Verb::lease) lease_keeper_.applied();
  if (command.verb == Verb::intent) {
    for (const Write& write : command.writes) being_written_.erase(write.key);
    if (applied.standing.status == Status::pending) {
      intents_since_.try_emplace(command.id, env_.mono());
      if (command.anchor == id_) heard_[command.id] = env_.mono();
      env_.mark(TransactionPrepared{id_, command.id, command.at});
    }
  }
  if (applied.ended) {
    intents_since_.erase(command.id);
    heard_.erase(command.id);
    if (applied.ended->at != 0) reservations_.release(command.id);
    if (command.verb != Verb::resolve) {
      if (applied.ended->at == 0) ++aborts_;
      env_.mark(TransactionDecided{id_, command.id, applied.ended->at});
    }
  }
  const auto asked = asked_.find(entry.index);
  if (asked != asked_.end()) {
    const sim::From from = asked->second;
    asked_.erase(asked);
    answer(from, command, applied.standing);
  }
  retry_deferred();
}

void Replica::answer(const sim::From& from, const Command& command, const Standing& standing) {
  const Timestamp now = clock_.tick();
  switch (command.verb) {
    case Verb::lease:
      return;
    case Verb::intent:
      if (standing.status == Status::pending) return env_.reply(from, Laid{now, command.at});
      return env_.reply(from, Refused{Reason::aborted, env_.self()});
    case Verb::resolve:
      return env_.reply(from, IntentsResolved{now});
    case Verb::push:
    case Verb::abort:
    case Verb::commit:
      return env_.reply(from, Recorded{now, standing});
  }
}

void Replica::retry_deferred() {
  std::deque<Deferred> deferred = std::exchange(deferred_, {});
  for (const Deferred& each : deferred) {
    const std::size_t before = deferred_.size();
    std::visit([&](const auto& request) { this->on(request, each.from); }, each.request);
    if (deferred_.size() > before) deferred_.back().since = each.since;
  }
}

// --- now and then ------------------------------------------------------------------------------------------

void Replica::on_round() {
  lease_keeper_.look();
  if (!may_serve()) return;
  const sim::MonoTime now = env_.mono();
  std::erase_if(deferred_,
                [&](const Deferred& each) { return now - each.since > parameters_.abandon_after; });
  look_after_intents();
  retry_deferred();
  env_.metrics().sample(fmt::format("unresolved.s{}", id_), static_cast<std::int64_t>(intents_since_.size()));
  env_.metrics().sample(fmt::format("aborts.s{}", id_), aborts_);
}

void Replica::look_after_intents() {
  std::map<TransactionId, ShardId> old;
  for (const auto& [key, intent] : state_.intents()) {
    const auto since = intents_since_.find(intent.id);
    if (since != intents_since_.end() && env_.mono() - since->second >= parameters_.resolve_after)
      old.emplace(intent.id, intent.anchor);
  }
  for (const auto& [id, anchor] : old) forgotten_(id_, id, anchor);
}

sim::Duration Replica::oldest_intent() const {
  sim::Duration oldest{};
  for (const auto& [id, since] : intents_since_) oldest = std::max(oldest, env_.mono() - since);
  return oldest;
}

}  // namespace lightcone::models::spanner::hlc
