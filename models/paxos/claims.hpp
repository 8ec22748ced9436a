// What Paxos promises, and the monitor that watches the inside of it. P18.5 to P18.9 are those of Raft, for
// the same store; P18.11 and P18.12 are what the proof of Paxos rests on (Lamport 2001, 2.2: P1 and P2).
#pragma once

#include <map>
#include <vector>

#include "models/paxos/ledger.hpp"
#include "models/paxos/parameters.hpp"
#include "sim/claims.hpp"
#include "sim/finding.hpp"
#include "sim/simulation.hpp"

namespace lightcone::models::paxos {

std::vector<sim::Claim> claims_of(const Parameters& parameters);

// Hears of each promise and vote when it is given, and of each decree when somebody learns it. A decree that
// a majority has accepted in one ballot is chosen, whether anybody knows it or not (the ghost of the proof),
// and stays on record for good.
class Monitor final : public sim::Monitor {
 public:
  Monitor(sim::Simulation& simulation, std::vector<sim::NodeId> servers, const Parameters& parameters);

  void after_event(sim::NodeId node) override;

 private:
  // What is known of a server, over all its incarnations.
  struct Seen {
    std::uint32_t incarnation = 0;
    bool lost_memory = false;
    std::uint64_t repeated_effects = 0;
    std::map<Slot, Ballot> promised;  // given; many: under slot 0
    std::map<Slot, Ballot> earlier;   // by incarnations before this one
  };
  // What was accepted in one ballot for one slot.
  struct Accepted {
    Ballot ballot{};
    Decree decree{};
    Members by{};
  };
  struct History {
    std::vector<Accepted> accepted;
    bool is_chosen = false;
    Decree chosen{};
    Ballot ballot{};  // in which it was; 0: it was only learned
  };

  Ledger* ledger_on(sim::NodeId node) const;
  void look_at(const Deed& deed, sim::NodeId node, Seen& seen);
  void look_at_promise(const Deed& deed, sim::NodeId node, Seen& seen);
  void look_at_vote(const Deed& deed, sim::NodeId node, Seen& seen);
  void look_at_learned(const Deed& deed, sim::NodeId node);
  void look_at_effects(sim::NodeId node, Seen& seen);
  void choose(const Accepted& accepted, Slot slot);
  void report_broken_promise(sim::NodeId node, const Deed& deed, Ballot promised);
  Slot scope_of(Slot slot) const { return parameters_.decrees == Decrees::many ? 0 : slot; }
  std::string name(sim::NodeId node) const;
  std::string words(Ballot ballot) const;

  sim::Simulation& simulation_;
  std::vector<sim::NodeId> servers_;
  const Parameters& parameters_;
  std::vector<std::size_t> place_of_;  // by node; servers_.size(): no server
  std::vector<Seen> seen_;             // by place
  std::map<Slot, History> histories_;
};

}  // namespace lightcone::models::paxos
