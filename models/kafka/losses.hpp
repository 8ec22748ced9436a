// What brokers lost: records that were in a log when its broker went down and were not there when it came
// back. For whoever judges: a record is promised to survive as long as fewer than min_isr brokers have lost
// it that way and have not got it again (A1). And what they removed on purpose, which is no loss.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "models/kafka/replica.hpp"
#include "sim/simulation.hpp"

namespace lightcone::models::kafka {

class Losses {
 public:
  explicit Losses(const sim::Simulation& simulation) : simulation_(simulation) {}

  // After each event of a broker. Returns where it has taken away by retention or compaction what records
  // said.
  std::vector<Offset> look_at(NodeId broker, std::uint32_t incarnation, const Replica& replica);

  // Why a record that is gone had to survive no longer: that at least `enough` brokers lost it. Empty: it had
  // to.
  std::string excuse(PartitionId partition, Offset offset, const Record& record, std::int64_t enough) const;

  // The same of a record that was removed on purpose, of which nobody knows who had it: what was behind it is
  // lost with it.
  std::string excuse_of_removed(PartitionId partition, Offset offset, std::int64_t enough) const;

 private:
  struct Copy {
    std::uint32_t incarnation = 0;
    std::uint64_t truncations = 0;
    std::uint64_t cleanings = 0;
    Offset end = 0;
    std::map<Offset, Record> records;  // but for those that were emptied
  };

  void restarted(NodeId broker, const Replica& replica, Copy& copy);
  void take(NodeId broker, const Replica& replica, Copy& copy);

  // From where to where a broker's log had been, when it came back shorter.
  struct Tail {
    NodeId broker;
    Offset from = 0;
    Offset to = 0;
  };
  std::string in_words(const std::set<NodeId>& brokers, std::int64_t enough) const;

  const sim::Simulation& simulation_;
  std::map<std::pair<NodeId, PartitionId>, Copy> copies_;
  // By place: who lost which records there, one after another.
  std::map<std::pair<PartitionId, Offset>, std::vector<std::pair<NodeId, Record>>> lost_;
  std::map<PartitionId, std::vector<Tail>> tails_;
};

}  // namespace lightcone::models::kafka
