#include "models/kafka/partition_log.hpp"

#include <algorithm>
#include <utility>

#include "sim/ensure.hpp"

namespace lightcone::models::kafka {

namespace {

// What compaction leaves of a record whose content is gone.
Record emptied(Record record) {
  record.content = Emptied{is_numbered(record)};
  record.value = 0;
  return record;
}

}  // namespace

void PartitionLog::recover() {
  entries_.clear();
  slots_.clear();
  start_ = {};
  compacted_until_ = end_of_notes_ = 0;
  epochs_ = {};
  std::size_t slot = 0;
  for (; slot < file_.size(); ++slot) {
    const Stored* stored = file_.read(slot);
    if (stored == nullptr) break;
    if (const auto* entry = std::get_if<Entry>(&stored->what)) {
      entries_.push_back(*entry);
      slots_.push_back(slot);
      epochs_.took(entry->record.epoch, entry->offset);
      continue;
    }
    end_of_notes_ = slot + 1;
    if (const auto* start = std::get_if<LogStart>(&stored->what)) forget_before(*start);
    if (const auto* left = std::get_if<CompactedUntil>(&stored->what)) leave(*left);
  }
  file_.truncate(slot);
}

bool PartitionLog::append(const Record& record, sim::WallTime now) {
  return store({end(), last_epoch(), now, record});
}

bool PartitionLog::copy(const Entry& entry) {
  sim::ensure(entry.offset >= end(), "records are appended in the order of their offsets");
  return store(entry);
}

bool PartitionLog::store(const Entry& entry) {
  if (!file_.append(Stored{entry})) return false;
  slots_.push_back(file_.size() - 1);
  epochs_.took(entry.record.epoch, entry.offset);
  entries_.push_back(entry);
  return true;
}

std::size_t PartitionLog::index_of(Offset offset) const {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), offset,
                                   [](const Entry& each, Offset than) { return each.offset < than; });
  return static_cast<std::size_t>(at - entries_.begin());
}

std::span<const Entry> PartitionLog::from(Offset offset) const {
  return std::span(entries_).subspan(index_of(offset));
}

std::span<const Entry> PartitionLog::until(Offset offset) const {
  return std::span(entries_).first(index_of(offset));
}

const Entry* PartitionLog::find(Offset offset) const {
  const std::size_t index = index_of(offset);
  return index < entries_.size() && entries_[index].offset == offset ? &entries_[index] : nullptr;
}

const Record& PartitionLog::at(Offset offset) const {
  const Entry* entry = find(offset);
  sim::ensure(entry != nullptr, "a record that is read is in the log");
  return entry->record;
}

Offset PartitionLog::end_of_holes() const {
  for (std::size_t i = entries_.size(); i-- > 0;) {
    const Offset offset = entries_[i].offset;
    if (std::holds_alternative<Emptied>(entries_[i].record.content)) return offset + 1;
    const Offset before = i == 0 ? start_.position.offset : entries_[i - 1].offset + 1;
    if (before < offset) return offset;
  }
  return 0;
}

void PartitionLog::truncate(Offset to) {
  if (to >= end()) return;
  const std::size_t index = index_of(to);
  const bool had_records = index < entries_.size();
  const std::size_t slot = had_records ? slots_[index] : file_.size();
  entries_.resize(index);
  slots_.resize(index);
  epochs_.truncate(to);
  compacted_until_ = std::min(compacted_until_, to);
  ++truncations_;
  last_truncation_ = to;
  file_.truncate(slot);
  if (end_of_notes_ > slot) note_again();
}

// Notes that were behind records which are gone. Should they be lost now, a restart finds again what was
// cleaned up, and nothing worse.
void PartitionLog::note_again() {
  end_of_notes_ = 0;
  if (file_.append(Stored{start_})) end_of_notes_ = file_.size();
  if (compacted_until_ > 0 && file_.append(Stored{what_is_left()})) end_of_notes_ = file_.size();
}

CompactedUntil PartitionLog::what_is_left() const {
  CompactedUntil left{compacted_until_, {}, {}};
  for (const Entry& entry : until(compacted_until_)) {
    const bool is_empty = std::holds_alternative<Emptied>(entry.record.content);
    (is_empty ? left.emptied : left.whole).push_back(entry.offset);
  }
  return left;
}

void PartitionLog::forget_before(const LogStart& start) {
  const auto index = static_cast<std::ptrdiff_t>(index_of(start.position.offset));
  entries_.erase(entries_.begin(), entries_.begin() + index);
  slots_.erase(slots_.begin(), slots_.begin() + index);
  epochs_.begin_at(start.position);
  start_ = start;
}

bool PartitionLog::begin_at(const LogStart& start) {
  if (!file_.append(Stored{start})) return false;
  end_of_notes_ = file_.size();
  forget_before(start);
  ++cleanings_;
  return true;
}

bool PartitionLog::begin_anew_at(const LogStart& start) {
  truncate(start_.position.offset);
  compacted_until_ = 0;
  return start == start_ || begin_at(start);
}

void PartitionLog::leave(const CompactedUntil& left) {
  Entries entries;
  std::vector<std::size_t> slots;
  auto whole = left.whole.begin();
  auto empty = left.emptied.begin();
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    Entry& entry = entries_[i];
    const bool is_whole = whole != left.whole.end() && *whole == entry.offset;
    const bool is_empty = empty != left.emptied.end() && *empty == entry.offset;
    if (is_whole) ++whole;
    if (is_empty) ++empty;
    if (is_empty) entry.record = emptied(std::move(entry.record));
    if (!is_whole && !is_empty && entry.offset < left.until) continue;
    entries.push_back(std::move(entry));
    slots.push_back(slots_[i]);
  }
  entries_ = std::move(entries);
  slots_ = std::move(slots);
  compacted_until_ = left.until;
}

bool PartitionLog::compact(const CompactedUntil& left) {
  if (!file_.append(Stored{left})) return false;
  end_of_notes_ = file_.size();
  leave(left);
  ++cleanings_;
  return true;
}

}  // namespace lightcone::models::kafka
