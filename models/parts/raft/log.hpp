// The replicated log of one member, in memory and on its disk.
//
//   entries 1 .. snapshot.last_index           compacted into the snapshot
//           first_index() .. last_index()      here
//
// Writes are durable after the next sync; `seal()` ends the batch that the sync will promise.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/parts/raft/types.hpp"
#include "models/parts/stable/cell.hpp"
#include "models/parts/stable/wal.hpp"

namespace lightcone::models::parts::raft {

// How far a log reaches: what votes compare.
struct Reach {
  Index index = 0;
  Term term = 0;
  bool operator==(const Reach&) const = default;
};
BOOST_DESCRIBE_STRUCT(Reach, (), (index, term))

class Log {
 public:
  Log(sim::Disk& disk, const std::string& prefix);

  // What a restart finds. `repair`: damaged entries are remembered, so that the member neither votes as if
  // it had never held them nor leads without them; otherwise the log is simply cut.
  struct Found {
    Reach damaged;               // entries up to here were promised and cannot be read; index 0: none
    Index unreadable_up_to = 0;  // found in this recovery, remembered or cut; 0: none
  };
  enum class OnCorruption : std::uint8_t { remember, cut };
  Found recover(OnCorruption on_corruption);

  Index first_index() const { return snapshot_.last_index + 1; }
  Index last_index() const { return snapshot_.last_index + entries_.size(); }
  Term last_term() const { return entries_.empty() ? snapshot_.last_term : entries_.back().term; }
  // The reach that votes must respect: of damaged entries too.
  Reach reach() const;
  // first_index() <= index <= last_index().
  const Entry& at(Index index) const { return entries_[static_cast<std::size_t>(index - first_index())]; }
  bool has(Index index) const { return index >= first_index() && index <= last_index(); }
  // The term of the entry at `index`, the snapshot's last and 0 included; nothing when it is unknown here.
  std::optional<Term> term_at(Index index) const;
  // The first and last entries of `term`, for conflict hints; 0 when there is none.
  Index first_of_term(Term term) const;
  Index last_of_term(Term term) const;

  // False when the disk is full; then nothing changed. entry.index must be last_index() + 1.
  [[nodiscard]] bool append(Entry entry);
  void truncate_from(Index index);
  [[nodiscard]] bool seal();

  // Puts `snapshot` in the place of everything up to its last index. The entries behind it stay if they
  // continue it, and go otherwise. compact() frees the room once the snapshot is durable.
  [[nodiscard]] bool save_snapshot(const Snapshot& snapshot);
  void compact();
  const Snapshot& snapshot() const { return snapshot_; }

  const Reach& damaged() const { return damaged_; }
  // The log holds everything again that it was known to have held.
  void forget_damage_if_repaired();

  // Changes with every append and truncation: lets a watcher see cheaply whether to look.
  std::uint64_t version() const { return version_; }

 private:
  void drop_all_entries();

  stable::Wal<Entry, Reach> wal_;
  stable::Cell<Snapshot> snapshots_;
  stable::Cell<Reach> damage_;
  std::vector<Entry> entries_;
  Snapshot snapshot_;
  std::size_t uncompacted_ = 0;  // records of the wal in front of entries_, covered by the snapshot
  Reach damaged_;
  std::uint64_t version_ = 0;
};

}  // namespace lightcone::models::parts::raft
