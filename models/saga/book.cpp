#include "models/saga/book.hpp"

#include <algorithm>

namespace lightcone::models::saga {

Decision Book::apply(const Decision& decision) {
  std::uint64_t& lowest = state_.lowest[decision.txn.initiator];
  lowest = std::max(lowest, decision.lowest);
  for (const TxnId settled : decision.settled) state_.decisions.erase(settled);
  if (is_over(decision.txn)) {
    Decision over = decision;
    over.outcome = Outcome::abort;
    return over;
  }
  Decision& kept = state_.decisions.try_emplace(decision.txn, decision).first->second;
  kept.settled.clear();
  return kept;
}

const Decision* Book::find(TxnId txn) const {
  const auto found = state_.decisions.find(txn);
  return found == state_.decisions.end() ? nullptr : &found->second;
}

bool Book::is_below_lowest(TxnId txn) const {
  const auto lowest = state_.lowest.find(txn.initiator);
  return lowest != state_.lowest.end() && txn.number < lowest->second;
}

bool Book::is_over(TxnId txn) const { return is_below_lowest(txn) && find(txn) == nullptr; }

void Book::restore(const sim::Payload& snapshot) { state_ = snapshot ? snapshot.get<State>() : State{}; }

}  // namespace lightcone::models::saga
