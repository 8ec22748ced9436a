// What transactions promise, and the monitor that compares what is visible with what their owners did.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "models/kafka/monitor.hpp"
#include "models/kafka/passed_over.hpp"
#include "models/kafka/processor.hpp"
#include "sim/claims.hpp"

namespace lightcone::models::kafka {

std::vector<sim::Claim> claims_about_transactions(const Parameters& parameters);

class TransactionMonitor final : public sim::Monitor {
 public:
  // `log` sees each event before this does, and outlives it.
  TransactionMonitor(sim::Simulation& simulation, const Parameters& parameters, const sim::Phases& phases,
                     const kafka::Monitor& log);

  void after_event(NodeId node) override;
  void at_end() override;

 private:
  using Stage = Processor::Stage;
  struct Attempt {
    NodeId owner = no_node;
    Stage stage = Stage::begun;
    std::uint64_t records = 0;  // its outputs
    std::uint64_t visible = 0;  // records of it, offsets included
    std::uint64_t aborted = 0;
  };
  // What is committed of one partition.
  struct Partition {
    std::size_t folded = 0;
    std::map<Pid, std::vector<Offset>> open;
    std::map<Pid, std::uint64_t> epochs;
    std::set<Offset> visible;
  };
  struct Seen {
    std::uint32_t incarnation = 0;
    std::size_t changes = 0;
    std::uint64_t delivered = 0;
  };

  void fold(PartitionId id);
  void look_at_record(PartitionId id, Offset offset, const Record& record);
  void settle(PartitionId id, Offset offset, bool is_commit);
  void became_visible(PartitionId id, Offset offset, const Record& record, const Attempt& attempt);
  void look_at_output(PartitionId id, const Record& record, const Output& output);
  void look_at_processor(NodeId node);
  void look_at_client(NodeId node);
  void check_attempts();
  void check_inputs(PartitionId source, bool had_time);
  void report(std::string claim, std::string anomaly, std::string text, std::vector<NodeId> nodes);
  std::string place(PartitionId id, Offset offset) const;
  std::string name(NodeId node) const {
    return node == no_node ? "somebody" : simulation_.node(node).node_name();
  }

  sim::Simulation& simulation_;
  const Parameters& parameters_;
  const sim::Phases& phases_;
  const kafka::Monitor& log_;
  std::map<NodeId, Seen> processors_;
  std::map<NodeId, Seen> clients_;
  std::map<std::uint64_t, Attempt> attempts_;
  std::map<PartitionId, Partition> partitions_;
  std::map<std::pair<PartitionId, Offset>, std::uint64_t> made_;  // visible outputs of each input
  std::map<PartitionId, Offset> reached_;                         // by the group, in its inputs
  PassedOver passed_over_;
};

}  // namespace lightcone::models::kafka
