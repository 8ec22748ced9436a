#include "models/kafka/producer_table.hpp"

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
  if (record.sequence > producer.last)
    return {record.sequence == producer.last + 1 ? Standing::fresh : Standing::out_of_order};
  const std::uint64_t back = producer.last - record.sequence;
  if (back >= producer.offsets.size()) return {Standing::duplicate};
  return {Standing::duplicate,
          producer.offsets[producer.offsets.size() - 1 - static_cast<std::size_t>(back)]};
}

void ProducerTable::took(const Record& record, Offset offset) {
  if (record.pid == 0) return;
  Producer& producer = producers_[record.pid];
  if (record.producer_epoch != producer.epoch) producer.offsets.clear();
  producer.epoch = record.producer_epoch;
  producer.last = record.sequence;
  producer.offsets.push_back(offset);
  if (producer.offsets.size() > remembered) producer.offsets.pop_front();
}

void ProducerTable::rebuild(const PartitionLog& log) {
  producers_.clear();
  for (Offset offset = 0; offset < log.end(); ++offset) took(log.at(offset), offset);
}

void ProducerTable::forget() {
  producers_.clear();
  has_forgotten_ = true;
}

}  // namespace lightcone::models::kafka
