// What brokers lost: records that were in a log when its broker went down and were not there when it came
// back. For whoever judges: a record is promised to survive as long as fewer than min_isr brokers have lost
// it that way and have not got it again (A1).
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "models/kafka/replica.hpp"
#include "sim/simulation.hpp"

namespace lightcone::models::kafka {

class Losses {
 public:
  explicit Losses(const sim::Simulation& simulation) : simulation_(simulation) {}

  // After each event of a broker.
  void look_at(NodeId broker, std::uint32_t incarnation, const Replica& replica);

  // Why a record that is gone had to survive no longer: that at least `enough` brokers lost it. Empty: it had
  // to.
  std::string excuse(PartitionId partition, Offset offset, const Record& record, std::int64_t enough) const;

 private:
  struct Copy {
    std::uint32_t incarnation = 0;
    std::uint64_t truncations = 0;
    Records records;
  };

  void restarted(NodeId broker, const Replica& replica, Copy& copy);

  const sim::Simulation& simulation_;
  std::map<std::pair<NodeId, PartitionId>, Copy> copies_;
  // By place: who lost which records there, one after another.
  std::map<std::pair<PartitionId, Offset>, std::vector<std::pair<NodeId, Record>>> lost_;
};

}  // namespace lightcone::models::kafka
