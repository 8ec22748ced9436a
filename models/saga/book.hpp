// The decisions of the coordinator, as a state machine that a Raft group replicates. The first decision of a
// transaction stands, whoever wrote it.
#pragma once

#include <map>
#include <vector>

#include "models/saga/types.hpp"
#include "sim/payload.hpp"

namespace lightcone::models::saga {

struct Decision {
  TxnId txn{};
  Outcome outcome = Outcome::abort;
  bool declined = false;
  std::vector<NodeId> participants;
  std::vector<Held> answers;
  std::uint64_t lowest = 0;    // of the initiator's transactions that are not over; 0: not known
  std::vector<TxnId> settled;  // others that all their participants have acknowledged
};
BOOST_DESCRIBE_STRUCT(Decision, (), (txn, outcome, declined, participants, answers, lowest, settled))
inline std::uint64_t wire_bytes(const Decision& decision) {
  return 24 + 4 * decision.participants.size() + bytes_of(decision.answers) + 12 * decision.settled.size();
}

class Book {
 public:
  // Returns the decision that stands.
  Decision apply(const Decision& decision);
  // Null: there is none, or it is forgotten.
  const Decision* find(TxnId txn) const;
  // It was decided and settled, or is of no interest to its initiator any more.
  bool is_over(TxnId txn) const;
  // May be forgotten once it is settled.
  bool is_below_lowest(TxnId txn) const;
  const std::map<TxnId, Decision>& decisions() const { return state_.decisions; }

  sim::Payload snapshot() const { return sim::Payload::of(state_); }
  // An empty payload: the initial state.
  void restore(const sim::Payload& snapshot);

 private:
  struct State {
    static constexpr std::string_view fact_name = "SagaBook";
    std::map<TxnId, Decision> decisions;
    std::map<NodeId, std::uint64_t> lowest;
    friend std::uint64_t wire_bytes(const State& state) {
      std::uint64_t bytes = 12 * state.lowest.size();
      for (const auto& [txn, decision] : state.decisions) bytes += wire_bytes(decision);
      return bytes;
    }
  };
  State state_;
};

}  // namespace lightcone::models::saga
