// What a replica takes away from its log: retention, which its leader decides, and compaction, which
// everybody does in their own time.
#include <algorithm>

#include "models/kafka/cleaner.hpp"
#include "models/kafka/replica.hpp"

namespace lightcone::models::kafka {

void Replica::clean_up() {
  if (parameters_.is_compacted()) {
    compact();
  } else if (parameters_.is_of_clients(id_)) {
    retain();
  }
}

// --- retention ---------------------------------------------------------------------------------------------

// P7.13: followers hear of it with what they fetch, so that all logs begin at the same place.
void Replica::retain() {
  if (role_ != Role::leader) return;
  const Offset bound = safe_.retains_uncommitted ? last_stable_offset() : log_.end();
  const Offset start = start_by_retention(log_, parameters_, bound, env_.wall());
  if (start <= log_.start().position.offset) return;
  shorten(start);
  answer_waiting();
  host_.leader_moved(id_);
}

void Replica::shorten(Offset to) {
  LogStart start{{to, log_.epoch_before(to)}};
  ProducerTable producers(behind_markers());
  producers.rebuild(log_, to);
  start.producers = producers.snapshot();
  TransactionTable transactions;
  transactions.rebuild(log_, to);
  start.markers = transactions.snapshot();
  const std::size_t before = log_.size();
  if (!log_.begin_at(start)) return;  // the disk is full: tried again later
  env_.mark(LogShortened{id_, to});
  env_.metrics().count("records removed by retention", before - log_.size());
  high_watermark_ = std::max(high_watermark_, to);
  durable_end_ = std::max(durable_end_, to);
  host_.log_changed();
  sample();
}

// --- compaction --------------------------------------------------------------------------------------------

// P7.14: what takes the place of another is committed, so nobody will cut it off.
void Replica::compact() {
  const bool agrees = role_ == Role::leader || (role_ == Role::follower && stage_ == Stage::fetching);
  if (!agrees) return;
  const Offset closed = end_of_closed_segments(log_, parameters_);
  const Offset bound = safe_.compacts_committed ? std::min(closed, last_stable_offset()) : closed;
  ProducerTable producers(behind_markers());
  producers.rebuild(log_, bound);
  const auto forget = [this](Offset tombstone) { return may_forget(tombstone); };
  const Compacted result = compacted(log_, bound, transactions_, producers, forget);
  if (result.removed > 0) {
    if (!log_.compact(result.left)) return;  // the disk is full: tried again later
    env_.mark(LogCompacted{id_, bound, result.removed});
    env_.metrics().count("records compacted", result.removed);
    host_.log_changed();
  }
  note_tombstones(result.tombstones, result.removed_tombstones);
  sample();
}

// P7.16: a leader counts from when nothing else is left of the key, in its own time as a leader; whoever read
// more has read it before. Followers wait for their leader.
bool Replica::may_forget(Offset tombstone) const {
  if (!safe_.keeps_tombstones || tombstone < forgotten_) return true;
  const auto since = tombstones_.find(tombstone);
  return role_ == Role::leader && since != tombstones_.end() &&
         env_.mono() - since->second >= parameters_.delete_retention;
}

void Replica::note_tombstones(const std::vector<Offset>& kept, const std::vector<Offset>& removed) {
  for (const Offset tombstone : removed) {
    tombstones_.erase(tombstone);
    env_.metrics().count("tombstones removed");
    deletions_from_ = std::max(deletions_from_, tombstone + 1);
    if (role_ == Role::leader) forgotten_ = std::max(forgotten_, tombstone + 1);
    for (auto& [follower, peer] : peers_) {
      if (peer.end <= tombstone) peer.is_whole = false;
    }
  }
  if (role_ != Role::leader) return;
  for (const Offset tombstone : kept) tombstones_.try_emplace(tombstone, env_.mono());
}

// Whoever begins at the beginning needs no deletions of what it does not know, and whoever has come so far
// has all of them.
bool Replica::missed_deletions(Peer& peer, Offset offset) const {
  if (offset >= deletions_from_ || offset == log_.start().position.offset) peer.is_whole = true;
  return !peer.is_whole && safe_.notices_missed_tombstones;
}

}  // namespace lightcone::models::kafka
