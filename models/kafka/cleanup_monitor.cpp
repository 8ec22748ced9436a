#include "models/kafka/cleanup_monitor.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lightcone::models::kafka {

using sim::Assumption;
using sim::Claim;

namespace {

const Keyed& keyed(const Record& record) { return std::get<Keyed>(record.content); }

// By clocks that may run faster than true time, within their bounds.
sim::Duration surely_within(sim::Duration span) { return span / 10 * 9; }

}  // namespace

std::vector<Claim> claims_about_cleanup(const Parameters& parameters) {
  if (!parameters.is_cleaned()) return {};
  std::vector<Claim> claims = {
      {"P7.13", "only what is committed is removed from a log", Assumption::a0},
      {"P7.15",
       "a consumer is given every record from where it is on that the log has, in order, or is told "
       "that it has been overtaken",
       Assumption::a0},
  };
  if (!parameters.is_compacted()) return claims;
  claims.push_back({"P7.14",
                    "of each key every replica has the latest record below its high watermark, or the latest "
                    "of all that are committed, or nothing if that is a deletion",
                    Assumption::a0});
  claims.push_back(
      {"P7.16",
       "who has read from the beginning to the end knows the latest value of each key, and of its "
       "deletion if it came to the end within nine tenths of delete_retention",
       Assumption::a2});
  return claims;
}

CleanupMonitor::CleanupMonitor(sim::Simulation& simulation, const Parameters& parameters,
                               const kafka::Monitor& log)
    : simulation_(simulation), parameters_(parameters), log_(log) {
  for (const NodeId node : simulation.nodes_of_role("client")) clients_[node] = 0;
}

std::string CleanupMonitor::place(PartitionId id, Offset offset) const {
  return fmt::format("{} of {}", offset, parameters_.name_of(id));
}

void CleanupMonitor::after_event(NodeId node) {
  if (clients_.contains(node)) return look_at_client(node);
  if (!parameters_.is_compacted() || simulation_.node(node).role() != "broker") return;
  const auto* broker = static_cast<const Broker*>(simulation_.node(node).process());
  if (broker == nullptr) return;
  for (const auto& [id, replica] : broker->replicas()) look_at_replica(node, replica);
}

// --- replicas ----------------------------------------------------------------------------------------------

void CleanupMonitor::look_at_replica(NodeId node, const Replica& replica) {
  Seen& seen = replicas_[{node, replica.id()}];
  const std::uint32_t incarnation = simulation_.node(node).incarnation();
  if (seen.incarnation != incarnation) seen = {incarnation, 0, 0};
  const bool leads = replica.role() == Replica::Role::leader;
  const Offset committed = log_.committed(replica.id()).size();
  if (leads && seen.led != replica.leader_epoch()) {
    check_replica(node, replica, committed);
  } else if (seen.cleanings != replica.log().cleanings()) {
    check_replica(node, replica, std::min<Offset>(replica.high_watermark(), committed));
  }
  seen.cleanings = replica.log().cleanings();
  if (leads) seen.led = replica.leader_epoch();
}

void CleanupMonitor::check_replica(NodeId node, const Replica& replica, Offset until) {
  NodeId leader = no_node;
  const bool is_latest = log_.leader_of(replica.id(), leader) == &replica;
  if (replica.role() == Replica::Role::leader && !is_latest) return;  // it has been replaced
  for (const auto& [key, offsets] : log_.keys(replica.id())) {
    if (const auto latest = log_.latest_of(replica.id(), key, until)) check_key(node, replica, key, *latest);
  }
}

bool CleanupMonitor::has_committed(const Replica& replica, Offset offset) const {
  const Entry* entry = replica.log().find(offset);
  return entry != nullptr && entry->record == log_.committed(replica.id())[static_cast<std::size_t>(offset)];
}

// P7.14
void CleanupMonitor::check_key(NodeId node, const Replica& replica, std::uint64_t key, Offset latest) {
  const PartitionId id = replica.id();
  const Record& record = log_.committed(id)[static_cast<std::size_t>(latest)];
  if (has_committed(replica, latest)) return;
  // Whom it fetched from knew a later one to be committed, and it does not yet.
  if (const auto later = log_.latest_of(id, key, log_.committed(id).size()); later && *later > latest) {
    if (has_committed(replica, *later)) return;
  }
  const std::vector<NodeId> nodes = {node};
  if (!keyed(record).is_deletion) {
    simulation_.report({"P7.14", "lost-write",
                        fmt::format("{}, at {}, is the latest record of key {}, and {} does not have it",
                                    record.value, place(id, latest), key, name(node)),
                        nodes, log_.why_lost(id, latest)});
    return;
  }
  for (const Entry& each : replica.log().until(latest)) {
    const auto* before = std::get_if<Keyed>(&each.record.content);
    if (before == nullptr || before->key != key || before->is_deletion) continue;
    simulation_.report(
        {"P7.14", "resurrection",
         fmt::format("key {} is deleted at {}, and {} has forgotten that and still has {}, at {}", key,
                     place(id, latest), name(node), each.record.value, each.offset),
         nodes, log_.why_lost(id, latest)});
    return;
  }
}

// --- readers -----------------------------------------------------------------------------------------------

void CleanupMonitor::look_at_client(NodeId node) {
  const auto* client = static_cast<const Client*>(simulation_.node(node).process());
  if (client == nullptr) return;
  const Consumer::Delivered& delivered = client->consumer().delivered();
  if (delivered.count == clients_[node]) return;
  clients_[node] = delivered.count;
  check_passed(node, delivered);
  if (!parameters_.is_compacted()) return;
  View& view = views_[{node, delivered.partition, delivered.reading}];
  take(view, delivered);
  const Polled& polled = delivered.polled;
  const Offset reached = polled.entries.empty() ? polled.offset : end_of(polled).offset;
  if (reached == polled.high_watermark) check_view(node, delivered, view);
}

// P7.15
void CleanupMonitor::check_passed(NodeId client, const Consumer::Delivered& delivered) {
  Offset next = delivered.polled.offset;
  for (const Entry& entry : delivered.polled.entries) {
    for (; next < entry.offset; ++next) {
      if (log_.was_removed(delivered.partition, next)) continue;
      simulation_.report({"P7.15",
                          "missing-effect",
                          fmt::format("{} was not given the record at {}, which nobody has removed",
                                      name(client), place(delivered.partition, next)),
                          {client, delivered.by},
                          log_.why_replaced(delivered.partition)});
    }
    next = entry.offset + 1;
  }
}

void CleanupMonitor::take(View& view, const Consumer::Delivered& delivered) {
  const Polled& polled = delivered.polled;
  for (auto& [key, told] : view) {  // it may have been sent back
    while (!told.empty() && told.back().offset >= polled.offset) told.pop_back();
  }
  NodeId leader = no_node;
  (void)log_.leader_of(delivered.partition, leader);
  std::string excuse;
  if (leader != delivered.by)
    excuse = fmt::format("it had read from {}, which led no longer", name(delivered.by));
  for (const Entry& entry : polled.entries) {
    if (!is_given(polled, entry)) continue;
    if (const auto* record = std::get_if<Keyed>(&entry.record.content))
      view[record->key].push_back({entry.offset, record->is_deletion, delivered.asked, excuse});
  }
}

// P7.16
void CleanupMonitor::check_view(NodeId client, const Consumer::Delivered& delivered, const View& view) {
  const PartitionId id = delivered.partition;
  for (const auto& [key, offsets] : log_.keys(id)) {
    const auto latest = log_.latest_of(id, key, delivered.polled.high_watermark);
    if (!latest) continue;
    const Record& record = log_.committed(id)[static_cast<std::size_t>(*latest)];
    const auto told = view.find(key);
    const Known* known = told == view.end() || told->second.empty() ? nullptr : &told->second.back();
    if (known != nullptr && known->offset == *latest) continue;
    if (!keyed(record).is_deletion) {
      simulation_.report(
          {"P7.16",
           "lost-write",
           fmt::format("{} has read {} to its end at {} and does not know {}, the latest of key {}",
                       name(client), parameters_.name_of(id), delivered.polled.high_watermark, record.value,
                       key),
           {client, delivered.by},
           log_.why_lost(id, *latest)});
      continue;
    }
    if (known == nullptr || known->is_deleted) continue;
    const sim::Duration taken = delivered.answered - known->asked;
    if (taken > surely_within(parameters_.delete_retention)) continue;
    std::string excuse = known->excuse;
    if (excuse.empty()) excuse = log_.why_lost(id, *latest);
    simulation_.report(
        {"P7.16",
         "resurrection",
         fmt::format("{} has read {} to its end at {}, has a value of key {} and does not know that "
                     "it is deleted, at {}",
                     name(client), parameters_.name_of(id), delivered.polled.high_watermark, key, *latest),
         {client, delivered.by},
         std::move(excuse)});
  }
}

// --- the end -----------------------------------------------------------------------------------------------

void CleanupMonitor::at_end() {
  if (!parameters_.is_compacted()) return;
  for (PartitionId id = 0; parameters_.is_input(id); ++id) {
    NodeId leader = no_node;
    const Replica* replica = log_.leader_of(id, leader);
    if (replica != nullptr) check_replica(leader, *replica, log_.committed(id).size());
  }
}

}  // namespace lightcone::models::kafka
