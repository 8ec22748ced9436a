// Watches the inside of the partitioned log.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/kafka/broker.hpp"
#include "models/kafka/client.hpp"
#include "models/kafka/losses.hpp"
#include "models/kafka/parameters.hpp"
#include "sim/finding.hpp"
#include "sim/simulation.hpp"

namespace lightcone::models::kafka {

// Sees what brokers append, cut off and commit, what controllers decide and what clients are told. Whatever
// was once committed, acknowledged or delivered is remembered for good.
class Monitor final : public sim::Monitor {
 public:
  Monitor(sim::Simulation& simulation, const Parameters& parameters, const sim::Phases& phases);

  void after_event(NodeId node) override;
  void at_end() override;

  // The records of a partition that were seen to be committed, in order.
  const Records& committed(PartitionId id) const { return partitions_.at(id).committed; }
  // Why some of them were replaced by others since; empty: they were not.
  const std::string& why_replaced(PartitionId id) const { return partitions_.at(id).excuse; }
  // What some broker has taken away by retention or compaction, of what was committed.
  bool was_removed(PartitionId id, Offset offset) const {
    return partitions_.at(id).removed.contains(offset);
  }
  // Where the latest committed record of a key is, of those before `until`. Nothing: there is none.
  std::optional<Offset> latest_of(PartitionId id, std::uint64_t key, Offset until) const;
  // Of all keys, where their committed records are.
  const std::map<std::uint64_t, std::vector<Offset>>& keys(PartitionId id) const {
    return partitions_.at(id).keys;
  }
  // Why a record that is gone had to survive no longer. Empty: it had to.
  std::string why_lost(PartitionId id, Offset offset) const;
  std::string why_lost(PartitionId id, Offset offset, const Record& record) const;
  // Who leads in the latest epoch; null: nobody, as far as it is known.
  const Replica* leader_of(PartitionId id, NodeId& node) const { return latest_leader(id, node); }

 private:
  // What was last seen of a replica.
  struct Seen {
    std::uint32_t incarnation = 0;
    Replica::Role role = Replica::Role::idle;
    LeaderEpoch epoch = 0;
    Offset high_watermark = 0;
  };
  struct SeenClient {
    std::uint64_t acknowledged = 0;
    std::uint64_t delivered = 0;
    std::map<PartitionId, Offset> high_watermarks;
  };
  // What is committed of a producer's records in a partition.
  struct Order {
    std::uint64_t latest = 0;
    std::set<std::uint64_t> numbers;
  };
  struct Partition {
    Records committed;
    std::map<NodeId, Order> orders;         // by producer
    std::map<Offset, Record> acknowledged;  // to producers that asked for it
    std::map<Offset, Record> delivered;     // to consumers
    std::map<LeaderEpoch, NodeId> leaders;  // who ever led in which epoch
    LeaderEpoch latest_epoch = 0;           // in which somebody led
    std::string excuse;                     // why committed records were replaced; empty: they were not
    std::set<Offset> removed;               // on purpose
    std::map<std::uint64_t, std::vector<Offset>> keys;
  };

  void look_at_broker(NodeId node);
  void look_at_replica(NodeId node, const Replica& replica);
  void look_at_leader(NodeId node, const Replica& replica);
  void look_at_removed(NodeId node, PartitionId id, const std::vector<Offset>& removed);
  bool is_replaced(PartitionId id, Offset offset, const Record& record) const;
  void look_at_client(NodeId node);
  void look_at_acknowledgement(const Producer::Acknowledged& acknowledged);
  void look_at_delivery(NodeId client, const Consumer::Delivered& delivered, SeenClient& seen);
  void committed(NodeId node, const Replica& replica, Offset from);
  void compare(NodeId node, const Replica& replica, Offset from, Offset until);
  bool is_another_history(NodeId node, const Replica& replica, Offset offset, const Record& record);
  void commit(NodeId node, Partition& partition, PartitionId id, const Record& record);
  void check_order(NodeId node, Partition& partition, PartitionId id, const Record& record);
  void check_maximal_isr(NodeId leader, const Replica& replica);
  void check_kept(NodeId leader, const Replica& replica);
  void check_one(NodeId leader, const Replica& replica, Offset offset, const Record& record,
                 bool is_delivery);
  void check_recovered(PartitionId id);
  const Replica* latest_leader(PartitionId id, NodeId& node) const;
  const Broker* broker_on(NodeId node) const;
  void look_at_controller(NodeId node);
  std::string name(NodeId node) const { return simulation_.node(node).node_name(); }

  sim::Simulation& simulation_;
  const Parameters& parameters_;
  const sim::Phases& phases_;
  std::vector<NodeId> brokers_;
  std::map<NodeId, std::map<PartitionId, Seen>> seen_;
  Image decided_;  // the latest that a controller was seen to have applied
  std::map<NodeId, SeenClient> clients_;
  std::vector<Partition> partitions_;
  Losses losses_;
};

// Whom a finding is about, of whom not all may be known.
std::vector<NodeId> but_nobody(std::vector<NodeId> nodes);
// Of any partition.
std::string why_anything_replaced(const Monitor& log, const Parameters& parameters);

}  // namespace lightcone::models::kafka
