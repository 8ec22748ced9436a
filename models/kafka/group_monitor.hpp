// What a consumer group promises, and the monitor that compares what is committed with what was processed.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "models/kafka/group_consumer.hpp"
#include "models/kafka/monitor.hpp"
#include "models/kafka/passed_over.hpp"
#include "sim/claims.hpp"

namespace lightcone::models::kafka {

std::vector<sim::Claim> claims_about_groups(const Parameters& parameters);

class GroupMonitor final : public sim::Monitor {
 public:
  // `log` sees each event before this does, and outlives it.
  GroupMonitor(sim::Simulation& simulation, const Parameters& parameters, const sim::Phases& phases,
               const kafka::Monitor& log);

  void after_event(NodeId node) override;
  void at_end() override;

 private:
  struct Committed {
    Position position;
    NodeId by = no_node;
  };

  void look_at_member(NodeId node);
  void look_at_consumer(NodeId node, const GroupConsumer& consumer);
  void fold(const Record& record);
  void look_at_generation(const GroupGeneration& generation);
  void look_at_commit(const CommittedOffset& offset);
  const Share* share_of(MemberId member) const;
  void check_processed(PartitionId partition);
  void check_lag(PartitionId partition);
  std::string name(NodeId node) const {
    return node == no_node ? "somebody" : simulation_.node(node).node_name();
  }
  std::string excuse(PartitionId partition) const;

  sim::Simulation& simulation_;
  const Parameters& parameters_;
  const sim::Phases& phases_;
  const kafka::Monitor& log_;
  std::size_t folded_ = 0;  // records of the offsets partition
  GroupGeneration current_;
  std::map<MemberId, NodeId> nodes_;  // of all members that there ever were
  std::map<PartitionId, Committed> committed_;
  std::int64_t rebalances_since_heal_ = 0;
  std::map<std::pair<Generation, PartitionId>, MemberId> told_;
  std::map<NodeId, std::pair<std::uint32_t, std::uint64_t>> seen_;  // incarnation, records processed
  std::map<PartitionId, std::set<Offset>> processed_;
  PassedOver passed_over_;
};

}  // namespace lightcone::models::kafka
