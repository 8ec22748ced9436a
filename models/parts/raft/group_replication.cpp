// Log replication: section 5.3.
#include <algorithm>
#include <utility>

#include "models/parts/raft/group.hpp"
#include "sim/ensure.hpp"

namespace lightcone::models::parts::raft {

using sim::ensure;

// --- the leader --------------------------------------------------------------------------------------------

// P18.2: this and the recovery are the only places where a leader's log changes, and it only grows.
bool Group::append_own(EntryKind kind, Payload payload) {
  const Index index = log_.last_index() + 1;
  if (!log_.append({index, ballot_.term, kind, std::move(payload)})) return false;
  if (!safe_.persist_before_ack) {
    durable_index_ = index;
  } else if (!batches() || kind != EntryKind::command) {  // a command is made durable with its batch
    persist_own_appends();
  }
  return true;
}

void Group::persist_own_appends() {
  persist();
  own_appends_.emplace_back(written_, log_.last_index());
}

std::optional<Index> Group::propose(Payload command) {
  if (position_ != Position::leader || transfer_to_ != no_node) return std::nullopt;
  if (!append_own(EntryKind::command, std::move(command))) return std::nullopt;
  const Index index = log_.last_index();
  if (!safe_.persist_before_ack) advance_commit();
  replicate_soon(index);
  return index;
}

// What the log holds from `first` on is new.
void Group::replicate_soon(Index first) {
  if (batches()) {
    if (batch_from_ != 0) return;
    batch_from_ = first;
    env_.after(options_.batch, BatchDue{setup_.id, ballot_.term});
    return;
  }
  for (Peer& peer : peers_) replicate_to(peer, Empty::skip);
}

// One sync and one message to each follower for all that came meanwhile.
void Group::on(const BatchDue& due) {
  if (position_ != Position::leader || due.term != ballot_.term) return;
  const Index first = std::exchange(batch_from_, 0);
  if (log_.has(first) && safe_.persist_before_ack) persist_own_appends();
  if (!reads_.empty() && reads_.back().round > round_) {
    broadcast();
  } else {
    for (Peer& peer : peers_) replicate_to(peer, Empty::skip);
  }
}

void Group::on(const HeartbeatDue& due) {
  if (position_ != Position::leader || due.term != ballot_.term) return;
  if (options_.check_quorum && safe_.step_down_without_quorum && !has_quorum_lately()) {
    become_follower(no_node);
    return;
  }
  if (transfer_to_ != no_node && env_.mono() >= transfer_until_) transfer_to_ = no_node;
  for (Peer& peer : peers_) peer.in_flight = 0;  // what was not answered by now is taken for lost
  broadcast();
  heartbeat_timer_ = env_.after(options_.heartbeat, HeartbeatDue{setup_.id, ballot_.term});
}

// Every broadcast is a new round; who answers one proves that this was the leader when the round began.
void Group::broadcast() {
  rounds_.push_back({++round_, env_.mono()});
  for (Peer& peer : peers_) replicate_to(peer, Empty::send);
  if (peers_.empty()) {  // a group of one is its own quorum
    renew_lease();
    serve_reads();
  }
}

void Group::replicate_to(Peer& peer, Empty empty) {
  const Index last = batch_from_ == 0 ? log_.last_index() : batch_from_ - 1;
  const std::optional<Term> previous_term = log_.term_at(peer.next - 1);
  if (!previous_term) {
    send_snapshot(peer);
    return;
  }
  const std::uint64_t window = peer.probing ? 1 : options_.pipeline;
  const bool may_send_entries = peer.next <= last && peer.in_flight < window;
  if (!may_send_entries && empty == Empty::skip) return;

  AppendEntries append{setup_.id, ballot_.term, peer.next - 1, *previous_term, commit_, round_, {}};
  if (may_send_entries) {
    const Index end = std::min(last, peer.next + options_.max_batch - 1);
    append.entries.reserve(static_cast<std::size_t>(end - peer.next + 1));
    for (Index index = peer.next; index <= end; ++index) append.entries.push_back(log_.at(index));
    ++peer.in_flight;
    if (!peer.probing) peer.next = end + 1;
  }
  env_.send(peer.node, std::move(append));
}

void Group::send_snapshot(Peer& peer) {
  if (peer.in_flight > 0) return;  // one at a time
  ++peer.in_flight;
  peer.probing = true;
  env_.send(peer.node, InstallSnapshot{setup_.id, ballot_.term, round_, log_.snapshot()});
}

void Group::on(const Appended& appended, NodeId from) {
  if (appended.term > ballot_.term) {
    observe_term(appended.term);
    return;
  }
  Peer* peer = peer_of(from);
  if (position_ != Position::leader || appended.term != ballot_.term || peer == nullptr) return;
  // The refusal of what this server sent when it led an earlier term: it says nothing of this one, whose
  // rounds begin anew.
  if (appended.round == no_round) return;
  peer->heard_at = env_.mono();
  peer->counts = appended.counts;
  const bool is_old = appended.round < peer->acked_round;  // overtaken by a later answer
  peer->acked_round = std::max(peer->acked_round, appended.round);
  if (peer->in_flight > 0) --peer->in_flight;
  renew_lease();
  if (!appended.matches) {
    if (!is_old) peer_conflicts(*peer, appended);
    return;
  }
  peer->match = std::max(peer->match, appended.match);
  peer->next = std::max(peer->next, peer->match + 1);
  peer->probing = false;
  advance_commit();
  // A commit may have ended this leadership or changed who the peers are.
  if (position_ != Position::leader) return;
  serve_reads();
  promote_learners();
  finish_transfer_if_ready();
  if (Peer* still = peer_of(from)) replicate_to(*still, Empty::skip);
}

// Steps over a whole term at a time (the optimisation at the end of 5.3).
void Group::peer_conflicts(Peer& peer, const Appended& appended) {
  Index next = appended.conflict_index;
  if (appended.conflict_term != 0) {
    const Index last = log_.last_of_term(appended.conflict_term);
    if (last != 0) next = last + 1;
  }
  next = std::max<Index>(1, next);
  // Nothing new: the next heartbeat tries again. Answering each refusal at once would let messages multiply.
  if (next > peer.next || (peer.probing && next == peer.next)) return;
  peer.match = std::min(peer.match, next - 1);  // it can have lost entries since: to corruption, say
  peer.next = next;
  peer.probing = true;
  peer.in_flight = 0;
  replicate_to(peer, Empty::skip);
}

bool Group::has_quorum_lately() const {
  const sim::MonoTime now = env_.mono();
  const auto heard = [&](NodeId node) -> std::uint64_t {
    if (node == env_.self()) return 1;
    for (const Peer& peer : peers_) {
      if (peer.node == node) return now - peer.heard_at < options_.election_max ? 1 : 0;
    }
    return 0;
  };
  return reached(heard) == 1;
}

// --- followers ---------------------------------------------------------------------------------------------

Appended Group::blank_answer(Round round) const {
  return {setup_.id, ballot_.term, round, false, 0, 0, 0, !self_.lost_memory};
}

void Group::on(const AppendEntries& append, NodeId from) {
  if (append.term < ballot_.term) {
    env_.send(from, blank_answer(no_round));  // tells an old leader the term
    return;
  }
  if (!observe_term(append.term)) return;
  ensure(position_ != Position::leader || !safe_.persist_vote || !safe_.only_voters_count ||
             from == env_.self() || !safe_.one_change_at_a_time || !safe_.wiped_member_abstains ||
             !safe_.own_commit_before_change || !safe_.quorums_meet,
         "a leader hears from no other leader of its term while all safeguards of elections are on");
  hear_from_leader(from);
  if (self_.lost_memory && self_.lost_at == 0 && append.commit > 0) {
    self_.lost_at = append.commit;
    if (identity_.write(self_)) persist();
  }
  const Appended answer = answer_to(append);
  if (answer.matches && safe_.persist_before_ack) {
    send_when_durable(from, answer);
  } else {
    env_.send(from, answer);
  }
}

Appended Group::answer_to(const AppendEntries& append) {
  if (const auto conflict = conflict_with(append)) return *conflict;
  Appended answer = blank_answer(append.round);
  if (!take_entries(append)) return answer;  // the disk is full; conflict_index 0 makes the leader probe
  answer.matches = true;
  answer.match = append.previous_index + append.entries.size();
  commit_to(std::min(append.commit, answer.match));
  return answer;
}

// P18.3: entries are taken only behind an entry that is the leader's. What a snapshot covers is committed, so
// it is.
std::optional<Appended> Group::conflict_with(const AppendEntries& append) const {
  if (append.previous_index < log_.first_index()) return std::nullopt;
  const std::optional<Term> term = log_.term_at(append.previous_index);
  if (term == append.previous_term) return std::nullopt;
  Appended answer = blank_answer(append.round);
  if (!term) {
    answer.conflict_index = log_.last_index() + 1;
  } else {
    answer.conflict_term = *term;
    answer.conflict_index = std::max(log_.first_of_term(*term), log_.first_index());
  }
  return answer;
}

bool Group::take_entries(const AppendEntries& append) {
  const std::uint64_t before = log_.version();
  bool room = true;
  if (!safe_.truncate_only_conflicts && !append.entries.empty()) {
    const Index from = std::max(append.previous_index + 1, log_.first_index());
    log_.truncate_from(from);
  }
  for (const Entry& entry : append.entries) {
    if (entry.index < log_.first_index()) continue;
    if (log_.has(entry.index)) {
      if (log_.at(entry.index).term == entry.term) continue;
      env_.mark(Truncated{setup_.id, entry.index, log_.last_index()});
      log_.truncate_from(entry.index);  // Figure 2, receiver rule 3: from the first conflict only
    }
    if (!log_.append(entry)) {
      room = false;
      break;
    }
    if (entry.kind == EntryKind::configuration) {
      use_configuration(entry.index, entry.payload.get<Configuration>());
    }
  }
  if (log_.version() == before) return room;
  log_.forget_damage_if_repaired();
  if (configuration_index_ > log_.last_index() || configuration_index_ > 0) reload_configuration();
  if (safe_.persist_before_ack) persist();
  return room;
}

void Group::on(const InstallSnapshot& install, NodeId from) {
  if (install.term < ballot_.term) {
    env_.send(from, blank_answer(no_round));
    return;
  }
  if (!observe_term(install.term)) return;
  hear_from_leader(from);
  const Snapshot& snapshot = install.snapshot;
  Appended answer = blank_answer(install.round);
  answer.matches = true;
  answer.match = snapshot.last_index;
  if (snapshot.last_index > commit_) {
    if (!log_.save_snapshot(snapshot)) return;
    machine_.restore(snapshot.state);
    commit_ = applied_ = snapshot.last_index;
    log_.forget_damage_if_repaired();
    reload_configuration();
    persist();
    snapshot_write_ = written_;
    env_.mark(SnapshotInstalled{setup_.id, snapshot.last_index});
    serve_reads();
  }
  send_when_durable(from, answer);
}

}  // namespace lightcone::models::parts::raft
