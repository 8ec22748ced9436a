#include "models/kafka/cleaner.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace lightcone::models::kafka {

namespace {

Offset begin_of_segment(Offset offset, const Parameters& parameters) {
  const auto records = static_cast<Offset>(parameters.segment_records);
  return offset / records * records;
}

bool is_tombstone(const Record& record) {
  const auto* keyed = std::get_if<Keyed>(&record.content);
  return keyed != nullptr && keyed->is_deletion;
}

// One pass over the records before the bound.
class Pass {
 public:
  Pass(std::span<const Entry> entries, std::vector<AbortedTransaction> aborted)
      : entries_(entries), aborted_(std::move(aborted)) {
    for (const Entry& entry : entries_) {
      if (is_aborted(entry)) continue;
      if (const auto key = key_of(entry.record)) latest_[*key] = entry.offset;
      if (std::holds_alternative<Marker>(entry.record.content))
        last_markers_[entry.record.pid] = entry.offset;
    }
  }

  enum class Worth : std::uint8_t {
    none,
    news,  // that something is gone: for those who may know it still, a deletion or the end of a transaction
    full,
  };

  // Called in the order of the log.
  Worth worth_of(const Entry& entry) {
    const Record& record = entry.record;
    if (std::holds_alternative<Emptied>(record.content) || is_aborted(entry)) return Worth::none;
    if (std::holds_alternative<Marker>(record.content)) {
      const bool ends_something = in_transactions_.erase(record.pid) > 0;
      return ends_something || last_markers_.at(record.pid) == entry.offset ? Worth::full : Worth::news;
    }
    const auto key = key_of(record);
    if (key && latest_.at(*key) != entry.offset) return Worth::none;
    return is_tombstone(record) ? Worth::news : Worth::full;
  }
  void stays(const Entry& entry) {
    if (entry.record.is_transactional()) in_transactions_.insert(entry.record.pid);
  }

 private:
  bool is_aborted(const Entry& entry) const {
    if (!entry.record.is_transactional()) return false;
    return std::any_of(aborted_.begin(), aborted_.end(), [&](const AbortedTransaction& each) {
      return each.pid == entry.record.pid && each.first <= entry.offset && entry.offset < each.marker;
    });
  }

  std::span<const Entry> entries_;
  std::vector<AbortedTransaction> aborted_;
  std::map<RecordKey, Offset> latest_;
  std::map<Pid, Offset> last_markers_;
  std::set<Pid> in_transactions_;  // of which a record stays, and the marker is not reached yet
};

}  // namespace

Offset end_of_closed_segments(const PartitionLog& log, const Parameters& parameters) {
  return begin_of_segment(log.end(), parameters);
}

Offset start_by_retention(const PartitionLog& log, const Parameters& parameters, Offset bound,
                          sim::WallTime now) {
  const auto records = static_cast<Offset>(parameters.segment_records);
  const auto most = static_cast<Offset>(parameters.retention_records);
  const Offset closed = std::min(end_of_closed_segments(log, parameters), bound);
  Offset start = log.start().position.offset;
  while (true) {
    const Offset next = begin_of_segment(start, parameters) + records;
    if (next > closed) return start;
    const std::span<const Entry> before = log.until(next);
    const bool is_old = parameters.retention > sim::Duration::zero() &&
                        (before.empty() || now - before.back().appended > parameters.retention);
    const bool is_too_many = most > 0 && log.end() - next >= most;
    if (!is_old && !is_too_many) return start;
    start = next;
  }
}

Compacted compacted(const PartitionLog& log, Offset bound, const TransactionTable& transactions,
                    const ProducerTable& producers, const std::function<bool(Offset)>& may_be_forgotten) {
  Compacted result{{bound, {}, {}}, {}, {}};
  const std::span<const Entry> entries = log.until(bound);
  Pass pass(entries, transactions.aborted_between(0, bound));
  for (const Entry& entry : entries) {
    const Record& record = entry.record;
    const auto worth = pass.worth_of(entry);
    const bool is_forgotten = worth == Pass::Worth::news && may_be_forgotten(entry.offset);
    if (worth != Pass::Worth::none && !is_forgotten) {
      pass.stays(entry);
      result.left.whole.push_back(entry.offset);
      if (worth == Pass::Worth::news) result.tombstones.push_back(entry.offset);
      continue;
    }
    if (is_forgotten) result.removed_tombstones.push_back(entry.offset);
    const bool begins_epoch = entry.last_epoch != record.epoch || &entry == &entries.front();
    const bool was_emptied = std::holds_alternative<Emptied>(record.content);
    const bool stays = begins_epoch || producers.remembers(record.pid, entry.offset);
    if (stays) result.left.emptied.push_back(entry.offset);
    if (!stays || !was_emptied) ++result.removed;
  }
  return result;
}

}  // namespace lightcone::models::kafka
