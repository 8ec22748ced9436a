// Elections: sections 5.2 and 5.4.1; pre-vote and stickiness: dissertation 4.2.3 and 9.6.
#include <algorithm>

#include "models/parts/raft/group.hpp"

namespace lightcone::models::parts::raft {

void Group::arm_election_timer() {
  env_.cancel(election_timer_);
  const sim::Duration timeout = chance_.between(options_.election_min, options_.election_max);
  election_timer_ = env_.after(timeout, ElectionTimedOut{setup_.id, ++attempt_});
}

void Group::hear_from_leader(NodeId leader) {
  if (position_ != Position::follower || leader_ != leader) become_follower(leader);
  heard_leader_at_ = env_.mono();
  arm_election_timer();
}

bool Group::heard_recently() const {
  if (position_ == Position::leader) return options_.check_quorum && has_quorum_lately();
  return leader_ != no_node && env_.mono() - heard_leader_at_ < options_.election_min;
}

bool Group::may_stand() const {
  const bool holds_what_it_promised = log_.damaged().index == 0;
  return configuration_.is_voter(env_.self()) && !self_.lost_memory && holds_what_it_promised;
}

void Group::on(const ElectionTimedOut& timed_out) {
  if (timed_out.attempt != attempt_ || position_ == Position::leader) return;
  arm_election_timer();
  leader_ = no_node;
  fail_reads();
  if (!may_stand()) return;
  if (options_.prevote) {
    ask_before_standing();
  } else {
    stand(Reason::timeout);
  }
}

void Group::on(const TimeoutNow& now, NodeId) {
  if (now.term == ballot_.term && position_ == Position::follower && may_stand()) stand(Reason::transfer);
}

// Nobody's term changes unless a quorum would vote for this member, so one that was cut off does not depose
// a leader when it comes back.
void Group::ask_before_standing() {
  position_ = Position::candidate;
  pre_ = true;
  votes_.assign(1, env_.self());
  env_.mark(BecameCandidate{setup_.id, ballot_.term + 1, true});
  request_votes({setup_.id, ballot_.term + 1, log_.last_index(), log_.last_term(), true, false});
  count_vote(env_.self());
}

void Group::stand(Reason reason) {
  if (!set_ballot({ballot_.term + 1, env_.self()})) return;  // P18.1: its own vote counts once it is durable
  position_ = Position::candidate;
  pre_ = false;
  leader_ = no_node;
  votes_.clear();
  arm_election_timer();
  env_.mark(BecameCandidate{setup_.id, ballot_.term, false});
  const RequestVote request{setup_.id,        ballot_.term, log_.last_index(),
                            log_.last_term(), false,        reason == Reason::transfer};
  request_votes(request);
  send_when_durable(env_.self(), Voted{setup_.id, ballot_.term, true, false});
}

void Group::request_votes(const RequestVote& request) {
  for (const NodeId node : configuration_.everyone()) {
    if (node == env_.self()) continue;
    if (safe_.only_voters_count && !configuration_.is_voter(node)) continue;
    if (request.pre) {
      env_.send(node, request);
    } else {
      send_when_durable(node, request);
    }
  }
}

// Section 5.4.1: the later last term wins; with equal terms, the longer log.
bool Group::is_up_to_date(const RequestVote& request) const {
  if (!safe_.vote_checks_log) return true;
  const Reach own = log_.reach();
  if (safe_.vote_compares_terms && request.last_term != own.term) return request.last_term > own.term;
  return request.last_index >= own.index;
}

bool Group::may_vote() const {
  if (self_.lost_memory) return false;
  if (env_.mono() < no_votes_before_) return false;
  return true;
}

void Group::on(const RequestVote& request, NodeId from) {
  if (!may_vote()) return;
  const bool stickiness = options_.stickiness && (!options_.leases || safe_.lease_needs_stickiness);
  if (stickiness && !request.transfer && heard_recently()) return;
  if (request.pre) {
    answer_pre_vote(request, from);
    return;
  }
  if (!observe_term(request.term)) return;
  bool granted = request.term == ballot_.term && is_up_to_date(request) &&
                 (ballot_.voted_for == no_node || ballot_.voted_for == from);
  if (granted) granted = set_ballot({ballot_.term, from});  // P18.1
  if (granted) arm_election_timer();
  const Voted vote{setup_.id, ballot_.term, granted, false};
  if (safe_.persist_vote) {
    send_when_durable(from, vote);
  } else {
    env_.send(from, vote);
  }
}

void Group::answer_pre_vote(const RequestVote& request, NodeId from) {
  const bool granted = request.term > ballot_.term && is_up_to_date(request);
  // A refusal tells the asker the term; agreement is to the term that it asked about.
  env_.send(from, Voted{setup_.id, granted ? request.term : ballot_.term, granted, true});
}

void Group::on(const Voted& vote, NodeId from) {
  if (vote.term > ballot_.term && !(vote.pre && vote.granted)) {
    observe_term(vote.term);
    return;
  }
  if (position_ != Position::candidate || vote.pre != pre_ || !vote.granted) return;
  if (vote.term != ballot_.term + (pre_ ? 1 : 0)) return;
  count_vote(from);
}

void Group::count_vote(NodeId voter) {
  if (std::find(votes_.begin(), votes_.end(), voter) == votes_.end()) votes_.push_back(voter);
  const auto has_voted = [this](NodeId node) -> std::uint64_t {
    return std::find(votes_.begin(), votes_.end(), node) != votes_.end() ? 1 : 0;
  };
  if (reached(has_voted) == 0) return;
  if (pre_) {
    stand(Reason::timeout);
  } else {
    lead();
  }
}

void Group::lead() {
  position_ = Position::leader;
  leader_ = env_.self();
  env_.cancel(election_timer_);
  round_ = 0;
  rounds_.clear();
  led_since_ = env_.mono();
  transfer_to_ = no_node;
  peers_.clear();
  refresh_peers();
  env_.mark(BecameLeader{setup_.id, ballot_.term, log_.last_index()});
  term_start_ = log_.last_index() + 1;
  // What an earlier leadership appended says nothing of this log: some of it may have been replaced since.
  durable_index_ = 0;
  own_appends_.clear();
  if (!append_own(EntryKind::noop, {})) {  // 5.4.2: so that earlier entries can be committed
    become_follower(no_node);
    return;
  }
  machine_.leadership_changed(position_);
  broadcast();
  heartbeat_timer_ = env_.after(options_.heartbeat, HeartbeatDue{setup_.id, ballot_.term});
}

// Peers follow the configuration; what is known of those that stay is kept.
void Group::refresh_peers() {
  const std::vector<NodeId> everyone = configuration_.everyone();
  const auto is_gone = [&](const Peer& peer) {
    return std::find(everyone.begin(), everyone.end(), peer.node) == everyone.end();
  };
  peers_.erase(std::remove_if(peers_.begin(), peers_.end(), is_gone), peers_.end());
  for (const NodeId node : everyone) {
    if (node == env_.self() || peer_of(node) != nullptr) continue;
    Peer peer;
    peer.node = node;
    peer.next = log_.last_index() + 1;
    peer.heard_at = env_.mono();
    peers_.push_back(peer);
  }
}

}  // namespace lightcone::models::parts::raft
