#include "models/kafka/monitor.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/kafka/controller.hpp"

namespace lightcone::models::kafka {

namespace {

bool is_emptied(const Record& record) { return std::holds_alternative<Emptied>(record.content); }

// Where nobody was seen to have a record before it was removed.
Record nothing() {
  Record record;
  record.content = Emptied{};
  return record;
}

}  // namespace

Monitor::Monitor(sim::Simulation& simulation, const Parameters& parameters, const sim::Phases& phases)
    : simulation_(simulation),
      parameters_(parameters),
      phases_(phases),
      brokers_(simulation.nodes_of_role("broker")),
      partitions_(static_cast<std::size_t>(parameters.all_partitions())),
      losses_(simulation) {
  for (const NodeId node : brokers_) seen_[node] = {};
  for (const NodeId node : simulation.nodes_of_role("client")) clients_[node] = {};
}

const Broker* Monitor::broker_on(NodeId node) const {
  return static_cast<const Broker*>(simulation_.node(node).process());
}

// What one has applied is decided, whether or not it lives to tell the others.
void Monitor::look_at_controller(NodeId node) {
  const auto* controller = static_cast<const Controller*>(simulation_.node(node).process());
  if (controller != nullptr && controller->image().version > decided_.version) decided_ = controller->image();
}

const Replica* Monitor::latest_leader(PartitionId id, NodeId& node) const {
  const Partition& partition = partitions_[id];
  const auto latest = partition.leaders.find(partition.latest_epoch);
  if (latest == partition.leaders.end()) return nullptr;
  node = latest->second;
  const Broker* broker = broker_on(node);
  if (broker == nullptr) return nullptr;
  const Replica& replica = broker->replicas().at(id);
  const bool leads =
      replica.role() == Replica::Role::leader && replica.leader_epoch() == partition.latest_epoch;
  return leads ? &replica : nullptr;
}

void Monitor::after_event(NodeId node) {
  if (seen_.contains(node)) {
    look_at_broker(node);
  } else if (clients_.contains(node)) {
    look_at_client(node);
  } else if (simulation_.node(node).role() == "controller") {
    look_at_controller(node);
  }
}

// --- brokers ---------------------------------------------------------------------------------------------

void Monitor::look_at_broker(NodeId node) {
  const Broker* broker = broker_on(node);
  if (broker == nullptr) return;
  for (const auto& [id, replica] : broker->replicas()) look_at_replica(node, replica);
}

void Monitor::look_at_replica(NodeId node, const Replica& replica) {
  Seen& seen = seen_[node][replica.id()];
  const std::uint32_t incarnation = simulation_.node(node).incarnation();
  look_at_removed(node, replica.id(), losses_.look_at(node, incarnation, replica));
  if (seen.incarnation != incarnation) seen = {incarnation, Replica::Role::idle, 0, replica.high_watermark()};
  const bool took_over = replica.role() == Replica::Role::leader &&
                         (seen.role != Replica::Role::leader || seen.epoch != replica.leader_epoch());
  if (replica.leader_epoch() < seen.epoch) {
    simulation_.report({"P7.9",
                        "split-brain",
                        fmt::format("{} went back from leader epoch {} of {} to {}", name(node), seen.epoch,
                                    parameters_.name_of(replica.id()), replica.leader_epoch()),
                        {node}});
  }
  if (took_over) look_at_leader(node, replica);
  if (took_over) {  // what it believes since it came back counts from now on
    const Offset known =
        std::min<Offset>(replica.high_watermark(), partitions_[replica.id()].committed.size());
    compare(node, replica, replica.log().start().position.offset, known);
  }
  if (replica.high_watermark() > seen.high_watermark) committed(node, replica, seen.high_watermark);
  seen.role = replica.role();
  seen.epoch = replica.leader_epoch();
  seen.high_watermark = replica.high_watermark();
}

// P7.9
void Monitor::look_at_leader(NodeId node, const Replica& replica) {
  Partition& partition = partitions_[replica.id()];
  const auto [other, is_first] = partition.leaders.try_emplace(replica.leader_epoch(), node);
  if (!is_first && other->second != node) {
    simulation_.report({"P7.9",
                        "split-brain",
                        fmt::format("{} and {} both led {} in epoch {}", name(other->second), name(node),
                                    parameters_.name_of(replica.id()), replica.leader_epoch()),
                        {other->second, node}});
  }
  if (replica.leader_epoch() < partition.latest_epoch) return;
  partition.latest_epoch = replica.leader_epoch();
  check_kept(node, replica);
}

// --- what is committed -------------------------------------------------------------------------------------

void Monitor::committed(NodeId node, const Replica& replica, Offset from) {
  const bool leads = replica.role() == Replica::Role::leader;
  if (leads) check_maximal_isr(node, replica);
  compare(node, replica, from, replica.high_watermark());
}

// What this replica has committed there is what was committed before, or comes next.
void Monitor::compare(NodeId node, const Replica& replica, Offset from, Offset until) {
  const PartitionId id = replica.id();
  Partition& partition = partitions_[id];
  // Where a loss began another history, a leader that has not heard of it goes on in the one that ended.
  const bool is_late = replica.leader_epoch() < partition.latest_epoch;
  for (Offset offset = from; offset < until; ++offset) {
    const Entry* entry = replica.log().find(offset);
    if (offset == partition.committed.size()) {
      if (is_late && !partition.excuse.empty()) return;
      commit(node, partition, id, entry == nullptr ? nothing() : entry->record);
      continue;
    }
    // Further on than anybody was seen to commit.
    if (offset > partition.committed.size()) return;
    const Record& before = partition.committed[static_cast<std::size_t>(offset)];
    if (entry == nullptr || is_emptied(before)) continue;  // P7.14 and P7.15 say more
    const Record& record = entry->record;
    if (record == before || (is_emptied(record) && record.epoch == before.epoch)) continue;
    if (!is_another_history(node, replica, offset, record)) return;
  }
}

// False: who has this is late to hear that it was replaced, or nothing explains it.
bool Monitor::is_another_history(NodeId node, const Replica& replica, Offset offset, const Record& record) {
  const PartitionId id = replica.id();
  Partition& partition = partitions_[id];
  const Record& before = partition.committed[static_cast<std::size_t>(offset)];
  std::string excuse = why_lost(id, offset, before);
  const bool leads =
      replica.role() == Replica::Role::leader && replica.leader_epoch() >= partition.latest_epoch;
  const bool replaces = !excuse.empty() && leads;
  // Or too many lost this one, and whoever still has it is late to hear that it was replaced.
  if (excuse.empty()) excuse = why_lost(id, offset, record);
  simulation_.report({"P7.2",
                      "divergence",
                      fmt::format("record {} of {} was committed as {} of epoch {}, and {} has committed {} "
                                  "of epoch {} there",
                                  offset, parameters_.name_of(id), before.value, before.epoch, name(node),
                                  record.value, record.epoch),
                      {node},
                      excuse});
  if (!replaces) return false;
  partition.excuse = std::move(excuse);
  Records kept(partition.committed.begin(),
               partition.committed.begin() + static_cast<std::ptrdiff_t>(offset));
  partition.committed.clear();
  partition.orders.clear();
  partition.keys.clear();
  for (const Record& each : kept) commit(node, partition, id, each);
  commit(node, partition, id, record);
  return true;
}

void Monitor::commit(NodeId node, Partition& partition, PartitionId id, const Record& record) {
  partition.committed.push_back(record);
  if (const auto* keyed = std::get_if<Keyed>(&record.content))
    partition.keys[keyed->key].push_back(partition.committed.size() - 1);
  if (is_of_client(record)) check_order(node, partition, id, record);
}

// P7.13
void Monitor::look_at_removed(NodeId node, PartitionId id, const std::vector<Offset>& removed) {
  Partition& partition = partitions_[id];
  for (const Offset offset : removed) {
    if (offset < partition.committed.size()) {
      partition.removed.insert(offset);
      continue;
    }
    simulation_.report({"P7.13",
                        "invariant(P7.13)",
                        fmt::format("{} removed the record at {} of {}, of which {} are committed",
                                    name(node), offset, parameters_.name_of(id), partition.committed.size()),
                        {node},
                        partition.excuse});
  }
}

std::optional<Offset> Monitor::latest_of(PartitionId id, std::uint64_t key, Offset until) const {
  const auto found = partitions_.at(id).keys.find(key);
  if (found == partitions_.at(id).keys.end()) return std::nullopt;
  const auto behind = std::lower_bound(found->second.begin(), found->second.end(), until);
  if (behind == found->second.begin()) return std::nullopt;
  return *std::prev(behind);
}

std::string Monitor::why_lost(PartitionId id, Offset offset) const {
  const Partition& partition = partitions_.at(id);
  if (!partition.excuse.empty() || offset >= partition.committed.size()) return partition.excuse;
  return why_lost(id, offset, partition.committed[static_cast<std::size_t>(offset)]);
}

std::string Monitor::why_lost(PartitionId id, Offset offset, const Record& record) const {
  const Partition& partition = partitions_.at(id);
  std::string excuse = losses_.excuse(id, offset, record, parameters_.min_isr);
  if (!excuse.empty() || !partition.removed.contains(offset)) return excuse;
  // It was replaced by what is behind it, or with it, and too many may have lost that.
  for (Offset later = offset; excuse.empty() && later < partition.committed.size(); ++later) {
    excuse = partition.removed.contains(later)
                 ? losses_.excuse_of_removed(id, later, parameters_.min_isr)
                 : losses_.excuse(id, later, partition.committed[static_cast<std::size_t>(later)],
                                  parameters_.min_isr);
  }
  return excuse.empty() ? partition.excuse : excuse;
}

// What was taken away on purpose is not lost: the oldest, or what is not the latest of its key. A deletion
// goes as well, when it is time.
bool Monitor::is_replaced(PartitionId id, Offset offset, const Record& record) const {
  const Partition& partition = partitions_[id];
  if (!partition.removed.contains(offset)) return false;
  const auto* keyed = std::get_if<Keyed>(&record.content);
  if (keyed == nullptr) return true;
  return keyed->is_deletion || latest_of(id, keyed->key, partition.committed.size()) != offset;
}

// P7.3 and P7.4
void Monitor::check_order(NodeId node, Partition& partition, PartitionId id, const Record& record) {
  Order& order = partition.orders[record.producer];
  if (!order.numbers.insert(record.number).second) {
    simulation_.metrics().count("duplicates");
    simulation_.report({"P7.4",
                        "duplicate-effect",
                        fmt::format("{} is in {} twice, the second time at {}", record.value,
                                    parameters_.name_of(id), partition.committed.size() - 1),
                        {node, record.producer}});
    return;
  }
  if (record.number < order.latest) {
    simulation_.report({"P7.3",
                        "reorder",
                        fmt::format("record {} of {}, {}, is in {} at {}, behind its record {}",
                                    record.number, name(record.producer), record.value,
                                    parameters_.name_of(id), partition.committed.size() - 1, order.latest),
                        {node, record.producer}});
  }
  order.latest = std::max(order.latest, record.number);
}

// P7.8
void Monitor::check_maximal_isr(NodeId leader, const Replica& replica) {
  if (replica.id() >= decided_.partitions.size()) return;  // nothing is decided yet
  const PartitionState& state = decided_.partitions[replica.id()];
  if (state.leader != leader || state.leader_epoch != replica.leader_epoch()) return;
  for (const NodeId member : state.isr) {
    const Broker* broker = broker_on(member);
    // Whoever went down, or came back and is not registered yet, may have less than it had.
    if (member == leader || broker == nullptr || broker->epoch() != decided_.brokers.at(member).epoch)
      continue;
    const Offset end = broker->replicas().at(replica.id()).log().end();
    if (end >= replica.high_watermark()) continue;
    simulation_.report(
        {"P7.8",
         "invariant(P7.8)",
         fmt::format("{} moved the high watermark of {} to {}, and {}, which is in the ISR, has "
                     "{} records",
                     name(leader), parameters_.name_of(replica.id()), replica.high_watermark(), name(member),
                     end),
         {leader, member}});
  }
}

// --- what was promised -------------------------------------------------------------------------------------

void Monitor::check_kept(NodeId leader, const Replica& replica) {
  const Partition& partition = partitions_[replica.id()];
  for (const auto& [offset, record] : partition.acknowledged)
    check_one(leader, replica, offset, record, false);
  for (const auto& [offset, record] : partition.delivered) check_one(leader, replica, offset, record, true);
}

// P7.1, and of deliveries P7.2: whoever leads has it, or soon nobody will.
void Monitor::check_one(NodeId leader, const Replica& replica, Offset offset, const Record& record,
                        bool is_delivery) {
  const Entry* entry = replica.log().find(offset);
  if (entry != nullptr && entry->record == record) return;
  const bool says_nothing = entry == nullptr || is_emptied(entry->record);
  if (says_nothing && is_replaced(replica.id(), offset, record)) return;
  simulation_.report(
      {is_delivery ? "P7.2" : "P7.1",
       is_delivery ? "phantom" : "lost-write",
       fmt::format("{} was {} at {} of {}, and {}, which leads epoch {}, does not have it there",
                   record.value, is_delivery ? "given to a consumer" : "acknowledged", offset,
                   parameters_.name_of(replica.id()), name(leader), replica.leader_epoch()),
       {leader},
       why_lost(replica.id(), offset, record)});
}

// --- clients -----------------------------------------------------------------------------------------------

void Monitor::look_at_client(NodeId node) {
  const auto* client = static_cast<const Client*>(simulation_.node(node).process());
  if (client == nullptr) return;
  SeenClient& seen = clients_[node];
  const Producer::Acknowledged& acknowledged = client->producer().acknowledged();
  if (acknowledged.count != seen.acknowledged) {
    seen.acknowledged = acknowledged.count;
    look_at_acknowledgement(acknowledged);
  }
  const Consumer::Delivered& delivered = client->consumer().delivered();
  if (delivered.count != seen.delivered) {
    seen.delivered = delivered.count;
    look_at_delivery(node, delivered, seen);
  }
}

void Monitor::look_at_acknowledgement(const Producer::Acknowledged& acknowledged) {
  partitions_[acknowledged.partition].acknowledged[acknowledged.offset] = acknowledged.record;
  NodeId leader = no_node;
  const Replica* replica = latest_leader(acknowledged.partition, leader);
  if (replica != nullptr) check_one(leader, *replica, acknowledged.offset, acknowledged.record, false);
}

// P7.2
void Monitor::look_at_delivery(NodeId client, const Consumer::Delivered& delivered, SeenClient& seen) {
  const Polled& polled = delivered.polled;
  Offset& high_watermark = seen.high_watermarks[delivered.partition];
  const Partition& partition = partitions_[delivered.partition];
  if (polled.high_watermark < high_watermark) {
    std::string excuse = partition.excuse;
    // Behind transactions that are open what is lost may be any marker further on; and what was lost first
    // may have been removed before.
    const bool is_any = parameters_.has_transactions() || parameters_.is_cleaned();
    const Offset until = is_any ? partition.committed.size() : polled.high_watermark + 1;
    for (Offset offset = polled.high_watermark;
         excuse.empty() && offset < std::min<Offset>(until, partition.committed.size()); ++offset) {
      const Record& record = partition.committed[static_cast<std::size_t>(offset)];
      excuse = why_lost(delivered.partition, offset, record);
    }
    simulation_.report(
        {"P7.2",
         "nonmonotonic",
         fmt::format("{} was told that the high watermark of {} is {} after {}", name(client),
                     parameters_.name_of(delivered.partition), polled.high_watermark, high_watermark),
         {client, delivered.by},
         std::move(excuse)});
  }
  high_watermark = polled.high_watermark;
  NodeId leader = no_node;
  const Replica* replica = latest_leader(delivered.partition, leader);
  for (const auto& [offset, last_epoch, appended, record] : polled.entries) {
    if (is_emptied(record)) continue;
    partitions_[delivered.partition].delivered[offset] = record;
    if (replica != nullptr) check_one(leader, *replica, offset, record, true);
  }
}

std::vector<NodeId> but_nobody(std::vector<NodeId> nodes) {
  std::erase(nodes, no_node);
  return nodes;
}

std::string why_anything_replaced(const Monitor& log, const Parameters& parameters) {
  for (PartitionId id = 0; id < static_cast<PartitionId>(parameters.all_partitions()); ++id) {
    if (!log.why_replaced(id).empty()) return log.why_replaced(id);
  }
  return {};
}

// --- the end -----------------------------------------------------------------------------------------------

void Monitor::at_end() {
  const bool had_time = phases_.end - phases_.heal >= parameters_.longest_timeout() * 10;
  for (PartitionId id = 0; id < partitions_.size(); ++id) {
    NodeId leader = no_node;
    const Replica* replica = latest_leader(id, leader);
    if (replica != nullptr) check_kept(leader, *replica);
    if (had_time) check_recovered(id);
  }
}

// L7.1
void Monitor::check_recovered(PartitionId id) {
  NodeId leader = no_node;
  const Replica* replica = latest_leader(id, leader);
  std::string what;
  if (replica == nullptr) {
    what = "nobody leads";
  } else if (static_cast<std::int64_t>(replica->isr().size()) < parameters_.rf) {
    what = fmt::format("its ISR has {} of {} replicas", replica->isr().size(), parameters_.rf);
  } else if (replica->high_watermark() < replica->log().end()) {
    what = fmt::format("{} of its {} records are committed", replica->high_watermark(), replica->log().end());
  }
  if (what.empty()) return;
  simulation_.report(
      {"L7.1", "unavailable", fmt::format("{} at the end: {}", parameters_.name_of(id), what), {}});
}

}  // namespace lightcone::models::kafka
