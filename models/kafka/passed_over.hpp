// What members of a group passed over in the partitions that they read, and might: what was removed by then.
// For whoever looks from outside.
#pragma once

#include <map>
#include <set>

#include "models/kafka/group_worker.hpp"
#include "models/kafka/monitor.hpp"

namespace lightcone::models::kafka {

class PassedOver {
 public:
  // `log` has seen all of it, and outlives this.
  PassedOver(const sim::Simulation& simulation, const Parameters& parameters, const Monitor& log)
      : simulation_(simulation), parameters_(parameters), log_(log) {}

  // After each event of a member.
  void look_at(NodeId node, const GroupWorker& worker);
  // That a member passed over it when it was gone; or, with reset=latest, when the member had been overtaken.
  bool contains(PartitionId partition, Offset offset) const;

 private:
  struct Seen {
    std::uint32_t incarnation = 0;
    std::uint64_t count = 0;
  };

  const sim::Simulation& simulation_;
  const Parameters& parameters_;
  const Monitor& log_;
  std::map<NodeId, Seen> seen_;
  std::map<PartitionId, std::set<Offset>> offsets_;
};

}  // namespace lightcone::models::kafka
