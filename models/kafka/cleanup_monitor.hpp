// What retention and compaction promise, and the monitor that compares what is left in the logs, and what
// readers know, with what was committed.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "models/kafka/monitor.hpp"
#include "sim/claims.hpp"

namespace lightcone::models::kafka {

// None where nothing is removed.
std::vector<sim::Claim> claims_about_cleanup(const Parameters& parameters);

class CleanupMonitor final : public sim::Monitor {
 public:
  // `log` sees each event before this does, and outlives it.
  CleanupMonitor(sim::Simulation& simulation, const Parameters& parameters, const kafka::Monitor& log);

  void after_event(NodeId node) override;
  void at_end() override;

 private:
  // What was last seen of a replica.
  struct Seen {
    std::uint32_t incarnation = 0;
    std::uint64_t cleanings = 0;
    LeaderEpoch led = 0;
  };
  // What a reader knows of a key.
  struct Known {
    Offset offset = 0;
    bool is_deleted = false;
    sim::MonoTime asked{};  // for it, by the reader's clock
    std::string excuse;     // by whom it was told so, if that was no leader any more
  };
  using View = std::map<std::uint64_t, std::vector<Known>>;  // of each key all that it was told, in order

  void look_at_replica(NodeId node, const Replica& replica);
  void check_replica(NodeId node, const Replica& replica, Offset until);
  // As it is committed.
  bool has_committed(const Replica& replica, Offset offset) const;
  void check_key(NodeId node, const Replica& replica, std::uint64_t key, Offset latest);
  void look_at_client(NodeId node);
  void check_passed(NodeId client, const Consumer::Delivered& delivered);
  void take(View& view, const Consumer::Delivered& delivered);
  void check_view(NodeId client, const Consumer::Delivered& delivered, const View& view);
  std::string place(PartitionId id, Offset offset) const;
  std::string name(NodeId node) const { return simulation_.node(node).node_name(); }

  sim::Simulation& simulation_;
  const Parameters& parameters_;
  const kafka::Monitor& log_;
  std::map<std::pair<NodeId, PartitionId>, Seen> replicas_;
  std::map<NodeId, std::uint64_t> clients_;                               // deliveries seen
  std::map<std::tuple<NodeId, PartitionId, std::uint64_t>, View> views_;  // by client, partition and reading
};

}  // namespace lightcone::models::kafka
