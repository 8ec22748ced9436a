// One replica's log of a partition: records on its disk, and where each leader epoch ends in it.
//
// Writing is to the page cache: a crash of the process keeps it, a power loss may take what was not flushed.
// A restart keeps what can be read from the beginning on, and gives up what lies behind. The leader-epoch
// cache of KIP-101 is read off the records, for each carries its epoch.
#pragma once

#include <string>
#include <vector>

#include "models/kafka/record.hpp"
#include "sim/disk/disk.hpp"

namespace lightcone::models::kafka {

class PartitionLog {
 public:
  // Where the records of `epoch` end.
  struct EpochEnd {
    LeaderEpoch epoch = 0;
    Offset end = 0;
    bool operator==(const EpochEnd&) const = default;
  };

  PartitionLog(sim::Disk& disk, const std::string& name) : file_(disk.open<Record>(name)) {}

  // What a restart finds.
  void recover();

  // False when the disk is full; then nothing changed.
  [[nodiscard]] bool append(const Record& record);
  // Removes the records from `to` on.
  void truncate(Offset to);

  // Of the next record.
  Offset end() const { return records_.size(); }
  const Record& at(Offset offset) const { return records_.at(static_cast<std::size_t>(offset)); }
  // Of the record before `offset`; 0 where there is none.
  LeaderEpoch epoch_before(Offset offset) const { return offset == 0 ? 0 : at(offset - 1).epoch; }
  LeaderEpoch last_epoch() const { return epoch_before(end()); }
  // The latest epoch up to this one that has records here, and where it ends; {0, 0} if none has (KIP-279).
  EpochEnd end_of(LeaderEpoch epoch) const;
  // Where the first record of a later epoch is, or the end of the log: the answer of KIP-101, which says
  // nothing about whose epoch it is.
  Offset begin_of_later_than(LeaderEpoch epoch) const;

  // --- to be looked at ---
  std::uint64_t truncations() const { return truncations_; }
  Offset last_truncation() const { return last_truncation_; }  // where

 private:
  struct EpochStart {
    LeaderEpoch epoch = 0;
    Offset start = 0;
  };
  void index(const Record& record);

  sim::File<Record>& file_;
  std::vector<Record> records_;
  std::vector<EpochStart> epochs_;  // ascending
  std::uint64_t truncations_ = 0;
  Offset last_truncation_ = 0;
};

}  // namespace lightcone::models::kafka
