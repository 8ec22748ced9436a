#include "models/paxos/replica.hpp"

#include <algorithm>

namespace lightcone::models::paxos {

using parts::key_value::Store;

Replica::Replica(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
                 std::vector<NodeId> members)
    : env_(env),
      parameters_(parameters),
      safe_(safeguards_without(bugs)),
      members_(std::move(members)),
      chance_(env.stream("paxos/election")),
      store_(safe_.has_sessions ? Store::Deduplication::by_session : Store::Deduplication::none),
      ledger_(env, Decrees::many, safe_),
      acceptor_(env, ledger_, Decrees::many, safe_,
                is_acceptor(env.self()) ? Acceptor::Office::acceptor : Acceptor::Office::none) {}

bool Replica::is_acceptor(NodeId node) const {
  const auto all = acceptors();
  return std::find(all.begin(), all.end(), node) != all.end();
}

void Replica::start() {
  ledger_.recover();
  apply_chosen();
  patience_ = chance_.between(parameters_.election_min, parameters_.election_max);
  arm_election_timer(patience_);
}

void Replica::show(sim::FieldVisitor& visitor) const {
  visit_field("position", position_, visitor);
  visit_field("ballot", ballot_, visitor);
  visit_field("promised", ledger_.promised(1), visitor);
  visit_field("leader", leader_, visitor);
  visit_field("last_slot", ledger_.last_slot(), visitor);
  visit_field("chosen", ledger_.chosen_prefix(), visitor);
  visit_field("applied", applied_, visitor);
  visit_field("lost_memory", ledger_.has_lost_memory(), visitor);
}

// --- clients -----------------------------------------------------------------------------------------------

void Replica::on(const Execute& execute, const sim::From& from) {
  if (position_ != Position::leading) {
    send_elsewhere(from);
    return;
  }
  waiting_.push_back({execute.command, from});
  serve_waiting();
}

void Replica::send_elsewhere(const sim::From& client) { env_.reply(client, NotLeader{leader_}); }

// P18.5: in order, each slot once, and only what is chosen.
void Replica::apply_chosen() {
  while (applied_ < ledger_.chosen_prefix()) {
    const Decree& decree = *ledger_.chosen(++applied_);
    const sim::Value* result = nullptr;
    if (decree) result = store_.apply(decree.get<Command>(), applied_);
    answer(applied_, result);
  }
}

void Replica::answer(Slot slot, const sim::Value* result) {
  const auto owed = owed_.find(slot);
  if (owed == owed_.end()) return;
  const sim::From client = owed->second;
  owed_.erase(owed);
  if (result != nullptr) {
    env_.reply(client, Executed{*result, slot});
  } else {
    env_.reply(client, SessionUnknown{});
  }
}

// --- acceptor ----------------------------------------------------------------------------------------------

void Replica::on(const Prepare& prepare, const sim::From& from) {
  // Who has a leader does not help to depose it. No safety depends on this.
  const bool is_rival = from.node != env_.self() && from.node != leader_;
  if (parameters_.stickiness && is_rival && has_leader_lately()) return;
  const Ballot before = ledger_.promised(prepare.slot);
  if (acceptor_.on(prepare, from.node) != Acceptor::Answer::given || from.node == env_.self()) return;
  if (prepare.ballot == before) return;
  if (position_ != Position::follower) step_down(no_node);
  leader_ = no_node;
  heard_leader_at_ = env_.mono();  // it has its chance before this one stands
}

void Replica::on(const Accept& accept, const sim::From& from) {
  const Acceptor::Answer answer = acceptor_.on(accept, from.node);
  if (answer == Acceptor::Answer::refused || from.node == env_.self()) return;
  if (accept.ballot >= ledger_.promised(accept.slot)) hear_from_leader(from.node);
  learn_up_to(accept.chosen, accept.ballot);
}

void Replica::on(const Heartbeat& heartbeat, const sim::From& from) {
  const Ballot own = position_ == Position::follower ? Ballot{} : ballot_;
  const Ballot promised = std::max(own, ledger_.promised(1));  // not the same where it is no acceptor
  if (heartbeat.ballot < promised) {
    env_.send(from.node, Nack{heartbeat.ballot, 0, promised});
    return;
  }
  hear_from_leader(from.node);
  learn_up_to(heartbeat.chosen, heartbeat.ballot);
  env_.send(from.node, Heard{heartbeat.ballot, ledger_.chosen_prefix()});
}

void Replica::hear_from_leader(NodeId leader) {
  if (position_ != Position::follower) step_down(leader);
  leader_ = leader;
  heard_leader_at_ = env_.mono();
}

bool Replica::has_leader_lately() const {
  if (position_ == Position::leading) return has_majority_lately();
  return leader_ != no_node && env_.mono() - heard_leader_at_ < parameters_.election_min;
}

// --- learner -----------------------------------------------------------------------------------------------

// The leader knows the decree of every slot up to `chosen`. What was accepted here in the leader's own ballot
// is that decree: in one ballot a slot has one. Anything else is left to Learn.
void Replica::learn_up_to(Slot chosen, Ballot ballot) {
  for (Slot slot = ledger_.chosen_prefix() + 1; slot <= chosen; ++slot) {
    const Accepted accepted = ledger_.accepted(slot);
    if (accepted.is_chosen) continue;
    if (accepted.ballot != ballot) break;
    ledger_.learn(slot, accepted.decree);
  }
  apply_chosen();
}

void Replica::on(const Learn& learn, const sim::From& from) {
  const Slot before = ledger_.chosen_prefix();
  Slot slot = learn.first;
  for (const Decree& decree : learn.decrees) {
    ledger_.learn(slot, decree);
    proposals_.erase(slot++);  // decided without this proposer
  }
  apply_chosen();
  if (position_ == Position::leading) {
    serve_waiting();
  } else if (from.node == leader_ && ledger_.chosen_prefix() > before) {
    // Is there more? Asked only after news, or a message that the network doubles would double all that
    // follow.
    env_.send(from.node, Heard{ledger_.promised(1), ledger_.chosen_prefix()});
  }
}

// --- elections ---------------------------------------------------------------------------------------------

void Replica::arm_election_timer(sim::Duration delay) {
  env_.cancel(election_timer_);
  election_timer_ = env_.after(delay, ElectionTimedOut{++attempt_});
}

void Replica::on(const ElectionTimedOut& timed_out) {
  if (timed_out.attempt != attempt_ || position_ == Position::leading) return;
  const sim::Duration silence = env_.mono() - heard_leader_at_;
  if (position_ == Position::follower && silence < patience_) {
    arm_election_timer(patience_ - silence);
    return;
  }
  patience_ = chance_.between(parameters_.election_min, parameters_.election_max);
  arm_election_timer(patience_);
  leader_ = no_node;
  if (ledger_.has_lost_memory()) return;
  if (position_ == Position::preparing && ballot_ >= std::max(seen_, ledger_.promised(first_))) {
    ask_for_promises();  // again: nobody refused, the question or the answers were lost
  } else {
    begin_ballot();
  }
}

}  // namespace lightcone::models::paxos
