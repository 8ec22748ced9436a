// What two-phase commit promises, and who sees to it that it does.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/saga/participant.hpp"
#include "sim/claims.hpp"
#include "sim/simulation.hpp"

namespace lightcone::models::saga {

std::vector<sim::Claim> claims_of(const Parameters& parameters);

// P17.6, white box: how each transaction ended at each of its participants, and in the end that what is
// committed anywhere is committed, or still prepared, everywhere.
class Monitor final : public sim::Monitor {
 public:
  Monitor(sim::Simulation& simulation, const std::vector<NodeId>& participants);
  void after_event(NodeId node) override;
  void at_end() override;

 private:
  struct Ended {
    NodeId first = no_node;
    Outcome outcome = Outcome::commit;
    std::vector<NodeId> unheard;  // participants of whom it is not known yet
  };
  Participant* participant_on(NodeId node) const;
  void look_at(const Deed& deed, NodeId node);
  std::string name(NodeId node) const { return std::string(simulation_.node(node).node_name()); }
  std::string words(TxnId txn) const;
  sim::Simulation& simulation_;
  std::vector<bool> is_participant_;  // by node
  std::map<TxnId, Ended> ended_;
};

}  // namespace lightcone::models::saga
