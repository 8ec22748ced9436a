#include "models/kafka/losses.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lightcone::models::kafka {

namespace {

bool says(const PartitionLog& log, Offset offset, const Record& record) {
  const Entry* entry = log.find(offset);
  return entry != nullptr && entry->record == record;
}

bool says_anything(const PartitionLog& log, Offset offset) {
  const Entry* entry = log.find(offset);
  return entry != nullptr && !std::holds_alternative<Emptied>(entry->record.content);
}

}  // namespace

// Called before anything but the recovery has happened. A power loss takes back what was not flushed:
// appends, and also that something was cut off or cleaned up.
void Losses::restarted(NodeId broker, const Replica& replica, Copy& copy) {
  for (const auto& [offset, record] : copy.records) {
    if (!says(replica.log(), offset, record)) lost_[{replica.id(), offset}].emplace_back(broker, record);
  }
  const Offset end = replica.log().end();
  if (end < copy.end) tails_[replica.id()].push_back({broker, end, copy.end});
  copy.records.clear();
  copy.end = 0;
}

void Losses::take(NodeId broker, const Replica& replica, Copy& copy) {
  for (const Entry& entry : replica.log().from(copy.end)) {
    if (!std::holds_alternative<Emptied>(entry.record.content)) copy.records[entry.offset] = entry.record;
    const auto lost = lost_.find({replica.id(), entry.offset});
    if (lost != lost_.end()) std::erase(lost->second, std::pair(broker, entry.record));
  }
  copy.end = replica.log().end();
}

std::vector<Offset> Losses::look_at(NodeId broker, std::uint32_t incarnation, const Replica& replica) {
  Copy& copy = copies_[{broker, replica.id()}];
  const PartitionLog& log = replica.log();
  if (copy.incarnation != incarnation) {
    restarted(broker, replica, copy);
    copy.incarnation = incarnation;
    copy.truncations = copy.cleanings = 0;
  }
  if (copy.truncations != log.truncations()) {
    copy.truncations = log.truncations();
    copy.records.erase(copy.records.lower_bound(log.last_truncation()), copy.records.end());
    copy.end = std::min(copy.end, log.last_truncation());
  }
  std::vector<Offset> removed;
  if (copy.cleanings != log.cleanings()) {
    copy.cleanings = log.cleanings();
    for (const auto& [offset, record] : copy.records) {
      if (!says_anything(log, offset)) removed.push_back(offset);
    }
    for (const Offset offset : removed) copy.records.erase(offset);
  }
  if (copy.end < log.end()) take(broker, replica, copy);
  return removed;
}

std::string Losses::in_words(const std::set<NodeId>& brokers, std::int64_t enough) const {
  if (static_cast<std::int64_t>(brokers.size()) < enough || brokers.empty()) return {};
  std::string names;
  for (const NodeId broker : brokers)
    names += (names.empty() ? "" : ", ") + std::string(simulation_.node(broker).node_name());
  return fmt::format("{} lost it from their disks", names);
}

std::string Losses::excuse(PartitionId partition, Offset offset, const Record& record,
                           std::int64_t enough) const {
  const auto lost = lost_.find({partition, offset});
  if (lost == lost_.end()) return {};
  std::set<NodeId> brokers;
  for (const auto& [broker, what] : lost->second) {
    if (what == record) brokers.insert(broker);
  }
  return in_words(brokers, enough);
}

std::string Losses::excuse_of_removed(PartitionId partition, Offset offset, std::int64_t enough) const {
  const auto tails = tails_.find(partition);
  if (tails == tails_.end()) return {};
  std::set<NodeId> brokers;
  for (const Tail& tail : tails->second) {
    if (tail.from <= offset && offset < tail.to) brokers.insert(tail.broker);
  }
  return in_words(brokers, enough);
}

}  // namespace lightcone::models::kafka
