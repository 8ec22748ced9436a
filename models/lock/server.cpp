#include "models/lock/server.hpp"

namespace lightcone::models::lock {

namespace {

// How often a leader looks for expired sessions, in parts of a session's time to live.
constexpr int looks_a_ttl = 8;

}  // namespace

Server::Server(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
               std::vector<NodeId> members)
    : env_(env),
      ttl_(parameters.ttl),
      expires_by_log_(!bugs.contains("lock.local-clock-expiry")),
      table_(table_safeguards(bugs)),
      desk_(env),
      group_(env, *this, parameters.group_options(), std::move(members)) {}

void Server::start() {
  group_.start();
  env_.after(ttl_ / looks_a_ttl, ExpiryDue{});
}

// With lock.local-clock-expiry stamps are of the wall clock, since every server reads its own.
sim::Duration Server::log_time() const {
  if (!expires_by_log_) return env_.wall().time_since_epoch();
  return anchor_time_ + (env_.mono() - anchor_mono_);
}

void Server::set_time() {
  anchor_time_ = table_.time();
  anchor_mono_ = env_.mono();
}

void Server::propose(Command command, const sim::From& from) {
  command.at = log_time();
  const auto index = group_.propose(sim::Payload::of(std::move(command)));
  if (!index) {
    env_.reply(from, NotLeader{group_.leader()});
    return;
  }
  // A group of one may have applied it already.
  if (*index > group_.applied_index()) proposed_.insert_or_assign(*index, from);
}

void Server::on(const OpenSession& open, const sim::From& from) {
  propose({Verb::open_session, open.session, 0, {}, false, 0, open.ttl, {}}, from);
}

void Server::on(const KeepAlive& alive, const sim::From& from) {
  propose({Verb::keep_alive, alive.session, 0, {}, false, 0, {}, {}}, from);
}

void Server::on(const Acquire& acquire, const sim::From& from) {
  propose({Verb::acquire, acquire.session, acquire.number, acquire.lock, acquire.wait, acquire.over, {}, {}},
          from);
}

void Server::on(const Release& release, const sim::From& from) {
  propose({Verb::release, release.session, release.number, release.lock, false, 0, {}, {}}, from);
}

void Server::on(const Watch& watch, const sim::From& from) {
  if (group_.position() == group::Position::leader) {
    desk_.watch(table_, watch, from);
  } else {
    env_.reply(from, NotLeader{group_.leader()});
  }
}

void Server::on(const ExpiryDue&) {
  env_.after(ttl_ / looks_a_ttl, ExpiryDue{});
  if (group_.position() != group::Position::leader || !table_.has_expired_sessions(log_time())) return;
  Command tick;
  tick.at = log_time();
  group_.propose(sim::Payload::of(std::move(tick)));
}

// P9.5
void Server::apply(const group::Entry& entry) {
  const auto& command = entry.payload.get<Command>();
  const std::uint64_t before = table_.change_count();
  const sim::Duration now = expires_by_log_ ? command.at : env_.wall().time_since_epoch();
  const LockTable::Outcome outcome = table_.apply(command, now, entry.term);
  if (group_.position() == group::Position::leader) {
    if (table_.time() > log_time()) set_time();
    desk_.tell_changes(table_, before,
                       entry.term == group_.term() ? Desk::News::fresh : Desk::News::replayed);
  }
  const auto owed = proposed_.find(entry.index);
  if (owed == proposed_.end()) return;
  const sim::From from = owed->second;
  proposed_.erase(owed);
  // Another leader's entry may have taken the place of the one proposed here.
  if (entry.term == group_.term()) desk_.answer(command, outcome, from);
}

void Server::leadership_changed(group::Position position) {
  if (position == group::Position::leader) {
    set_time();
    return;
  }
  proposed_.clear();
  desk_.close();
}

}  // namespace lightcone::models::lock
