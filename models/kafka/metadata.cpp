#include "models/kafka/metadata.hpp"

#include <algorithm>

namespace lightcone::models::kafka {

namespace {

bool contains(const std::vector<NodeId>& nodes, NodeId node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

void add(std::vector<NodeId>& nodes, NodeId node) {
  if (!contains(nodes, node)) nodes.push_back(node);
}

}  // namespace

std::vector<NodeId> replicas_of(PartitionId partition, const std::vector<NodeId>& brokers, std::int64_t rf) {
  std::vector<NodeId> replicas;
  for (std::int64_t i = 0; i < rf; ++i)
    replicas.push_back(brokers[(partition + static_cast<std::size_t>(i)) % brokers.size()]);
  return replicas;
}

Metadata::Metadata(const Policy& policy, const std::vector<NodeId>& brokers, std::int64_t partitions,
                   std::int64_t rf)
    : policy_(policy) {
  for (const NodeId broker : brokers) image_.brokers[broker] = {};
  for (PartitionId id = 0; id < static_cast<PartitionId>(partitions); ++id) {
    PartitionState partition;
    partition.replicas = partition.isr = replicas_of(id, brokers, rf);
    partition.leader = partition.replicas.front();
    partition.leader_epoch = partition.epoch = 1;
    image_.partitions.push_back(std::move(partition));
  }
  image_.version = 1;
  initial_ = image_;
}

void Metadata::restore(const sim::Payload& snapshot) { image_ = snapshot ? snapshot.get<Image>() : initial_; }

BrokerEpoch Metadata::apply(const Command& command) {
  switch (command.verb) {
    case Verb::register_broker:
      register_broker(command);
      break;
    case Verb::fence:
      fence(command);
      break;
    case Verb::unfence:
      unfence(command);
      break;
    case Verb::alter_partition:
      alter(command);
      break;
    case Verb::recover:
      recover(command);
      break;
    case Verb::transfer:
      transfer(command);
      break;
  }
  return image_.brokers.at(command.broker).epoch;
}

bool Metadata::is_alive(NodeId broker) const { return !image_.brokers.at(broker).fenced; }

bool Metadata::is_current(NodeId broker, BrokerEpoch epoch) const {
  return is_alive(broker) && image_.brokers.at(broker).epoch == epoch;
}

bool Metadata::is_too_small(const PartitionState& partition) const {
  return static_cast<std::int64_t>(partition.isr.size()) < policy_.min_isr;
}

void Metadata::changed(PartitionState& partition) {
  ++partition.epoch;
  ++image_.version;
}

void Metadata::lead(PartitionState& partition, NodeId broker) {
  partition.leader = broker;
  ++partition.leader_epoch;
  changed(partition);
}

// A broker that was here before comes back without having said goodbye: whether all that it acknowledged is
// still in its log, nobody knows.
void Metadata::register_broker(const Command& command) {
  BrokerState& broker = image_.brokers.at(command.broker);
  if (broker.incarnation == command.incarnation) return;  // asked again
  const bool was_here = broker.epoch != 0;
  broker = {++image_.last_broker_epoch, command.incarnation, true};
  ++image_.version;
  for (PartitionState& partition : image_.partitions) {
    if (was_here) remove(partition, command.broker, Leaving::unclean);
  }
  broker.fenced = false;
  for (PartitionState& partition : image_.partitions) elect(partition);
}

void Metadata::fence(const Command& command) {
  if (!is_current(command.broker, command.broker_epoch)) return;
  image_.brokers.at(command.broker).fenced = true;
  ++image_.version;
  for (PartitionState& partition : image_.partitions)
    remove(partition, command.broker, Leaving::with_its_log);
}

void Metadata::unfence(const Command& command) {
  BrokerState& broker = image_.brokers.at(command.broker);
  if (broker.epoch != command.broker_epoch || !broker.fenced) return;
  broker.fenced = false;
  ++image_.version;
  for (PartitionState& partition : image_.partitions) elect(partition);
}

// The broker is fenced by now.
void Metadata::remove(PartitionState& partition, NodeId broker, Leaving leaving) {
  const bool was_in_sync = std::erase(partition.isr, broker) > 0;
  bool was_eligible = was_in_sync;
  if (!policy_.elr) {
    if (was_in_sync && partition.isr.empty()) partition.isr = {broker};
  } else if (leaving == Leaving::unclean) {
    was_eligible = std::erase(partition.elr, broker) > 0 || was_in_sync;
    if (was_eligible && is_too_small(partition)) add(partition.last_known, broker);
  } else if (was_in_sync && is_too_small(partition)) {
    add(partition.elr, broker);
  }
  const bool led = partition.leader == broker;
  if (led) lead(partition, no_node);
  if (!led && was_eligible) changed(partition);
  elect(partition);
}

void Metadata::elect(PartitionState& partition) {
  if (partition.leader != no_node) return;
  const auto first_alive = [&](const std::vector<NodeId>& among) {
    const auto found =
        std::find_if(partition.replicas.begin(), partition.replicas.end(),
                     [&](NodeId replica) { return contains(among, replica) && is_alive(replica); });
    return found == partition.replicas.end() ? no_node : *found;
  };
  if (const NodeId in_sync = first_alive(partition.isr); in_sync != no_node) {
    lead(partition, in_sync);
    return;
  }
  NodeId chosen = first_alive(partition.elr);
  if (chosen == no_node && policy_.unclean) {
    chosen = first_alive(partition.replicas);
    if (chosen != no_node) {
      partition.elr.clear();
      partition.last_known.clear();
    }
  }
  if (chosen == no_node) return;
  std::erase(partition.elr, chosen);
  partition.isr = {chosen};
  lead(partition, chosen);
}

void Metadata::alter(const Command& command) {
  PartitionState& partition = image_.partitions.at(command.partition);
  const bool is_of_leader =
      partition.leader == command.broker && is_current(command.broker, command.broker_epoch);
  if (!is_of_leader || partition.leader_epoch != command.leader_epoch || partition.epoch != command.epoch)
    return;
  std::vector<NodeId> wanted;
  for (const NodeId replica : partition.replicas) {
    const auto member = std::find_if(command.isr.begin(), command.isr.end(),
                                     [&](const IsrMember& each) { return each.broker == replica; });
    if (member == command.isr.end()) continue;
    if (!is_current(member->broker, member->epoch)) {
      // Refused, and with a new epoch, so that no late copy of it is accepted after the leader gave it up.
      changed(partition);
      return;
    }
    wanted.push_back(replica);
  }
  for (const NodeId member : partition.isr) {
    if (policy_.elr && !contains(wanted, member)) add(partition.elr, member);
  }
  partition.isr = wanted;
  for (const NodeId member : wanted) {
    std::erase(partition.elr, member);
    std::erase(partition.last_known, member);
  }
  if (!is_too_small(partition)) {
    partition.elr.clear();
    partition.last_known.clear();
  }
  changed(partition);
}

void Metadata::recover(const Command& command) {
  PartitionState& partition = image_.partitions.at(command.partition);
  const bool is_lost = partition.leader == no_node && partition.isr.empty() && partition.elr.empty();
  if (!is_lost || partition.leader_epoch != command.leader_epoch) return;
  if (!is_current(command.broker, command.broker_epoch) || !contains(partition.last_known, command.broker))
    return;
  std::erase(partition.last_known, command.broker);
  partition.isr = {command.broker};
  lead(partition, command.broker);
}

void Metadata::transfer(const Command& command) {
  for (PartitionState& partition : image_.partitions) {
    const bool can_lead = contains(partition.isr, command.broker) && is_alive(command.broker);
    if (can_lead && partition.leader != command.broker) lead(partition, command.broker);
  }
}

}  // namespace lightcone::models::kafka
