// What authorization promises, and the monitor that holds every answer against the oracle. Numbers are those
// of SYSTEMS T2; P2.9 and P2.10 are about tenants and watchers.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/zanzibar/content.hpp"
#include "models/zanzibar/ghost.hpp"
#include "models/zanzibar/meter.hpp"
#include "models/zanzibar/server.hpp"
#include "models/zanzibar/store.hpp"
#include "sim/claims.hpp"
#include "sim/finding.hpp"
#include "sim/simulation.hpp"

namespace lightcone::models::zanzibar {

std::vector<sim::Claim> claims_of(const Parameters& parameters);

class Monitor final : public sim::Monitor {
 public:
  // `first`: what is there before the first write.
  Monitor(sim::Simulation& simulation, const Parameters& parameters, const sim::BugSet& bugs,
          const Layout& layout, const std::vector<Tuple>& first);

  void after_event(sim::NodeId node) override;

 private:
  struct SeenShard {
    Sequence stamped = 0;  // of the leader's log
    Sequence decided = 0;  // by this incarnation
    std::uint32_t incarnation = 0;
    std::map<Timestamp, sim::Instant> began{};  // when each entry was stamped
    std::vector<Entry> decisions{};             // ever
  };
  struct SeenServer {
    std::uint32_t incarnation = 0;
    std::uint64_t chosen = 0;
    std::uint64_t answers = 0;
    std::uint64_t reads = 0;
    std::uint64_t expansions = 0;
    std::uint64_t watches = 0;
    std::uint64_t index_uses = 0;
  };
  struct SeenContent {
    std::uint32_t incarnation = 0;
    std::uint64_t saves = 0;
    std::uint64_t deliveries = 0;
  };

  void look_at_store(sim::NodeId node);
  void look_at_stamp(sim::NodeId node, SeenShard& seen, const Entry& entry);
  void look_at_decision(sim::NodeId node, SeenShard& seen, const Entry& entry);
  void look_at_server(sim::NodeId node);
  void look_at_choice(sim::NodeId node, const Server::Chosen& chosen);
  void look_at_answer(sim::NodeId node, const Server::Answer& answer);
  void look_at_undated(sim::NodeId node, const Server::Answer& answer);
  void look_at_reads(sim::NodeId node, const Server& server, SeenServer& seen);
  void look_at_watch(sim::NodeId node, const Server::WatchAnswer& watch);
  void look_at_index_use(sim::NodeId node, const Evaluator::IndexUse& use);
  void look_at_content(sim::NodeId node);
  void look_at_delivery(sim::NodeId node, const Content::Delivery& delivery);
  void report(sim::NodeId node, std::string_view claim, std::string_view anomaly, std::string text);
  std::string name(sim::NodeId node) const { return simulation_.node(node).node_name(); }

  sim::Simulation& simulation_;
  const Parameters& parameters_;
  IntervalClock::Kind clock_;  // that servers go by
  Ghost ghost_;
  Meter meter_;
  std::map<ShardId, SeenShard> shards_;
  std::map<sim::NodeId, SeenServer> servers_;
  std::map<sim::NodeId, SeenContent> contents_;
  std::map<WriteId, sim::Instant> saves_;  // when the content service began to check each
};

}  // namespace lightcone::models::zanzibar
