// What the lock service promises, and the monitor that watches its inside. Numbers are those of SYSTEMS T9;
// table.hpp, resource.hpp and session_locker.hpp say where each is kept.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/lock/messages.hpp"
#include "models/lock/parameters.hpp"
#include "sim/claims.hpp"
#include "sim/finding.hpp"
#include "sim/simulation.hpp"

namespace lightcone::models::lock {

std::vector<sim::Claim> claims_of(const Parameters& parameters, const sim::BugSet& bugs);
// The keeper that runs: lock.async-primary puts the primary in consensus' place.
Keeper keeper_of(const Parameters& parameters, const sim::BugSet& bugs);

// Sees what lock servers decide, what clients believe and what the resource accepts.
class Monitor final : public sim::Monitor {
 public:
  Monitor(sim::Simulation& simulation, const Parameters& parameters, const sim::BugSet& bugs);

  void after_event(sim::NodeId node) override;

 private:
  using Change = LockTable::Change;

  // A grant that has neither been given back by its holder nor ended with its session.
  struct Open {
    Session session = 0;
    std::uint64_t number = 0;
    Fence fence = 0;
  };
  struct Seen {
    std::uint32_t incarnation = 0;
    std::size_t changes = 0;     // of a server
    std::uint64_t accepted = 0;  // of the resource
    sim::Duration clock_gap{};   // of a store: its wall clock less its monotonic clock
    bool has_clock_gap = false;
  };

  void look_at_table(sim::NodeId node, Seen& seen);
  void look_at_primary(sim::NodeId node, Seen& seen);
  void look_at_clock(sim::NodeId node, Seen& seen);
  void look_at_resource(sim::NodeId node, Seen& seen);
  void look_at_client(sim::NodeId node);
  void happened(const Change& change, sim::NodeId where);
  void granted(const Change& change, sim::NodeId where);
  void expired(const Change& change, sim::NodeId where);
  std::string why_lease_is_over(sim::NodeId holder) const;
  std::string name(sim::NodeId node) const;

  sim::Simulation& simulation_;
  Keeper keeper_;
  std::vector<sim::NodeId> clients_;
  std::vector<Seen> seen_;                         // by node
  std::vector<Change> decided_;                    // consensus: the log's changes, as first seen
  std::map<std::string, std::vector<Open>> open_;  // by lock
  std::map<std::string, Fence> highest_granted_;   // by lock
  std::map<std::string, Fence> highest_written_;   // by counter
  std::string clock_jump_;                         // of a store; empty: none
};

}  // namespace lightcone::models::lock
