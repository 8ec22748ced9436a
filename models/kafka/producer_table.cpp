#include "models/kafka/producer_table.hpp"

#include <algorithm>

namespace lightcone::models::kafka {

ProducerTable::Answer ProducerTable::look_up(const Record& record) const {
  const auto known = producers_.find(record.pid);
  if (known == producers_.end()) {
    const bool begins = record.sequence == 0 || has_forgotten_;
    return {begins ? Standing::fresh : Standing::out_of_order};
  }
  const Producer& producer = known->second;
  if (record.producer_epoch < producer.epoch) return {Standing::fenced};
  if (record.producer_epoch > producer.epoch)
    return {record.sequence == 0 ? Standing::fresh : Standing::out_of_order};
  if (record.sequence >= producer.next)
    return {record.sequence == producer.next ? Standing::fresh : Standing::out_of_order};
  const std::uint64_t back = producer.next - 1 - record.sequence;
  if (back >= producer.offsets.size()) return {Standing::duplicate};
  return {Standing::duplicate,
          producer.offsets[producer.offsets.size() - 1 - static_cast<std::size_t>(back)]};
}

bool ProducerTable::is_fenced(Pid pid, std::uint64_t epoch) const {
  const auto known = producers_.find(pid);
  return known != producers_.end() && epoch < known->second.epoch;
}

// Markers and offsets have no sequence number: they tell only which epoch has come.
void ProducerTable::took(const Record& record, Offset offset) {
  if (record.pid == 0) return;
  Producer& producer = producers_[record.pid];
  const bool begins_anew =
      std::holds_alternative<Marker>(record.content) && behind_markers_ == BehindMarkers::begin_anew;
  if (record.producer_epoch != producer.epoch || begins_anew) producer = {record.producer_epoch, 0, {}};
  if (!is_numbered(record)) return;
  producer.next = record.sequence + 1;
  producer.offsets.push_back(offset);
  if (producer.offsets.size() > remembered) producer.offsets.pop_front();
}

void ProducerTable::rebuild(const PartitionLog& log) { rebuild(log, log.end()); }

void ProducerTable::rebuild(const PartitionLog& log, Offset until) {
  producers_.clear();
  for (const KnownProducer& each : log.start().producers)
    producers_[each.pid] = {each.epoch, each.next, {each.offsets.begin(), each.offsets.end()}};
  for (const Entry& entry : log.until(until)) took(entry.record, entry.offset);
}

std::vector<KnownProducer> ProducerTable::snapshot() const {
  std::vector<KnownProducer> known;
  for (const auto& [pid, producer] : producers_)
    known.push_back({pid, producer.epoch, producer.next, {producer.offsets.begin(), producer.offsets.end()}});
  return known;
}

bool ProducerTable::remembers(Pid pid, Offset offset) const {
  const auto known = producers_.find(pid);
  if (known == producers_.end()) return false;
  const std::deque<Offset>& offsets = known->second.offsets;
  return std::find(offsets.begin(), offsets.end(), offset) != offsets.end();
}

void ProducerTable::forget() {
  producers_.clear();
  has_forgotten_ = true;
}

}  // namespace lightcone::models::kafka
