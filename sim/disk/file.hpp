// A file of records of one type on a node's disk. What the process sees is the page cache; what a power
// loss leaves is what was synced, plus an arbitrary prefix of what was written since: the file keeps an
// undo journal of its unsynced operations, so nothing is ever serialised or copied to find out.
//
// A record that a power loss tore in half, or that rotted, is there but unreadable: its checksum fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <source_location>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sim/ensure.hpp"
#include "sim/fact.hpp"

namespace lightcone::sim {

class Disk;

class FileBase {
 public:
  FileBase(const FileBase&) = delete;
  FileBase& operator=(const FileBase&) = delete;
  virtual ~FileBase() = default;

  virtual std::size_t size() const = 0;
  std::size_t unsynced_operations() const {
    return static_cast<std::size_t>(next_operation_ - first_unsynced_);
  }
  const FactType& record_type() const { return type_; }
  // Bytes of everything written since the start, for a link between writing and time.
  std::uint64_t bytes_written() const { return bytes_written_; }

 protected:
  friend class Disk;
  explicit FileBase(Disk& disk, const FactType& type) : disk_(disk), type_(type) {}

  // A sync that covers all written so far was issued, or completed: what it covers is durable, or the
  // disk only says so. Syncs complete in the order in which they were issued.
  void sync_issued(std::uint64_t sync) {
    if (unsynced_operations() > 0) issued_.emplace_back(sync, next_operation_);
  }
  enum class Honesty : std::uint8_t { durable, lie };
  void sync_completed(std::uint64_t sync, Honesty honesty) {
    while (!issued_.empty() && issued_.front().first <= sync) {
      if (honesty == Honesty::durable) forget_undo_below(issued_.front().second);
      issued_.pop_front();
    }
  }
  virtual void forget_undo_below(std::uint64_t operation) = 0;
  // Undoes all unsynced operations but the first `surviving`; if that one is torn and writes a record, it is
  // half done. Returns how many records were torn: 0 or 1.
  enum class LastWrite : std::uint8_t { lost, torn };
  virtual std::uint64_t lose_power(std::uint64_t surviving, LastWrite last) = 0;
  // The record at `index` can no longer be read.
  virtual void rot(std::size_t index) = 0;
  virtual bool is_readable(std::size_t index) const = 0;
  virtual void visit_record(std::size_t index, FieldVisitor& visitor) const = 0;
  virtual void wipe() = 0;
  // All of it, as durable as what was synced, on another disk. Records must be copyable.
  virtual std::unique_ptr<FileBase> copy_onto(Disk& disk) const = 0;

  Disk& disk_;
  const FactType& type_;
  // Operations are numbered from 0 in the order of writing.
  std::uint64_t first_unsynced_ = 0;
  std::uint64_t next_operation_ = 0;
  std::deque<std::pair<std::uint64_t, std::uint64_t>> issued_;  // (sync, it covers operations below this)
  std::uint64_t bytes_written_ = 0;
};

// Tells the disk that bytes are about to be written: false when it is full, and then nothing is written.
bool reserve(Disk& disk, std::uint64_t bytes);

template <class Record>
class File final : public FileBase {
 public:
  explicit File(Disk& disk) : FileBase(disk, fact_type<Record>) {}

  std::size_t size() const override { return slots_.size(); }

  // The record, or null when its checksum fails. `index` < size().
  const Record* read(std::size_t index) const {
    ensure(index < slots_.size(), "a record that is read exists");
    const Slot& slot = slots_[index];
    return slot.readable ? &slot.record : nullptr;
  }

  // Each write changes what the process sees at once and is durable after the next sync that completes.
  // False when the disk is full; then nothing changed.
  [[nodiscard]] bool append(Record record) {
    if (!charge(record)) return false;
    slots_.push_back(Slot{std::move(record)});
    note(Appended{});
    return true;
  }
  [[nodiscard]] bool overwrite(std::size_t index, Record record) {
    ensure(index < slots_.size(), "a record that is overwritten exists");
    if (!charge(record)) return false;
    note(Overwritten{index, std::exchange(slots_[index], Slot{std::move(record)})});
    return true;
  }
  // Removes the records from `size` on. Needs no room.
  void truncate(std::size_t size) {
    if (size >= slots_.size()) return;
    Truncated undo;
    undo.removed.assign(std::make_move_iterator(slots_.begin() + static_cast<std::ptrdiff_t>(size)),
                        std::make_move_iterator(slots_.end()));
    slots_.erase(slots_.begin() + static_cast<std::ptrdiff_t>(size), slots_.end());
    note(std::move(undo));
  }
  // Removes the first `count` records: log compaction. Needs no room.
  void drop_front(std::size_t count) {
    ensure(count <= slots_.size(), "no more records are dropped than exist");
    if (count == 0) return;
    Dropped undo;
    const auto end = slots_.begin() + static_cast<std::ptrdiff_t>(count);
    undo.removed.assign(std::make_move_iterator(slots_.begin()), std::make_move_iterator(end));
    slots_.erase(slots_.begin(), end);
    note(std::move(undo));
  }

 private:
  struct Slot {
    Record record;
    bool readable = true;
  };
  // What each unsynced operation needs to be undone.
  struct Appended {};
  struct Overwritten {
    std::size_t index = 0;
    Slot before;
  };
  struct Truncated {
    std::vector<Slot> removed;
  };
  struct Dropped {
    std::vector<Slot> removed;
  };
  using Undo = std::variant<Appended, Overwritten, Truncated, Dropped>;

  bool charge(const Record& record) {
    const std::uint64_t bytes = type_.wire_bytes(&record);
    if (!reserve(disk_, bytes)) return false;
    bytes_written_ += bytes;
    return true;
  }
  void note(Undo undo) {
    journal_.push_back(std::move(undo));
    ++next_operation_;
  }

  void forget_undo_below(std::uint64_t operation) override {
    while (first_unsynced_ < operation && !journal_.empty()) {
      journal_.pop_front();
      ++first_unsynced_;
    }
  }
  std::uint64_t lose_power(std::uint64_t surviving, LastWrite last) override {
    std::uint64_t records_torn = 0;
    while (journal_.size() > surviving) {
      const bool torn = last == LastWrite::torn && journal_.size() == surviving + 1;
      if (torn && tear(journal_.back())) {
        ++records_torn;
      } else {
        undo(std::move(journal_.back()));
      }
      journal_.pop_back();
    }
    // Whatever survived is on the platter.
    journal_.clear();
    issued_.clear();
    first_unsynced_ = next_operation_;
    return records_torn;
  }
  // Leaves the record that the latest operation wrote half written. False when it wrote none.
  bool tear(const Undo& operation) {
    if (std::holds_alternative<Appended>(operation)) {
      slots_.back().readable = false;
      return true;
    }
    const auto* overwritten = std::get_if<Overwritten>(&operation);
    if (overwritten == nullptr) return false;
    slots_[overwritten->index].readable = false;
    return true;
  }
  // `operation` is the latest.
  void undo(Undo operation) {
    if (std::holds_alternative<Appended>(operation)) {
      slots_.pop_back();
    } else if (auto* overwritten = std::get_if<Overwritten>(&operation)) {
      slots_[overwritten->index] = std::move(overwritten->before);
    } else if (auto* truncated = std::get_if<Truncated>(&operation)) {
      for (Slot& slot : truncated->removed) slots_.push_back(std::move(slot));
    } else if (auto* dropped = std::get_if<Dropped>(&operation)) {
      slots_.insert(slots_.begin(), std::make_move_iterator(dropped->removed.begin()),
                    std::make_move_iterator(dropped->removed.end()));
    }
  }
  void rot(std::size_t index) override { slots_.at(index).readable = false; }
  bool is_readable(std::size_t index) const override { return slots_.at(index).readable; }
  void visit_record(std::size_t index, FieldVisitor& visitor) const override {
    type_.visit(&slots_.at(index).record, visitor);
  }
  void wipe() override {
    slots_.clear();
    journal_.clear();
    issued_.clear();
    first_unsynced_ = next_operation_;
  }

  std::unique_ptr<FileBase> copy_onto(Disk& disk) const override {
    if constexpr (std::is_copy_constructible_v<Record>) {
      auto copy = std::make_unique<File>(disk);
      copy->slots_ = slots_;
      return copy;
    } else {
      ensure_failed("a disk that is copied holds records that can be", std::source_location::current());
    }
  }

  std::deque<Slot> slots_;
  std::deque<Undo> journal_;
};

}  // namespace lightcone::sim
