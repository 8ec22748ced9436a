#include "models/kafka/transaction_table.hpp"

#include <algorithm>

namespace lightcone::models::kafka {

void TransactionTable::took(const Record& record, Offset offset) {
  if (const auto* marker = std::get_if<Marker>(&record.content)) {
    markers_[record.pid] = {offset, record.producer_epoch, marker->coordinator};
    const auto open = open_.find(record.pid);
    if (open == open_.end()) return;
    ended_.push_back({open->second.first, offset});
    if (!marker->is_commit) aborted_.push_back({record.pid, open->second.first, offset});
    open_.erase(open);
  } else if (record.is_transactional()) {
    open_.try_emplace(record.pid, Open{offset, record.producer_epoch});
  }
}

void TransactionTable::rebuild(const PartitionLog& log) { rebuild(log, log.end()); }

void TransactionTable::rebuild(const PartitionLog& log, Offset until) {
  *this = {};
  for (const KnownMarker& each : log.start().markers)
    markers_[each.pid] = {each.offset, each.epoch, each.coordinator};
  for (const Entry& entry : log.until(until)) took(entry.record, entry.offset);
}

std::vector<KnownMarker> TransactionTable::snapshot() const {
  std::vector<KnownMarker> known;
  for (const auto& [pid, last] : markers_) known.push_back({pid, last.offset, last.epoch, last.coordinator});
  return known;
}

std::optional<TransactionTable::LastMarker> TransactionTable::last_marker(Pid pid) const {
  const auto found = markers_.find(pid);
  if (found == markers_.end()) return std::nullopt;
  return found->second;
}

Offset TransactionTable::last_stable_offset(Offset high_watermark) const {
  Offset stable = high_watermark;
  for (const auto& [pid, open] : open_) stable = std::min(stable, open.first);
  for (auto ended = ended_.rbegin(); ended != ended_.rend() && ended->marker >= high_watermark; ++ended)
    stable = std::min(stable, ended->first);
  return stable;
}

std::vector<AbortedTransaction> TransactionTable::aborted_between(Offset from, Offset until) const {
  std::vector<AbortedTransaction> found;
  // Markers are in order, so what ended before `from` is left out at once.
  const auto first =
      std::lower_bound(aborted_.begin(), aborted_.end(), from,
                       [](const AbortedTransaction& each, Offset offset) { return each.marker < offset; });
  for (auto each = first; each != aborted_.end(); ++each) {
    if (each->first < until) found.push_back(*each);
  }
  return found;
}

}  // namespace lightcone::models::kafka
