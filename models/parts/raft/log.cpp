#include "models/parts/raft/log.hpp"

#include <algorithm>
#include <utility>

#include "sim/ensure.hpp"

namespace lightcone::models::parts::raft {

using sim::ensure;

Log::Log(sim::Disk& disk, const std::string& prefix)
    : wal_(disk, prefix + "log"), snapshots_(disk, prefix + "snapshot"), damage_(disk, prefix + "damage") {}

Log::Found Log::recover(OnCorruption on_corruption) {
  const auto snapshot = snapshots_.read();
  if (snapshot.value) snapshot_ = *snapshot.value;
  auto found = wal_.recover();
  const bool gap = !found.records.empty() && found.records.front().index > first_index();
  const bool corrupt = found.is_corrupt || gap || snapshot.state == stable::Cell<Snapshot>::State::corrupt;

  for (Entry& entry : found.records) {
    if (gap) break;
    if (entry.index < first_index()) {
      ++uncompacted_;
    } else if (entry.index == last_index() + 1) {
      entries_.push_back(std::move(entry));
    } else {
      // Written behind a snapshot that the same power loss took: never promised.
      wal_.truncate(uncompacted_ + entries_.size());
      break;
    }
  }
  if (const auto known = damage_.read(); known.value) damaged_ = *known.value;
  if (!corrupt) return {damaged_, 0};

  const Reach promised = found.last_seal.value_or(Reach{last_index() + 1, last_term()});
  wal_.cut_damage();
  if (gap) drop_all_entries();
  if (on_corruption == OnCorruption::remember && promised.index > last_index()) {
    damaged_ = promised.index > damaged_.index ? promised : damaged_;
    ensure(damage_.write(damaged_), "there is room for a note about damage");
  }
  return {damaged_, promised.index};
}

Reach Log::reach() const {
  const Reach held{last_index(), last_term()};
  if (damaged_.index == 0) return held;
  const bool damage_is_ahead =
      damaged_.term != held.term ? damaged_.term > held.term : damaged_.index > held.index;
  return damage_is_ahead ? damaged_ : held;
}

void Log::forget_damage_if_repaired() {
  // Reaching as far as what was promised, or beyond in the order of votes, is holding a log at least as up to
  // date: by leader completeness it has every committed entry that was damaged.
  const Reach held{last_index(), last_term()};
  if (damaged_.index == 0 || (reach() == damaged_ && held != damaged_)) return;
  damaged_ = {};
  ensure(damage_.write(damaged_), "there is room for a note about damage");
}

std::optional<Term> Log::term_at(Index index) const {
  if (index == snapshot_.last_index) return snapshot_.last_term;
  if (!has(index)) return std::nullopt;
  return at(index).term;
}

Index Log::first_of_term(Term term) const {
  const auto found = std::lower_bound(entries_.begin(), entries_.end(), term,
                                      [](const Entry& entry, Term t) { return entry.term < t; });
  return found != entries_.end() && found->term == term ? found->index : 0;
}

Index Log::last_of_term(Term term) const {
  const auto behind = std::upper_bound(entries_.begin(), entries_.end(), term,
                                       [](Term t, const Entry& entry) { return t < entry.term; });
  if (behind == entries_.begin()) return 0;
  const Entry& last = *std::prev(behind);
  return last.term == term ? last.index : 0;
}

bool Log::append(Entry entry) {
  ensure(entry.index == last_index() + 1, "entries are appended in order");
  if (!wal_.append(entry)) return false;
  entries_.push_back(std::move(entry));
  ++version_;
  return true;
}

void Log::truncate_from(Index index) {
  ensure(index >= first_index(), "what a snapshot covers is not truncated");
  if (index > last_index()) return;
  const auto kept = static_cast<std::size_t>(index - first_index());
  entries_.resize(kept);
  wal_.truncate(uncompacted_ + kept);
  ++version_;
}

bool Log::seal() { return wal_.seal({last_index(), last_term()}); }

bool Log::save_snapshot(const Snapshot& snapshot) {
  ensure(snapshot.last_index > snapshot_.last_index, "snapshots go forward");
  if (!snapshots_.write(snapshot)) return false;
  if (term_at(snapshot.last_index) == snapshot.last_term) {
    const auto covered = static_cast<std::size_t>(snapshot.last_index - snapshot_.last_index);
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(covered));
    uncompacted_ += covered;
  } else {
    // What lies behind the snapshot contradicts it and goes at once. What lies before may have been promised,
    // so it stays on the disk until the snapshot is durable.
    if (snapshot.last_index < last_index()) truncate_from(snapshot.last_index + 1);
    uncompacted_ = wal_.size();
    entries_.clear();
  }
  snapshot_ = snapshot;
  ++version_;
  return true;
}

void Log::compact() { wal_.drop_front(std::exchange(uncompacted_, 0)); }

void Log::drop_all_entries() {
  entries_.clear();
  uncompacted_ = 0;
  wal_.truncate(0);
  wal_.cut_damage();
}

}  // namespace lightcone::models::parts::raft
