#include "models/kafka/transaction_monitor.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/kafka/client.hpp"

namespace lightcone::models::kafka {

using sim::Assumption;
using sim::Claim;

std::vector<Claim> claims_about_transactions(const Parameters& parameters) {
  Claim atomic{"P7.5",
               "of a transaction all is visible or nothing, and nothing before its producer commits it",
               Assumption::a0};
  Claim durable{"P7.11", "a transaction that its producer was told is committed is visible, all of it",
                Assumption::a0};
  const bool is_cleaned = parameters.is_cleaned();
  Claim once{"P7.12",
             is_cleaned
                 ? fmt::format("each input that the group has passed{} has one output, and it is f of it",
                               parameters.reset == Reset::latest
                                   ? ", unless a processor that had been overtaken skipped it,"
                                   : ", and that was not gone when a processor came to it,")
                 : "each input that the group has passed has one output, and it is f of it",
             Assumption::a0};
  if (parameters.epochs == Epochs::session) {
    for (Claim* claim : {&atomic, &durable, &once})
      claim->weakly_satisfies =
          "as long as no message of a transaction arrives in the next one of its producer";
  }
  if (parameters.isolation == Isolation::read_uncommitted)
    atomic.weakly_satisfies = "readers are given what is not committed, and may never be";
  return {atomic, durable, once};
}

TransactionMonitor::TransactionMonitor(sim::Simulation& simulation, const Parameters& parameters,
                                       const sim::Phases& phases, const kafka::Monitor& log)
    : simulation_(simulation),
      parameters_(parameters),
      phases_(phases),
      log_(log),
      passed_over_(simulation, parameters, log) {
  for (const NodeId node : simulation.nodes_of_role("processor")) processors_[node] = {};
  for (const NodeId node : simulation.nodes_of_role("client")) clients_[node] = {};
  for (PartitionId id = static_cast<PartitionId>(parameters.partitions); id <= parameters.offsets_partition();
       ++id)
    partitions_[id] = {};
}

std::string TransactionMonitor::place(PartitionId id, Offset offset) const {
  return fmt::format("{} of {}", offset, parameters_.name_of(id));
}

// More was lost than is promised to survive: what is visible follows from a log that is not what it was.
void TransactionMonitor::report(std::string claim, std::string anomaly, std::string text,
                                std::vector<NodeId> nodes) {
  simulation_.report({std::move(claim), std::move(anomaly), std::move(text), but_nobody(std::move(nodes)),
                      why_anything_replaced(log_, parameters_)});
}

void TransactionMonitor::after_event(NodeId node) {
  if (processors_.contains(node)) return look_at_processor(node);
  if (clients_.contains(node)) return look_at_client(node);
  for (auto& [id, partition] : partitions_) fold(id);
}

// --- what is committed -------------------------------------------------------------------------------------

void TransactionMonitor::fold(PartitionId id) {
  Partition& partition = partitions_[id];
  const Records& records = log_.committed(id);
  partition.folded = std::min(partition.folded, records.size());  // fewer: another history has begun
  for (; partition.folded < records.size(); ++partition.folded)
    look_at_record(id, partition.folded, records[partition.folded]);
}

void TransactionMonitor::look_at_record(PartitionId id, Offset offset, const Record& record) {
  const auto* marker = std::get_if<Marker>(&record.content);
  if (marker == nullptr && !record.is_transactional()) return;
  Partition& partition = partitions_[id];
  std::uint64_t& epoch = partition.epochs[record.pid];
  if (record.producer_epoch < epoch) {
    report("P7.6", "invariant(P7.6)",
           fmt::format("the record at {} is of epoch {} of its producer, behind one of epoch {}",
                       place(id, offset), record.producer_epoch, epoch),
           {record.producer});
  }
  epoch = std::max(epoch, record.producer_epoch);
  if (marker == nullptr) {
    partition.open[record.pid].push_back(offset);
    return;
  }
  for (const Offset each : partition.open[record.pid]) settle(id, each, marker->is_commit);
  partition.open.erase(record.pid);
}

void TransactionMonitor::settle(PartitionId id, Offset offset, bool is_commit) {
  const Record& record = log_.committed(id)[static_cast<std::size_t>(offset)];
  const std::uint64_t number = attempt_of(record);
  Attempt& attempt = attempts_[number];
  ++(is_commit ? attempt.visible : attempt.aborted);
  if (is_commit) became_visible(id, offset, record, attempt);
  if (!is_commit && attempt.stage == Stage::committed) {
    report("P7.11", "lost-write",
           fmt::format("{} was told that its transaction is committed, and what it wrote at {} is aborted",
                       name(attempt.owner), place(id, offset)),
           {attempt.owner});
  }
  if (attempt.visible > 0 && attempt.aborted > 0) {
    report("P7.5", "fractured-read",
           fmt::format("of a transaction of {} {} records are visible and {} are aborted",
                       name(attempt.owner), attempt.visible, attempt.aborted),
           {attempt.owner});
  }
}

// P7.5
void TransactionMonitor::became_visible(PartitionId id, Offset offset, const Record& record,
                                        const Attempt& attempt) {
  partitions_[id].visible.insert(offset);
  if (attempt.stage < Stage::committing) {
    report("P7.5", "dirty-read",
           fmt::format("what {} wrote at {} is visible, and it has not committed it", name(attempt.owner),
                       place(id, offset)),
           {attempt.owner});
  }
  if (const auto* output = std::get_if<Output>(&record.content)) {
    look_at_output(id, record, *output);
  } else if (const auto* committed = std::get_if<CommittedOffset>(&record.content)) {
    reached_[committed->partition] = committed->position.offset;
  }
}

// P7.12
void TransactionMonitor::look_at_output(PartitionId id, const Record& record, const Output& output) {
  const Records& inputs = log_.committed(output.source);
  const bool is_right =
      output.offset < inputs.size() &&
      Processor::transformed(inputs[static_cast<std::size_t>(output.offset)].value) == record.value;
  if (!is_right) {
    report("P7.12", "wrong-result",
           fmt::format("{} in {} is not what becomes of the input at {}", record.value,
                       parameters_.name_of(id), place(output.source, output.offset)),
           {record.producer});
  }
  if (++made_[{output.source, output.offset}] < 2) return;
  simulation_.metrics().count("outputs twice");
  report("P7.12", "duplicate-effect",
         fmt::format("of the input at {} there are {} outputs", place(output.source, output.offset),
                     made_[{output.source, output.offset}]),
         {record.producer});
}

// --- processors and readers --------------------------------------------------------------------------------

void TransactionMonitor::look_at_processor(NodeId node) {
  const auto* processor = static_cast<const Processor*>(simulation_.node(node).process());
  if (processor == nullptr) return;
  passed_over_.look_at(node, *processor);
  Seen& seen = processors_[node];
  if (seen.incarnation != simulation_.node(node).incarnation())
    seen = {simulation_.node(node).incarnation(), 0, 0};
  for (; seen.changes < processor->changes().size(); ++seen.changes) {
    const Processor::Change& change = processor->changes()[seen.changes];
    Attempt& attempt = attempts_[change.attempt];
    attempt.owner = node;
    attempt.stage = change.stage;
    if (change.stage == Stage::begun) attempt.records = change.records;
    if (change.stage != Stage::committed || attempt.aborted == 0) continue;
    report("P7.11", "lost-write",
           fmt::format("{} was told that its transaction is committed, and {} of its records are aborted",
                       name(node), attempt.aborted),
           {node});
  }
}

// P7.5, as readers see it.
void TransactionMonitor::look_at_client(NodeId node) {
  const auto* client = static_cast<const Client*>(simulation_.node(node).process());
  if (client == nullptr) return;
  const Consumer::Delivered& delivered = client->consumer().delivered();
  Seen& seen = clients_[node];
  if (delivered.count == seen.delivered) return;
  seen.delivered = delivered.count;
  const auto partition = partitions_.find(delivered.partition);
  if (partition == partitions_.end()) return;
  for (const Entry& entry : delivered.polled.entries) {
    const Offset at = entry.offset;
    const Record& record = entry.record;
    if (!is_given(delivered.polled, entry) || !record.is_transactional()) continue;
    if (partition->second.visible.contains(at)) continue;
    report("P7.5", "dirty-read",
           fmt::format("{} was given {}, at {}, which is not committed", name(node), record.value,
                       place(delivered.partition, at)),
           {node, record.producer});
  }
}

// --- the end -----------------------------------------------------------------------------------------------

void TransactionMonitor::at_end() {
  const bool had_time = phases_.end - phases_.heal >= parameters_.longest_timeout() * 10;
  if (had_time) check_attempts();
  for (PartitionId id = 0; id < static_cast<PartitionId>(parameters_.partitions); ++id)
    check_inputs(id, had_time);
  if (!had_time) return;
  for (const auto& [id, partition] : partitions_) {
    if (partition.open.empty()) continue;
    report("L7.1", "unavailable",
           fmt::format("a transaction that began at {} is still open at the end, and nobody may read on",
                       place(id, partition.open.begin()->second.front())),
           {});
  }
}

// P7.11
void TransactionMonitor::check_attempts() {
  std::map<std::uint64_t, std::uint64_t> open;  // records by attempt: their markers are under way
  for (const auto& [id, partition] : partitions_) {
    for (const auto& [pid, offsets] : partition.open) {
      for (const Offset offset : offsets)
        ++open[attempt_of(log_.committed(id)[static_cast<std::size_t>(offset)])];
    }
  }
  for (const auto& [number, attempt] : attempts_) {
    const std::uint64_t all = attempt.records + 1;  // and the offset behind them
    if (attempt.stage != Stage::committed || attempt.visible + open[number] >= all || attempt.aborted > 0)
      continue;
    report("P7.11", "lost-write",
           fmt::format("{} was told that its transaction is committed, and {} of its {} records are visible",
                       name(attempt.owner), attempt.visible, all),
           {attempt.owner});
  }
}

// P7.12
void TransactionMonitor::check_inputs(PartitionId source, bool had_time) {
  const Offset reached = reached_[source];
  for (Offset offset = 0; offset < reached; ++offset) {
    if (made_.contains({source, offset}) || passed_over_.contains(source, offset)) continue;
    report("P7.12", "missing-effect",
           fmt::format("the group has passed the input at {}, and there is no output of it",
                       place(source, offset)),
           {});
  }
  const Offset end = log_.committed(source).size();
  if (!had_time || reached >= end) return;
  report("L7.1", "unavailable",
         fmt::format("{} of {} records of {} are transformed at the end", reached, end,
                     parameters_.name_of(source)),
         {});
}

}  // namespace lightcone::models::kafka
