#include "models/kafka/in_flight.hpp"

#include <algorithm>

#include "models/kafka/producer_table.hpp"

namespace lightcone::models::kafka {

namespace {

template <class Records>
auto find_in(Records& records, std::uint64_t number) {
  return std::find_if(records.begin(), records.end(),
                      [&](const auto& each) { return each.number == number; });
}

}  // namespace

void InFlight::leave(std::uint64_t number) { std::erase(waiting_, number); }

bool InFlight::may_begin(std::uint64_t number) const {
  if (waiting_.front() != number) return false;
  if (records_.empty()) return true;
  const bool has_failed =
      std::any_of(records_.begin(), records_.end(), [](const Record& each) { return each.has_failed; });
  return !has_failed && missing_before_ == 0 &&
         next_ - records_.front().stamp.sequence < ProducerTable::remembered;
}

void InFlight::begin(std::uint64_t number, std::uint64_t epoch) {
  waiting_.pop_front();
  if (records_.empty() && epoch > epoch_) renumber(epoch);
  records_.push_back({number, {epoch_, next_++}, false});
}

const InFlight::Stamp& InFlight::stamp_of(std::uint64_t number) const {
  return find_in(records_, number)->stamp;
}

void InFlight::failed(std::uint64_t number) { find_in(records_, number)->has_failed = true; }

void InFlight::acknowledged(std::uint64_t number, const Stamp& stamp, LeaderEpoch epoch) {
  acknowledged_epoch_ = std::max(acknowledged_epoch_, epoch);
  const auto record = find_in(records_, number);
  // With the number that it had before: that which it has now is nobody's.
  if (record->stamp != stamp) return given_up(number);
  if (stamp.sequence >= missing_before_) missing_before_ = 0;  // they have arrived
  records_.erase(record);
}

void InFlight::given_up(std::uint64_t number) {
  const auto record = find_in(records_, number);
  missing_before_ = std::max(missing_before_, record->stamp.sequence + 1);
  records_.erase(record);
}

// A leader of an earlier epoch may not have heard yet of what was acknowledged, nor does it tell what was
// before the record was sent whether all before it are in the log by now.
InFlight::Cure InFlight::cure(const Tried& tried, LeaderEpoch epoch) const {
  if (stamp_of(tried.number) != tried.stamp || !tried.was_first || epoch < acknowledged_epoch_)
    return Cure::wait;
  return missing_before_ > 0 ? Cure::give_up : Cure::renumber;
}

void InFlight::renumber(std::uint64_t epoch) {
  epoch_ = epoch;
  next_ = missing_before_ = 0;
  for (Record& record : records_) record.stamp = {epoch_, next_++};
}

}  // namespace lightcone::models::kafka
