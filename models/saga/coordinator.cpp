#include "models/saga/coordinator.hpp"

#include <algorithm>
#include <utility>

#include "sim/fields_of.hpp"

namespace lightcone::models::saga {

namespace {

constexpr std::size_t settled_in_one_entry = 64;

}  // namespace

Coordinator::Coordinator(sim::Env& env, const Parameters& parameters, const Safeguards& safe,
                         const std::vector<NodeId>& members)
    : env_(env),
      parameters_(parameters),
      safe_(safe),
      group_(env, *this, parameters.group_options(), members) {}

void Coordinator::show(sim::FieldVisitor& visitor) const {
  group_.show(visitor);
  sim::visit_field("polls", polls_.size(), visitor);
  sim::visit_field("decisions", book_.decisions().size(), visitor);
  sim::visit_field("unacknowledged", unacknowledged_.size(), visitor);
}

bool Coordinator::refuses(TxnId txn, const sim::From& from) {
  if (leads()) return false;
  env_.send(from.node, NotCoordinator{txn, group_.leader()});
  return true;
}

// Whether it was decided before.
bool Coordinator::answers_known(TxnId txn, NodeId to) {
  if (const Decision* known = book_.find(txn)) {
    tell(*known, to);
    return true;
  }
  if (!book_.is_over(txn)) return false;
  env_.send(to, Decide{txn, Outcome::abort, false, {}});
  return true;
}

// --- votes -------------------------------------------------------------------------------------------------

void Coordinator::on(const BeginCommit& begin, const sim::From& from) {
  if (refuses(begin.txn, from) || answers_known(begin.txn, from.node)) return;
  const auto [found, is_new] = polls_.try_emplace(begin.txn);
  if (!is_new) return;
  Poll& poll = found->second;
  poll.lowest = begin.lowest;
  poll.participants.push_back(from.node);
  for (const Part& part : begin.parts) poll.participants.push_back(part.participant);
  poll.prepared.insert(from.node);
  poll.answers = begin.answers;
  poll.timer = env_.after(parameters_.vote_timeout, VotesOverdue{begin.txn});
  for (const Part& part : begin.parts) {
    env_.send(part.participant, Prepare{begin.txn, begin.lowest, begin.age, poll.participants, part.steps});
  }
}

void Coordinator::on(const Vote& vote, const sim::From& from) {
  if (refuses(vote.txn, from) || answers_known(vote.txn, from.node)) return;
  const auto found = polls_.find(vote.txn);
  if (found == polls_.end() || found->second.is_decided) return;
  Poll& poll = found->second;
  Decision decision;
  decision.txn = vote.txn;
  if (vote.opinion == Opinion::prepared) {
    if (!poll.prepared.insert(from.node).second) return;
    poll.answers.insert(poll.answers.end(), vote.answers.begin(), vote.answers.end());
    if (poll.prepared.size() < poll.participants.size()) return;
    decision.outcome = Outcome::commit;
    decision.answers = poll.answers;
  }
  decision.declined = vote.opinion == Opinion::declined;
  decide(std::move(decision));
}

void Coordinator::on(const VotesOverdue& overdue) {
  const auto found = polls_.find(overdue.txn);
  if (found == polls_.end() || found->second.is_decided) return;
  env_.metrics().count("aborts for lack of votes");
  Decision decision;
  decision.txn = overdue.txn;
  decide(std::move(decision));
}

// Presumed abort: what is not in the log was not decided, and now it is.
void Coordinator::on(const Inquire& inquire, const sim::From& from) {
  if (refuses(inquire.txn, from) || answers_known(inquire.txn, from.node)) return;
  const auto [found, is_new] = polls_.try_emplace(inquire.txn);
  if (!is_new) return;
  found->second.participants = inquire.participants;
  Decision decision;
  decision.txn = inquire.txn;
  decide(std::move(decision));
}

// --- decisions ---------------------------------------------------------------------------------------------

void Coordinator::decide(Decision decision) {
  Poll& poll = polls_.at(decision.txn);
  poll.is_decided = true;
  env_.cancel(poll.timer);
  decision.participants = poll.participants;
  decision.lowest = poll.lowest;
  for (auto settled = settled_.begin();
       settled != settled_.end() && decision.settled.size() < settled_in_one_entry;) {
    if (book_.is_below_lowest(*settled)) {
      decision.settled.push_back(*settled);
      settled = settled_.erase(settled);
    } else {
      ++settled;
    }
  }
  env_.mark(Deciding{decision.txn, decision.outcome});
  env_.metrics().count("forced writes");
  if (!safe_.logs_decisions) tell(decision);
  const TxnId txn = decision.txn;
  if (!group_.propose(sim::Payload::of(std::move(decision)))) polls_.erase(txn);
}

void Coordinator::apply(const group::Entry& entry) {
  const Decision stands = book_.apply(entry.payload.get<Decision>());
  if (!leads()) return;
  polls_.erase(stands.txn);
  env_.mark(Decided{stands.txn, stands.outcome});
  if (book_.find(stands.txn) != nullptr && !unacknowledged_.contains(stands.txn)) {
    unacknowledged_[stands.txn] = {stands.participants.begin(), stands.participants.end()};
  }
  tell(stands);
  keep_resending();
}

void Coordinator::tell(const Decision& decision) {
  for (const NodeId participant : decision.participants) tell(decision, participant);
}

void Coordinator::tell(const Decision& decision, NodeId participant) {
  Decide decide{decision.txn, decision.outcome, decision.declined, {}};
  if (participant == decision.txn.initiator) decide.answers = decision.answers;
  env_.send(participant, std::move(decide));
}

void Coordinator::on(const Ack& ack, const sim::From& from) {
  const auto found = unacknowledged_.find(ack.txn);
  if (found == unacknowledged_.end()) return;
  found->second.erase(from.node);
  if (!found->second.empty()) return;
  unacknowledged_.erase(found);
  settled_.insert(ack.txn);
}

void Coordinator::keep_resending() {
  if (is_resending_ || unacknowledged_.empty()) return;
  is_resending_ = true;
  env_.after(parameters_.resend, ResendDue{});
}

void Coordinator::on(const ResendDue&) {
  is_resending_ = false;
  if (!leads()) return;
  for (const auto& [txn, participants] : unacknowledged_) {
    const Decision* decision = book_.find(txn);
    if (decision == nullptr) continue;
    for (const NodeId participant : participants) tell(*decision, participant);
  }
  keep_resending();
}

// A new leader does not know who has acknowledged what, and tells everybody again.
void Coordinator::leadership_changed(group::Position position) {
  for (auto& [txn, poll] : polls_) env_.cancel(poll.timer);
  polls_.clear();
  unacknowledged_.clear();
  settled_.clear();
  if (position != group::Position::leader) return;
  for (const auto& [txn, decision] : book_.decisions()) {
    unacknowledged_[txn] = {decision.participants.begin(), decision.participants.end()};
  }
  keep_resending();
}

}  // namespace lightcone::models::saga
