#include "models/kafka/partition_log.hpp"

#include <algorithm>

namespace lightcone::models::kafka {

void PartitionLog::recover() {
  records_.clear();
  epochs_.clear();
  for (std::size_t i = 0; i < file_.size(); ++i) {
    const Record* record = file_.read(i);
    if (record == nullptr) break;
    index(*record);
    records_.push_back(*record);
  }
  file_.truncate(records_.size());
}

void PartitionLog::index(const Record& record) {
  if (epochs_.empty() || epochs_.back().epoch != record.epoch) epochs_.push_back({record.epoch, end()});
}

bool PartitionLog::append(const Record& record) {
  if (!file_.append(record)) return false;
  index(record);
  records_.push_back(record);
  return true;
}

void PartitionLog::truncate(Offset to) {
  if (to >= end()) return;
  file_.truncate(static_cast<std::size_t>(to));
  records_.resize(static_cast<std::size_t>(to));
  while (!epochs_.empty() && epochs_.back().start >= to) epochs_.pop_back();
  ++truncations_;
  last_truncation_ = to;
}

Offset PartitionLog::begin_of_later_than(LeaderEpoch epoch) const {
  const auto later = std::find_if(epochs_.begin(), epochs_.end(),
                                  [&](const EpochStart& each) { return each.epoch > epoch; });
  return later == epochs_.end() ? end() : later->start;
}

PartitionLog::EpochEnd PartitionLog::end_of(LeaderEpoch epoch) const {
  const Offset until = begin_of_later_than(epoch);
  return {epoch_before(until), until};
}

}  // namespace lightcone::models::kafka
