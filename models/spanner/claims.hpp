// What the sharded database promises, and the monitor that sees all shards at once. Numbers are those of
// SYSTEMS T4; models/spanner/shard.hpp says where each is kept.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "models/spanner/clock_offsets.hpp"
#include "models/spanner/fates.hpp"
#include "models/spanner/parameters.hpp"
#include "models/spanner/shard.hpp"
#include "models/spanner/totals.hpp"
#include "sim/claims.hpp"
#include "sim/finding.hpp"
#include "sim/simulation.hpp"

namespace lightcone::models::spanner {

// Of the profile truetime; those of hlc are in models/spanner/hlc/claims.hpp.
std::vector<sim::Claim> claims_of(const Parameters& parameters);

class Monitor final : public sim::Monitor {
 public:
  Monitor(sim::Simulation& simulation, const Parameters& parameters, const sim::Workload& workload,
          const sim::Phases& phases);

  void after_event(NodeId node) override;
  void at_end() override;

 private:
  struct Seen {
    std::uint32_t incarnation = 0;
    std::vector<std::size_t> events;  // by shard: how many were looked at
  };
  // What is known of a shard's replicas together.
  struct Ghost {
    std::vector<Timestamp> commits;  // in the order of its log
    Timestamp served = 0;            // the latest snapshot that was read
    NodeId served_by;
  };

  void look_at_shard(NodeId node, const Shard& shard, std::size_t& seen);
  void look(NodeId node, const Shard& shard, const Shard::CommitBegan& began);
  void look(NodeId node, const Shard& shard, const Shard::CommitShown& shown);
  void look(NodeId node, const Shard& shard, const Shard::SnapshotServed& served);
  void look(NodeId node, const Shard& shard, const Shard::Ended& ended);
  void check_leases(NodeId node, const Shard& shard);
  void check_settled(NodeId node, const Shard& shard);
  void check_clock(NodeId node);
  const Shard* shard_on(NodeId node, ShardId shard) const;
  std::string name(NodeId node) const { return simulation_.node(node).node_name(); }

  sim::Simulation& simulation_;
  const Parameters& parameters_;
  const sim::Phases& phases_;
  std::vector<NodeId> servers_;
  Fates fates_;
  Totals totals_;
  ClockOffsets offsets_;
  std::map<NodeId, Seen> seen_;
  std::vector<Ghost> ghosts_;                  // by shard
  Timestamp shown_ = 0;                        // the latest commit that a client may know
  std::map<TransactionId, Timestamp> floors_;  // what `shown_` was when its commit was asked for
  std::set<NodeId> wrong_clocks_;
};

}  // namespace lightcone::models::spanner
