// The distinguished proposer: phase 1 for all slots at once, then phase 2 for one slot after another (2001,
// 3).
#include <algorithm>

#include "models/paxos/replica.hpp"

namespace lightcone::models::paxos {

// --- phase 1 -----------------------------------------------------------------------------------------------

void Replica::begin_ballot() {
  const std::optional<Ballot> ballot = ledger_.next_ballot(std::max(seen_, ledger_.promised(1)));
  if (!ballot) return;
  if (position_ == Position::leading) env_.cancel(heartbeat_timer_);
  if (position_ == Position::preparing) env_.metrics().count("ballots without success");
  position_ = Position::preparing;
  leader_ = no_node;
  ballot_ = *ballot;
  first_ = ledger_.chosen_prefix() + 1;
  began_at_ = env_.mono();
  reports_.clear();
  env_.metrics().count("ballots begun");
  env_.mark(BeganBallot{ballot_, first_});
  ask_for_promises();
}

void Replica::ask_for_promises() {
  const Prepare prepare{ballot_, first_};
  acceptor_.on(prepare, env_.self());
  ledger_.when_durable([this, prepare] {
    if (position_ != Position::preparing || prepare.ballot != ballot_) return;
    for (const NodeId acceptor : acceptors()) {
      if (acceptor != env_.self() && !reports_.has(acceptor)) env_.send(acceptor, prepare);
    }
  });
}

void Replica::on(const Promise& promise, const sim::From& from) {
  if (position_ != Position::preparing || promise.ballot != ballot_) return;
  reports_.add(promise, from.node);
  if (reports_.promises() >= majority()) lead();
}

// A refusal names the ballot to beat. Who leads beats it at once, and keeps leading unless those who refused
// have found another leader; who does not lead yet waits for its next time-out.
void Replica::on(const Nack& nack, const sim::From&) {
  seen_ = std::max(seen_, nack.promised);
  if (position_ != Position::leading || nack.ballot != ballot_) return;
  arm_election_timer(patience_);
  begin_ballot();
}

void Replica::lead() {
  position_ = Position::leading;
  leader_ = env_.self();
  env_.cancel(election_timer_);
  peers_.clear();
  for (const NodeId member : members_) {
    if (member != env_.self()) peers_.push_back({member, env_.mono()});
  }
  const Slot known = std::max(ledger_.last_slot(), reports_.last_slot());
  const Slot last = safe_.adopts_accepted ? known : first_ - 1;
  next_ = std::max(first_, last + 1);
  env_.metrics().record("phase 1", env_.mono() - began_at_);
  env_.metrics().sample("round of the leader", static_cast<std::int64_t>(ballot_.round));
  env_.metrics().sample("who leads", static_cast<std::int64_t>(env_.self().index) + 1);
  env_.mark(BecameLeader{ballot_, first_, next_});
  for (Slot slot = first_; slot <= last; ++slot) settle(slot);
  apply_chosen();
  beat();
  serve_waiting();
}

// Phase 2 for a slot in which something may have been accepted before (2001, 2.2 and 3): the decree of the
// highest ballot, or a no-op where nobody has heard of one.
void Replica::settle(Slot slot) {
  if (ledger_.chosen(slot) != nullptr) return;
  const auto counting =
      safe_.counts_one_ballot ? Reports::Counting::one_ballot : Reports::Counting::any_ballots;
  if (const Decree* chosen = reports_.chosen(slot, majority(), counting)) {
    proposals_.erase(slot);
    ledger_.learn(slot, *chosen);
    return;
  }
  Accepted adopted = ledger_.accepted(slot);  // of a proposer that leads again: it need not be in the quorum
  if (const Accepted* highest = reports_.highest(slot);
      highest != nullptr && adopted.ballot < highest->ballot) {
    adopted = *highest;
  }
  const auto earlier = proposals_.find(slot);
  sim::From client{no_node};
  if (earlier != proposals_.end() && earlier->second.ballot == adopted.ballot)
    client = earlier->second.client;
  proposals_.erase(slot);
  if (adopted.ballot == Ballot{}) {
    if (!safe_.fills_gaps) return;
    env_.metrics().count("no-ops proposed");
  }
  propose(slot, std::move(adopted.decree), client);
}

// --- phase 2 -----------------------------------------------------------------------------------------------

void Replica::serve_waiting() {
  while (position_ == Position::leading && !waiting_.empty() &&
         proposals_.size() < static_cast<std::size_t>(parameters_.window)) {
    const Waiting waiting = std::move(waiting_.front());
    waiting_.pop_front();
    while (ledger_.chosen(next_) != nullptr) ++next_;
    propose(next_++, Decree::of(waiting.command), waiting.client);
  }
}

void Replica::propose(Slot slot, Decree decree, const sim::From& client) {
  Proposal& proposal = proposals_[slot];
  proposal = Proposal{std::move(decree), ballot_, {}, client, env_.mono()};
  env_.mark(Proposed{ballot_, slot});
  send_proposal(slot, proposal);
}

// To whom has not voted for it yet.
void Replica::send_proposal(Slot slot, const Proposal& proposal) {
  const Accept accept{ballot_, slot, proposal.decree, ledger_.chosen_prefix()};
  for (const NodeId acceptor : acceptors()) {
    if (proposal.votes.contains(acceptor)) continue;
    if (acceptor == env_.self()) {
      acceptor_.on(accept, acceptor);
    } else {
      env_.send(acceptor, accept);
    }
  }
}

void Replica::on(const Vote& vote, const sim::From& from) {
  if (position_ == Position::leading && vote.ballot == ballot_) count_vote(vote.slot, from.node);
}

void Replica::count_vote(Slot slot, NodeId from) {
  const auto found = proposals_.find(slot);
  if (found == proposals_.end()) return;
  found->second.votes.add(from);
  if (found->second.votes.size() < majority()) return;
  const Proposal proposal = std::move(found->second);
  proposals_.erase(found);
  env_.metrics().record("phase 2", env_.mono() - proposal.sent_at);
  env_.mark(Chosen{ballot_, slot});
  if (proposal.client.node != no_node) owed_.insert_or_assign(slot, proposal.client);
  ledger_.learn(slot, proposal.decree);
  apply_chosen();
  serve_waiting();
}

// --- leading -----------------------------------------------------------------------------------------------

bool Replica::has_majority_lately() const {
  const auto heard = std::count_if(peers_.begin(), peers_.end(), [this](const Peer& peer) {
    return is_acceptor(peer.node) && env_.mono() - peer.heard_at < parameters_.election_max;
  });
  return static_cast<std::size_t>(heard) + (is_acceptor(env_.self()) ? 1 : 0) >= majority();
}

void Replica::on(const HeartbeatDue& due) {
  if (position_ != Position::leading || due.ballot != ballot_) return;
  if (safe_.listens && !has_majority_lately()) {
    step_down(no_node);
    return;
  }
  // What has had no majority since the last heartbeat is taken for lost on its way.
  for (const auto& [slot, proposal] : proposals_) {
    if (env_.mono() - proposal.sent_at >= parameters_.heartbeat) send_proposal(slot, proposal);
  }
  env_.metrics().sample("undecided slots", static_cast<std::int64_t>(proposals_.size()));
  env_.metrics().sample("notes on disk", static_cast<std::int64_t>(ledger_.notes_on_disk()));
  beat();
}

void Replica::beat() {
  for (const Peer& peer : peers_) env_.send(peer.node, Heartbeat{ballot_, ledger_.chosen_prefix()});
  heartbeat_timer_ = env_.after(parameters_.heartbeat, HeartbeatDue{ballot_});
}

void Replica::on(const Heard& heard, const sim::From& from) {
  if (position_ != Position::leading) return;
  const auto peer =
      std::find_if(peers_.begin(), peers_.end(), [&](const Peer& one) { return one.node == from.node; });
  if (peer == peers_.end()) return;
  peer->heard_at = env_.mono();
  const Slot own = ledger_.chosen_prefix();
  const Slot lag = own > heard.chosen ? own - heard.chosen : 0;
  env_.metrics().sample(std::string("lag of ").append(env_.name(from.node)), static_cast<std::int64_t>(lag));
  if (lag > 0) catch_up(from.node, heard.chosen);
}

void Replica::catch_up(NodeId peer, Slot chosen) {
  Learn learn{chosen + 1, {}};
  const Slot last = std::min(ledger_.chosen_prefix(), chosen + static_cast<Slot>(parameters_.catch_up));
  for (Slot slot = learn.first; slot <= last; ++slot) learn.decrees.push_back(*ledger_.chosen(slot));
  env_.send(peer, std::move(learn));
}

void Replica::step_down(NodeId leader) {
  env_.mark(SteppedDown{ballot_});
  if (position_ == Position::preparing) env_.metrics().count("ballots without success");
  position_ = Position::follower;
  leader_ = leader;
  env_.cancel(heartbeat_timer_);
  proposals_.clear();
  owed_.clear();
  for (const Waiting& waiting : waiting_) send_elsewhere(waiting.client);  // nothing was done for them
  waiting_.clear();
  heard_leader_at_ = env_.mono();
  arm_election_timer(patience_);
}

}  // namespace lightcone::models::paxos
