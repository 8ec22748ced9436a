#include "models/kafka/passed_over.hpp"

namespace lightcone::models::kafka {

void PassedOver::look_at(NodeId node, const GroupWorker& worker) {
  Seen& seen = seen_[node];
  const std::uint32_t incarnation = simulation_.node(node).incarnation();
  if (seen.incarnation != incarnation) seen = {incarnation, 0};
  const GroupWorker::Skipped& skipped = worker.skipped();
  if (skipped.count == seen.count) return;
  seen.count = skipped.count;
  const bool goes_to_end = skipped.was_overtaken && parameters_.reset == Reset::latest;
  for (const Offset offset : skipped.offsets) {
    if (goes_to_end || log_.was_removed(skipped.partition, offset))
      offsets_[skipped.partition].insert(offset);
  }
}

bool PassedOver::contains(PartitionId partition, Offset offset) const {
  const auto found = offsets_.find(partition);
  return found != offsets_.end() && found->second.contains(offset);
}

}  // namespace lightcone::models::kafka
