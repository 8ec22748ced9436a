#include "models/lock/replica.hpp"

#include <utility>

#include "sim/fields_of.hpp"

namespace lightcone::models::lock {

namespace {
constexpr int looks_a_ttl = 8;
}  // namespace

Replica::Replica(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
                 std::vector<NodeId> servers, std::size_t index)
    : env_(env),
      parameters_(parameters),
      servers_(std::move(servers)),
      index_(index),
      table_(table_safeguards(bugs)),
      desk_(env) {}

void Replica::start() {
  env_.after(parameters_.ttl / looks_a_ttl, ExpiryDue{});
  if (index_ == 0 && env_.incarnation() == 1) {
    become_primary();
  } else {
    listen();
  }
}

void Replica::show(sim::FieldVisitor& visitor) const {
  sim::visit_field("is_primary", is_primary(), visitor);
  sim::visit_field("epoch", epoch_, visitor);
  sim::visit_field("primary", primary_, visitor);
}

// The nearer to the front, the sooner: so that usually only one makes itself the primary.
void Replica::listen() {
  const auto rank = static_cast<std::int64_t>(index_);
  env_.after(parameters_.failover + parameters_.failover * rank / 2, PrimarySilent{++attempt_});
}

void Replica::on(const PrimarySilent& silent) {
  if (silent.attempt == attempt_ && !is_primary()) become_primary();
}

void Replica::become_primary() {
  epoch_ = (epoch_ / servers_.size() + 1) * servers_.size() + index_;
  version_ = 0;
  primary_ = env_.self();
  anchor_time_ = table_.time();
  anchor_mono_ = env_.mono();
  env_.mark(BecamePrimary{epoch_});
  on(HeartbeatDue{epoch_});
}

void Replica::on(const HeartbeatDue& due) {
  if (!is_primary() || due.epoch != epoch_) return;
  replicate(table_.snapshot());
  env_.after(parameters_.heartbeat, HeartbeatDue{epoch_});
}

void Replica::replicate(sim::Payload table) {
  env_.broadcast(servers_, Replicate{epoch_, version_, std::move(table)});
}

void Replica::on(const Replicate& replicate, const sim::From& from) {
  if (replicate.epoch < epoch_) return;
  const bool is_news = replicate.epoch > epoch_ || replicate.version >= version_;
  if (replicate.epoch > epoch_) desk_.close();
  epoch_ = replicate.epoch;
  primary_ = from.node;
  if (is_news) {
    version_ = replicate.version;
    table_.restore(replicate.table);
  }
  listen();
}

void Replica::execute(Command command, const sim::From& from) {
  if (!is_primary()) {
    env_.reply(from, NotLeader{primary_});
    return;
  }
  const LockTable::Outcome outcome = decide(command);
  desk_.answer(command, outcome, from);
  replicate(table_.snapshot());
}

LockTable::Outcome Replica::decide(Command& command) {
  command.at = table_time();
  const std::uint64_t before = table_.change_count();
  const LockTable::Outcome outcome = table_.apply(command, command.at, epoch_);
  const auto changes = table_.changes_since(before);
  decided_.insert(decided_.end(), changes.begin(), changes.end());
  desk_.tell_changes(table_, before, Desk::News::fresh);
  ++version_;
  return outcome;
}

void Replica::on(const OpenSession& open, const sim::From& from) {
  execute({Verb::open_session, open.session, 0, {}, false, 0, open.ttl, {}}, from);
}

void Replica::on(const KeepAlive& alive, const sim::From& from) {
  execute({Verb::keep_alive, alive.session, 0, {}, false, 0, {}, {}}, from);
}

void Replica::on(const Acquire& acquire, const sim::From& from) {
  execute({Verb::acquire, acquire.session, acquire.number, acquire.lock, acquire.wait, acquire.over, {}, {}},
          from);
}

void Replica::on(const Release& release, const sim::From& from) {
  execute({Verb::release, release.session, release.number, release.lock, false, 0, {}, {}}, from);
}

void Replica::on(const Watch& watch, const sim::From& from) {
  if (is_primary()) {
    desk_.watch(table_, watch, from);
  } else {
    env_.reply(from, NotLeader{primary_});
  }
}

void Replica::on(const ExpiryDue&) {
  env_.after(parameters_.ttl / looks_a_ttl, ExpiryDue{});
  if (!is_primary() || !table_.has_expired_sessions(table_time())) return;
  Command tick;
  decide(tick);
  replicate(table_.snapshot());
}

}  // namespace lightcone::models::lock
