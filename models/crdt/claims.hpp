// What replicated data types promise, and the monitor that compares replicas with each other and with the
// specification. Numbers are those of SYSTEMS T30.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "models/crdt/ledger.hpp"
#include "models/crdt/parameters.hpp"
#include "sim/claims.hpp"
#include "sim/finding.hpp"
#include "sim/simulation.hpp"

namespace lightcone::models::crdt {

class Server;

std::vector<sim::Claim> claims_of(const Parameters& parameters);

class Monitor final : public sim::Monitor {
 public:
  // Contents are judged when the load has ended and gossip has had its time; at the latest at the end.
  Monitor(sim::Simulation& simulation, const Parameters& parameters, const sim::Phases& phases);

  void after_event(sim::NodeId node) override;
  void at_end() override { judge_contents(); }

 private:
  struct Seen {
    std::uint32_t incarnation = 0;
    std::uint64_t syncs = 0;
    std::uint64_t losses = 0;
    std::size_t lost_at = 0;  // updates of this replica with lower numbers may be gone with its disk
  };

  void look_at(sim::NodeId node, const Server& server);
  void compare_with_others(sim::NodeId node, const Server& server);
  void compare(sim::NodeId a, sim::NodeId b, const std::string& key, std::string_view when);
  void judge_contents();
  std::string value_claim() const;
  const Server* server_on(sim::NodeId node) const;
  std::string name(sim::NodeId node) const { return simulation_.node(node).node_name(); }

  sim::Simulation& simulation_;
  const Parameters& parameters_;
  sim::Instant quiet_;
  bool judged_ = false;
  std::vector<sim::NodeId> servers_;
  std::map<sim::NodeId, Seen> seen_;
  Ledger ledger_;
  std::set<std::string> keys_;
  std::int64_t apart_ = 0;  // as last sampled
};

}  // namespace lightcone::models::crdt
