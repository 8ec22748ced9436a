// A write-ahead log (part of block B1): records in order, in batches that are sealed.
//
// A power loss keeps a prefix of what was written since the last sync and may tear the last record of it.
// What somebody was told is durable always has a seal behind it, so a restart can tell the two kinds of
// unreadable record apart (Alagappan et al., FAST 2018, section 3.3, who keep identifiers for this):
//
//   the last record of the file      a torn write: nobody was told of it, and it is cut off
//   any other                        corruption: it may have been promised, and is reported
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sim/disk/disk.hpp"

namespace lightcone::models::parts::stable {

// Ends a batch. `tag` is the owner's, to know what the batch reached even if its records are unreadable.
template <class Tag>
struct Seal {
  static constexpr std::string_view fact_name = "Seal";
  Tag tag;
};

template <class Record, class Tag>
struct WalRecord {
  static constexpr std::string_view fact_name = "WalRecord";
  std::variant<Record, Seal<Tag>> content;
};
template <class Record, class Tag>
std::uint64_t wire_bytes(const WalRecord<Record, Tag>& record) {
  if (const Record* content = std::get_if<Record>(&record.content)) return wire_bytes(*content);
  return 8;
}

template <class Record, class Tag>
class Wal {
 public:
  Wal(sim::Disk& disk, std::string_view name) : file_(disk.open<WalRecord<Record, Tag>>(name)) {}

  // The number of records, seals not counted.
  std::size_t size() const { return positions_.size(); }

  // False when the disk is full; then nothing was written.
  [[nodiscard]] bool append(Record record) {
    if (!file_.append({std::move(record)})) return false;
    positions_.push_back(dropped_ + file_.size() - 1);
    return true;
  }
  // Ends a batch; to be called before the sync whose completion promises the batch to somebody.
  [[nodiscard]] bool seal(Tag tag) { return file_.append({Seal<Tag>{std::move(tag)}}); }
  // Keeps the first `size` records.
  void truncate(std::size_t size) {
    if (size >= positions_.size()) return;
    file_.truncate(static_cast<std::size_t>(positions_[size] - dropped_));
    positions_.resize(size);
  }
  // Removes the first `count` records.
  void drop_front(std::size_t count) {
    if (count == 0) return;
    const std::uint64_t keep = count < positions_.size() ? positions_[count] : dropped_ + file_.size();
    file_.drop_front(static_cast<std::size_t>(keep - dropped_));
    dropped_ = keep;
    positions_.erase(positions_.begin(), positions_.begin() + static_cast<std::ptrdiff_t>(count));
  }

  struct Found {
    std::vector<Record> records;   // the readable ones before the first unreadable one
    bool is_corrupt = false;       // records behind them were sealed and cannot be read ...
    std::optional<Tag> last_seal;  // ... and this is what the last readable seal said
    std::vector<Record> behind;    // of those behind, what can be read, in order
    bool ends_in_damage = false;   // nothing behind can be read: there may have been a later seal
  };
  // Reads the file anew, as after a restart, and cuts a torn record off. With corruption the file is left as
  // it is until truncate(), and size() counts what is readable.
  Found recover() {
    Found found;
    positions_.clear();
    dropped_ = 0;
    for (std::size_t at = 0; at < file_.size(); ++at) {
      const WalRecord<Record, Tag>* record = file_.read(at);
      if (record == nullptr) {
        if (at + 1 == file_.size()) {
          file_.truncate(at);
          break;
        }
        found.is_corrupt = found.ends_in_damage = true;
        continue;
      }
      found.ends_in_damage = false;
      if (const auto* seal = std::get_if<Seal<Tag>>(&record->content)) {
        found.last_seal = seal->tag;
      } else if (found.is_corrupt) {
        found.behind.push_back(*std::get_if<Record>(&record->content));
      } else {
        found.records.push_back(*std::get_if<Record>(&record->content));
        positions_.push_back(at);
      }
    }
    return found;
  }
  // Gives up what is behind the readable records. After corruption, before anything is appended.
  void cut_damage() {
    const std::size_t keep =
        positions_.empty() ? 0 : static_cast<std::size_t>(positions_.back() - dropped_) + 1;
    file_.truncate(keep);
  }

 private:
  sim::File<WalRecord<Record, Tag>>& file_;
  std::deque<std::uint64_t> positions_;  // of each record, counted from the first record ever in the file
  std::uint64_t dropped_ = 0;            // records and seals dropped from the front since recover()
};

}  // namespace lightcone::models::parts::stable
