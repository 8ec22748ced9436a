#include "models/paxos/acceptor.hpp"

namespace lightcone::models::paxos {

// The same ballot again is the same question again: its answer was lost.
Acceptor::Answer Acceptor::on(const Prepare& prepare, NodeId from) {
  if (abstains()) return Answer::nothing;
  if (prepare.ballot < ledger_.promised(prepare.slot)) {
    refuse(prepare.ballot, prepare.slot, from);
    return Answer::refused;
  }
  if (!ledger_.promise(prepare.slot, prepare.ballot)) return Answer::nothing;
  const auto tell = [this, promise = promise_for(prepare), from] {
    ledger_.did({Deed::Kind::promised, promise.slot, promise.ballot, {}, {}});
    env_.send(from, promise);
  };
  if (safe_.syncs_promise) {
    ledger_.when_durable(tell);
  } else {
    tell();
  }
  return Answer::given;
}

Promise Acceptor::promise_for(const Prepare& prepare) const {
  Promise promise{prepare.ballot, prepare.slot, {}};
  const Slot last = scope_ == Decrees::many ? ledger_.last_slot() : prepare.slot;
  for (Slot slot = prepare.slot; slot <= last; ++slot) {
    Accepted accepted = ledger_.accepted(slot);
    if (accepted.is_chosen || accepted.ballot != Ballot{}) promise.accepted.push_back(std::move(accepted));
  }
  return promise;
}

Acceptor::Answer Acceptor::on(const Accept& accept, NodeId from) {
  if (abstains()) return Answer::nothing;
  const Ballot promised = ledger_.promised(accept.slot);
  if (safe_.refuses_below_promise && accept.ballot < promised) {
    refuse(accept.ballot, accept.slot, from);
    return Answer::refused;
  }
  if (!ledger_.accept(accept.slot, accept.ballot, accept.decree)) return Answer::nothing;
  const auto tell = [this, vote = Vote{accept.ballot, accept.slot}, decree = accept.decree, promised, from] {
    ledger_.did({Deed::Kind::voted, vote.slot, vote.ballot, promised, decree});
    env_.send(from, vote);
  };
  if (safe_.syncs_vote) {
    ledger_.when_durable(tell);
  } else {
    tell();
  }
  return Answer::given;
}

void Acceptor::refuse(Ballot ballot, Slot slot, NodeId to) {
  env_.metrics().count("ballots refused");
  env_.send(to, Nack{ballot, slot, ledger_.promised(slot)});
}

}  // namespace lightcone::models::paxos
