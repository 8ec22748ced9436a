// Life of a member: creation, recovery, durability, and stepping down.
#include "models/parts/raft/group.hpp"

#include <algorithm>
#include <utility>

#include "sim/ensure.hpp"

namespace lightcone::models::parts::raft {

Group::Group(sim::Env& env, Machine& machine, Setup setup)
    : env_(env),
      machine_(machine),
      setup_(std::move(setup)),
      options_(setup_.options),
      safe_(setup_.safeguards),
      chance_(env.stream("raft/election").split(setup_.id)),
      ballots_(env.disk(), setup_.file_prefix + "ballot"),
      identity_(env.disk(), setup_.file_prefix + "identity"),
      log_(env.disk(), setup_.file_prefix) {}

Group::Group(sim::Env& env, Machine& machine, Options options, std::vector<NodeId> voters)
    : Group(env, machine, [&] {
        Setup setup;
        setup.options = options;
        setup.initial.voters = std::move(voters);
        return setup;
      }()) {}

void Group::start() {
  const bool blank = identity_.read().state == stable::Cell<Identity>::State::never_written;
  // The operator starts a group once ("initial cluster state: new"). Whoever finds a blank disk later has
  // lost what it promised, and must not take part in decisions under its old name (P18.9, dissertation 3.8).
  began_wiped_ = blank && env_.incarnation() > 1;
  configuration_ = setup_.initial;
  if (began_wiped_ && safe_.wiped_member_abstains) self_.lost_memory = true;
  if (blank) {
    if (!identity_.write(self_)) return;
    persist();
  }
  recover();
  arm_election_timer();
}

void Group::recover() {
  const auto identity = identity_.read();
  if (identity.value) self_ = *identity.value;
  const auto ballot = ballots_.read();
  if (ballot.value) ballot_ = *ballot.value;
  const bool forgot_votes = ballot.state == stable::Cell<Ballot>::State::corrupt;
  const auto on_corruption = safe_.repair_corruption ? Log::OnCorruption::remember : Log::OnCorruption::cut;
  const Log::Found found = log_.recover(on_corruption);
  unreadable_up_to_ = found.unreadable_up_to;
  if (forgot_votes) self_.lost_memory = true;
  // Everything found was durable: a crash of the process keeps the page cache, and a power loss empties it.
  // What the page cache still held may yet be lost, so it is synced before it is relied upon.
  persist();
  own_appends_.emplace_back(written_, log_.last_index());

  const Snapshot& snapshot = log_.snapshot();
  if (snapshot.last_index > 0) machine_.restore(snapshot.state);
  commit_ = applied_ = snapshot.last_index;
  reload_configuration();
  if (options_.leases && safe_.restarted_voter_waits && env_.incarnation() > 1) {
    no_votes_before_ = env_.mono() + options_.election_max;
  }
  env_.mark(Recovered{setup_.id, ballot_.term, log_.last_index(), found.damaged.index, self_.lost_memory});
}

// --- durability --------------------------------------------------------------------------------------------

void Group::persist() {
  ++written_;
  if (syncing_ == 0) start_sync();
}

void Group::start_sync() {
  if (!log_.seal()) return;  // the disk is full: nothing more is promised until it has room
  syncing_ = written_;
  env_.sync(Persisted{setup_.id, written_});
}

void Group::on(const Persisted& persisted) {
  durable_ = std::max(durable_, persisted.write);
  syncing_ = 0;
  if (snapshot_write_ != 0 && snapshot_write_ <= durable_) {
    snapshot_write_ = 0;
    log_.compact();
  }
  finish_own_appends();
  send_deferred();
  if (written_ > durable_ && syncing_ == 0) start_sync();
}

void Group::finish_own_appends() {
  while (!own_appends_.empty() && own_appends_.front().first <= durable_) {
    durable_index_ = std::min(own_appends_.front().second, log_.last_index());
    own_appends_.pop_front();
  }
  if (position_ == Position::leader) advance_commit();
}

template <class M>
void Group::send_when_durable(NodeId to, M message) {
  if (written_ == durable_) {
    env_.send(to, std::move(message));
  } else {
    deferred_.push_back({written_, to, std::move(message)});
  }
}
template void Group::send_when_durable(NodeId, Voted);
template void Group::send_when_durable(NodeId, Appended);
template void Group::send_when_durable(NodeId, RequestVote);

void Group::send_deferred() {
  while (!deferred_.empty() && deferred_.front().write <= durable_) {
    const Deferred deferred = deferred_.front();
    deferred_.pop_front();
    std::visit(
        [&](const auto& message) {
          if (message.term == ballot_.term) env_.send(deferred.to, message);  // else nobody waits for it
        },
        deferred.message);
  }
}

// --- terms -------------------------------------------------------------------------------------------------

bool Group::set_ballot(Ballot ballot) {
  if (ballot == ballot_) return true;
  if (!ballots_.write(ballot)) return false;
  ballot_ = ballot;
  if (safe_.persist_vote) persist();
  return true;
}

bool Group::observe_term(Term term) {
  if (term <= ballot_.term) return true;
  if (!set_ballot({term, no_node})) return false;
  become_follower(no_node);
  return true;
}

// A timer that runs goes on: a newer term alone is no sign of a leader (5.2: only who hears from one, or
// votes, waits anew).
void Group::become_follower(NodeId leader) {
  const Position before = std::exchange(position_, Position::follower);
  leader_ = leader;
  pre_ = false;
  votes_.clear();
  if (before == Position::leader) {
    env_.cancel(heartbeat_timer_);
    batch_from_ = 0;
    lease_until_ = sim::MonoTime::min();
    transfer_to_ = no_node;
    rounds_.clear();
    peers_.clear();
    env_.mark(SteppedDown{setup_.id, ballot_.term, ballot_.term});
    fail_reads();
    machine_.leadership_changed(position_);
    arm_election_timer();
  }
}

Group::Peer* Group::peer_of(NodeId node) {
  const auto found =
      std::find_if(peers_.begin(), peers_.end(), [&](const Peer& peer) { return peer.node == node; });
  return found == peers_.end() ? nullptr : &*found;
}

void Group::show(sim::FieldVisitor& visitor) const {
  visit_field("position", position_, visitor);
  visit_field("term", ballot_.term, visitor);
  visit_field("voted_for", ballot_.voted_for, visitor);
  visit_field("leader", leader_, visitor);
  visit_field("last_index", log_.last_index(), visitor);
  visit_field("last_term", log_.last_term(), visitor);
  visit_field("commit", commit_, visitor);
  visit_field("applied", applied_, visitor);
  visit_field("configuration", configuration_, visitor);
}

}  // namespace lightcone::models::parts::raft
