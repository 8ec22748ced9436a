#include "models/paxos/registers.hpp"

#include <algorithm>

namespace lightcone::models::paxos {

Registers::Registers(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
                     std::vector<NodeId> members)
    : env_(env),
      parameters_(parameters),
      safe_(safeguards_without(bugs)),
      members_(std::move(members)),
      acceptors_(members_.begin(),
                 members_.begin() + static_cast<std::ptrdiff_t>(parameters.acceptor_count())),
      chance_(env.stream("paxos/backoff")),
      ledger_(env, Decrees::one, safe_),
      acceptor_(env, ledger_, Decrees::one, safe_, office()) {}

Acceptor::Office Registers::office() const {
  const bool is_one = std::find(acceptors_.begin(), acceptors_.end(), env_.self()) != acceptors_.end();
  return is_one ? Acceptor::Office::acceptor : Acceptor::Office::none;
}

void Registers::show(sim::FieldVisitor& visitor) const {
  visit_field("undecided", attempts_.size(), visitor);
  if (const Slot latest = ledger_.latest_slot(); latest != 0) {
    const Accepted accepted = ledger_.accepted(latest);
    visit_field("latest", latest, visitor);
    visit_field("promised", ledger_.promised(latest), visitor);
    visit_field("accepted", accepted.ballot, visitor);
    if (accepted.decree) visit_field("value", accepted.decree.get<Command>().value, visitor);
    visit_field("decided", accepted.is_chosen, visitor);
  }
  visit_field("lost_memory", ledger_.has_lost_memory(), visitor);
}

void Registers::on(const Propose& propose, const sim::From& from) {
  if (const Decree* chosen = ledger_.chosen(propose.slot)) {
    env_.reply(from, Decided{true, chosen->get<Command>()});
    return;
  }
  if (ledger_.has_lost_memory()) {
    env_.reply(from, Refused{});
    return;
  }
  const auto [found, is_new] = attempts_.try_emplace(propose.slot);
  Attempt& attempt = found->second;
  if (propose.reads) {
    attempt.late_readers.push_back(from);
  } else {
    attempt.proposers.push_back(from);
    if (!attempt.own) attempt.own = Decree::of(propose.command);
  }
  if (!is_new) return;
  attempt.began_at = env_.mono();
  begin_round(propose.slot, attempt);
}

// --- phase 1 -----------------------------------------------------------------------------------------------

void Registers::begin_round(Slot slot, Attempt& attempt) {
  try_again_after(slot, attempt, chance_.between(parameters_.round_timeout / 2, parameters_.round_timeout));
  attempt.phase = Phase::waits;
  attempt.readers.insert(attempt.readers.end(), attempt.late_readers.begin(), attempt.late_readers.end());
  attempt.late_readers.clear();
  const auto ballot = ledger_.next_ballot(std::max(attempt.seen, ledger_.promised(slot)));
  if (!ballot) return;
  attempt.phase = Phase::prepares;
  attempt.ballot = *ballot;
  attempt.reports.clear();
  attempt.votes = {};
  ++attempt.rounds;
  env_.metrics().count("ballots begun");
  env_.mark(BeganBallot{attempt.ballot, slot});
  const Prepare prepare{attempt.ballot, slot};
  acceptor_.on(prepare, env_.self());
  ledger_.when_durable([this, prepare] {
    if (attempt_of(prepare.slot, prepare.ballot, Phase::prepares) == nullptr) return;
    env_.broadcast<Prepare>(acceptors_, prepare);
  });
}

void Registers::try_again_after(Slot slot, Attempt& attempt, sim::Duration delay) {
  env_.cancel(attempt.timer);
  attempt.timer = env_.after(delay, TryAgain{slot, ++attempt.number});
}

void Registers::on(const TryAgain& again) {
  const auto found = attempts_.find(again.slot);
  if (found == attempts_.end() || found->second.number != again.attempt) return;
  begin_round(again.slot, found->second);
}

// The attempt, if it is still in this phase of this ballot.
Registers::Attempt* Registers::attempt_of(Slot slot, Ballot ballot, Phase phase) {
  const auto found = attempts_.find(slot);
  if (found == attempts_.end() || found->second.ballot != ballot || found->second.phase != phase)
    return nullptr;
  return &found->second;
}

void Registers::on(const Promise& promise, const sim::From& from) {
  Attempt* attempt = attempt_of(promise.slot, promise.ballot, Phase::prepares);
  if (attempt == nullptr) return;
  attempt->reports.add(promise, from.node);
  if (attempt->reports.promises() >= majority()) end_phase_1(promise.slot, *attempt);
}

void Registers::end_phase_1(Slot slot, Attempt& attempt) {
  const auto counting =
      safe_.counts_one_ballot ? Reports::Counting::one_ballot : Reports::Counting::any_ballots;
  if (const Decree* chosen = attempt.reports.chosen(slot, majority(), counting)) {
    const Decree decree = *chosen;
    decide(slot, decree);
    return;
  }
  const Accepted* highest = attempt.reports.highest(slot);
  const bool adopts = highest != nullptr && (safe_.adopts_accepted || !attempt.own);
  if (adopts) {
    propose(slot, attempt, highest->decree);
    return;
  }
  if (highest == nullptr) tell_readers_nothing(attempt);
  if (attempt.own) {
    const Decree own = attempt.own;
    propose(slot, attempt, own);
  } else if (!attempt.late_readers.empty()) {
    begin_round(slot, attempt);
  } else {
    env_.cancel(attempt.timer);
    attempts_.erase(slot);
  }
}

// This majority has accepted nothing below this ballot and will not, so nothing had been chosen when the
// round began.
void Registers::tell_readers_nothing(Attempt& attempt) {
  for (const sim::From& reader : attempt.readers) env_.reply(reader, Decided{});
  attempt.readers.clear();
}

void Registers::on(const Nack& nack, const sim::From&) {
  const auto found = attempts_.find(nack.slot);
  if (found == attempts_.end()) return;
  Attempt& attempt = found->second;
  attempt.seen = std::max(attempt.seen, nack.promised);
  if (attempt.ballot != nack.ballot || attempt.phase == Phase::waits) return;
  attempt.phase = Phase::waits;
  if (safe_.backs_off) {
    try_again_after(nack.slot, attempt, chance_.between(parameters_.backoff / 8, parameters_.backoff));
  } else {
    begin_round(nack.slot, attempt);
  }
}

// --- phase 2 -----------------------------------------------------------------------------------------------

void Registers::propose(Slot slot, Attempt& attempt, Decree decree) {
  attempt.phase = Phase::proposes;
  attempt.decree = std::move(decree);
  env_.mark(Proposed{attempt.ballot, slot});
  const Accept accept{attempt.ballot, slot, attempt.decree, 0};
  acceptor_.on(accept, env_.self());
  env_.broadcast<Accept>(acceptors_, accept);
}

void Registers::on(const Vote& vote, const sim::From& from) {
  Attempt* attempt = attempt_of(vote.slot, vote.ballot, Phase::proposes);
  if (attempt == nullptr) return;
  attempt->votes.add(from.node);
  if (attempt->votes.size() < majority()) return;
  env_.mark(Chosen{vote.ballot, vote.slot});
  const Decree decree = attempt->decree;
  decide(vote.slot, decree);
}

// --- learning ----------------------------------------------------------------------------------------------

void Registers::decide(Slot slot, const Decree& decree) {
  const Attempt& attempt = attempts_.at(slot);
  env_.metrics().record("time to decide", env_.mono() - attempt.began_at);
  env_.metrics().sample("rounds to decide", attempt.rounds);
  ledger_.learn(slot, decree);
  Learn learn{slot, {}};
  learn.decrees.push_back(decree);
  env_.broadcast<Learn>(members_, learn);
  settle(slot);
}

void Registers::on(const Learn& learn, const sim::From&) {
  Slot slot = learn.first;
  for (const Decree& decree : learn.decrees) {
    ledger_.learn(slot, decree);
    settle(slot++);
  }
}

void Registers::settle(Slot slot) {
  const auto found = attempts_.find(slot);
  if (found == attempts_.end()) return;
  const Decided decided{true, ledger_.chosen(slot)->get<Command>()};
  const Attempt& attempt = found->second;
  for (const auto* clients : {&attempt.proposers, &attempt.readers, &attempt.late_readers}) {
    for (const sim::From& client : *clients) env_.reply(client, decided);
  }
  env_.cancel(found->second.timer);
  attempts_.erase(found);
}

}  // namespace lightcone::models::paxos
