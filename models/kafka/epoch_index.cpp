#include "models/kafka/epoch_index.hpp"

#include <algorithm>

namespace lightcone::models::kafka {

void EpochIndex::begin_at(const Position& start) {
  std::erase_if(epochs_, [&](const Epoch& each) { return each.start < start.offset; });
  start_ = start;
}

void EpochIndex::took(LeaderEpoch epoch, Offset offset) {
  const LeaderEpoch last = epochs_.empty() ? start_.last_epoch : epochs_.back().epoch;
  if (epoch != last) epochs_.push_back({epoch, offset});
}

void EpochIndex::truncate(Offset to) {
  while (!epochs_.empty() && epochs_.back().start >= to) epochs_.pop_back();
}

LeaderEpoch EpochIndex::before(Offset offset) const {
  for (auto each = epochs_.rbegin(); each != epochs_.rend(); ++each) {
    if (each->start < offset) return each->epoch;
  }
  return start_.last_epoch;
}

Offset EpochIndex::begin_of_later_than(LeaderEpoch epoch, Offset end) const {
  if (start_.last_epoch > epoch) return start_.offset;
  const auto later =
      std::find_if(epochs_.begin(), epochs_.end(), [&](const Epoch& each) { return each.epoch > epoch; });
  return later == epochs_.end() ? end : later->start;
}

EpochIndex::End EpochIndex::end_of(LeaderEpoch epoch, Offset end) const {
  const Offset until = begin_of_later_than(epoch, end);
  return {before(until), until};
}

}  // namespace lightcone::models::kafka
