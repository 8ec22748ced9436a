// One replica's log of a partition: records on its disk, and where each leader epoch begins in it.
//
// Writing is to the page cache: a crash of the process keeps it, a power loss may take what was not flushed.
// A restart keeps what can be read from the beginning on, and gives up what lies behind. The leader-epoch
// cache of KIP-101 is read off the records, for each carries its epoch.
//
// Retention moves the start of the log, and compaction leaves holes. Neither changes the offset of a record,
// nor in which epoch it is looked for. Each is one note behind the records, so that it is done or not done at
// all, whatever a power loss leaves: as where a cleaned segment is renamed over the old one.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "models/kafka/epoch_index.hpp"
#include "models/kafka/record.hpp"
#include "sim/disk/disk.hpp"

namespace lightcone::models::kafka {

// Compaction: what is left of the records before `until`.
struct CompactedUntil {
  Offset until = 0;
  std::vector<Offset> whole;
  std::vector<Offset> emptied;
};
BOOST_DESCRIBE_STRUCT(CompactedUntil, (), (until, whole, emptied))

// What is in the file of a log.
struct Stored {
  std::variant<Entry, LogStart, CompactedUntil> what;
};
template <std::same_as<Stored> S>
void visit_as_field(const S& stored, std::string_view name, sim::FieldVisitor& visitor) {
  std::visit([&](const auto& each) { sim::visit_field(name, each, visitor); }, stored.what);
}
template <std::same_as<Stored> S>
std::uint64_t wire_bytes(const S& stored) {
  return std::visit([](const auto& each) { return sim::bytes_on_wire(each); }, stored.what);
}

class PartitionLog {
 public:
  using EpochEnd = EpochIndex::End;

  PartitionLog(sim::Disk& disk, const std::string& name) : file_(disk.open<Stored>(name)) {}

  // What a restart finds.
  void recover();

  // At the end. False when the disk is full; then nothing changed.
  [[nodiscard]] bool append(const Record& record, sim::WallTime now = {});
  // From another log, where it was at this offset; not before the end.
  [[nodiscard]] bool copy(const Entry& entry);
  // Removes the records from `to` on.
  void truncate(Offset to);
  // The log begins there from now on; records before are gone, and there may be none left. False when the
  // disk is full; then nothing changed.
  [[nodiscard]] bool begin_at(const LogStart& start);
  // Removes all and begins there. False when the disk is full; then nothing is left but the start that was.
  [[nodiscard]] bool begin_anew_at(const LogStart& start);
  // Leaves these of the records before `until`, which is not behind the end. False when the disk is full;
  // then nothing changed.
  [[nodiscard]] bool compact(const CompactedUntil& left);

  const LogStart& start() const { return start_; }
  // Of the next record.
  Offset end() const { return entries_.empty() ? start_.position.offset : entries_.back().offset + 1; }
  bool is_empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }  // records
  std::span<const Entry> from(Offset offset) const;
  // All before `offset`.
  std::span<const Entry> until(Offset offset) const;
  // Null where there is none.
  const Entry* find(Offset offset) const;
  // It must be there.
  const Record& at(Offset offset) const;
  // The offset behind the last one that is missing after the start, or that was emptied; 0: none is.
  Offset end_of_holes() const;

  // Of the record before `offset`, whether or not it is still here; 0 where there never was one. `offset` is
  // not before the start.
  LeaderEpoch epoch_before(Offset offset) const { return epochs_.before(offset); }
  LeaderEpoch last_epoch() const { return epoch_before(end()); }
  EpochEnd end_of(LeaderEpoch epoch) const { return epochs_.end_of(epoch, end()); }
  Offset begin_of_later_than(LeaderEpoch epoch) const { return epochs_.begin_of_later_than(epoch, end()); }

  // --- to be looked at ---
  std::uint64_t truncations() const { return truncations_; }
  Offset last_truncation() const { return last_truncation_; }  // where
  // How often records before others were removed.
  std::uint64_t cleanings() const { return cleanings_; }

 private:
  std::size_t index_of(Offset offset) const;  // of the first record that is not before it
  bool store(const Entry& entry);
  void note_again();
  void leave(const CompactedUntil& left);
  CompactedUntil what_is_left() const;
  void forget_before(const LogStart& start);

  sim::File<Stored>& file_;
  LogStart start_;
  Offset compacted_until_ = 0;
  std::size_t end_of_notes_ = 0;  // in the file, behind the last that is no record
  Entries entries_;
  std::vector<std::size_t> slots_;  // where each is in the file
  EpochIndex epochs_;
  std::uint64_t truncations_ = 0;
  Offset last_truncation_ = 0;
  std::uint64_t cleanings_ = 0;
};

}  // namespace lightcone::models::kafka
