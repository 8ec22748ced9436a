#include "models/kafka/losses.hpp"

#include <fmt/format.h>

namespace lightcone::models::kafka {

// Called before anything but the recovery has happened. A power loss takes back what was not flushed:
// appends, and also that something was cut off.
void Losses::restarted(NodeId broker, const Replica& replica, Copy& copy) {
  const PartitionLog& log = replica.log();
  Offset same = 0;
  while (same < copy.records.size() && same < log.end() &&
         copy.records[static_cast<std::size_t>(same)] == log.at(same))
    ++same;
  for (Offset offset = same; offset < copy.records.size(); ++offset)
    lost_[{replica.id(), offset}].emplace_back(broker, copy.records[static_cast<std::size_t>(offset)]);
  copy.records.resize(static_cast<std::size_t>(same));
}

void Losses::look_at(NodeId broker, std::uint32_t incarnation, const Replica& replica) {
  Copy& copy = copies_[{broker, replica.id()}];
  const PartitionLog& log = replica.log();
  if (copy.incarnation != incarnation) {
    restarted(broker, replica, copy);
    copy.incarnation = incarnation;
    copy.truncations = 0;
  }
  if (copy.truncations != log.truncations()) {
    copy.truncations = log.truncations();
    if (log.last_truncation() < copy.records.size())
      copy.records.resize(static_cast<std::size_t>(log.last_truncation()));
  }
  for (Offset offset = copy.records.size(); offset < log.end(); ++offset) {
    copy.records.push_back(log.at(offset));
    const auto lost = lost_.find({replica.id(), offset});
    if (lost == lost_.end()) continue;
    std::erase(lost->second, std::pair(broker, log.at(offset)));
  }
}

std::string Losses::excuse(PartitionId partition, Offset offset, const Record& record,
                           std::int64_t enough) const {
  const auto lost = lost_.find({partition, offset});
  if (lost == lost_.end()) return {};
  std::int64_t count = 0;
  std::string names;
  for (const auto& [broker, what] : lost->second) {
    if (what != record) continue;
    if (count++ > 0) names += ", ";
    names += simulation_.node(broker).node_name();
  }
  if (count < enough) return {};
  return fmt::format("{} lost it from their disks", names);
}

}  // namespace lightcone::models::kafka
