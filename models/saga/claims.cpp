#include "models/saga/claims.hpp"

#include <fmt/format.h>

namespace lightcone::models::saga {

using sim::Assumption;
using sim::Claim;
namespace judged_by = sim::judged_by;

std::vector<Claim> claims_of(const Parameters& parameters) {
  std::vector<Claim> claims = {
      Claim{"P17.6", "a transaction commits at all of its participants or at none", Assumption::a0},
  };
  if (parameters.placement == Placement::parted) {
    claims.push_back({"P17.2",
                      "money neither appears nor vanishes, and every look at the accounts sees all of it",
                      Assumption::a0,
                      judged_by::Money{parameters.opening},
                      {}});
  } else {
    claims.push_back({"P17.7",
                      "each key is linearizable: its locks are held until the decision is known",
                      Assumption::a0,
                      judged_by::Linearizability{"kv:xn"},
                      {}});
    claims.push_back({"P17.8",
                      "each set is linearizable: it is read, changed and written in one transaction",
                      Assumption::a0,
                      judged_by::Linearizability{"set:s"},
                      {},
                      true});
  }
  claims.push_back({"L17.1",
                    "after the heal every operation is answered",
                    Assumption::a3,
                    judged_by::Recovery{parameters.longest_timeout() * 10},
                    {}});
  Claim available{
      "L17.2",
      "while all participants and a majority of the coordinators are up, clients are never without "
      "an answer for ten time-outs",
      Assumption::a3,
      judged_by::Availability{parameters.longest_timeout() * 10},
      {},
      true};
  if (parameters.coordinators < 3)
    available.weakly_satisfies = "atomic, and blocked for as long as the coordinator is down";
  claims.push_back(std::move(available));
  return claims;
}

Monitor::Monitor(sim::Simulation& simulation, const std::vector<NodeId>& participants)
    : simulation_(simulation), is_participant_(simulation.node_count()) {
  for (const NodeId participant : participants) is_participant_[participant.index] = true;
}

Participant* Monitor::participant_on(NodeId node) const {
  return static_cast<Participant*>(simulation_.node(node).process());
}

// The number within the initiator's incarnation is enough for people.
std::string Monitor::words(TxnId txn) const {
  return fmt::format("transaction {} of {}", txn.number & 0xFFFF'FFFF, name(txn.initiator));
}

void Monitor::after_event(NodeId node) {
  if (!is_participant_[node.index]) return;
  Participant* participant = participant_on(node);
  if (participant == nullptr) return;
  for (const Deed& deed : participant->take_deeds()) look_at(deed, node);
}

void Monitor::look_at(const Deed& deed, NodeId node) {
  const auto [found, is_new] = ended_.try_emplace(deed.txn, Ended{node, deed.outcome, deed.participants});
  Ended& ended = found->second;
  std::erase(ended.unheard, node);
  if (is_new || ended.outcome == deed.outcome) return;
  const bool committed_first = ended.outcome == Outcome::commit;
  simulation_.report(
      {"P17.6",
       "invariant(P17.6)",
       fmt::format("{} was committed at {} and aborted at {}", words(deed.txn),
                   name(committed_first ? ended.first : node), name(committed_first ? node : ended.first)),
       {ended.first, node}});
}

void Monitor::at_end() {
  for (const auto& [txn, ended] : ended_) {
    if (ended.outcome == Outcome::abort) continue;
    for (const NodeId node : ended.unheard) {
      const Participant* participant = participant_on(node);
      if (participant == nullptr || participant->journal().has_lost_memory() ||
          participant->journal().prepared().contains(txn))
        continue;
      simulation_.report({"P17.6",
                          "invariant(P17.6)",
                          fmt::format("{} was committed at {}, and {} has forgotten that it voted for it",
                                      words(txn), name(ended.first), name(node)),
                          {ended.first, node}});
    }
  }
}

}  // namespace lightcone::models::saga
