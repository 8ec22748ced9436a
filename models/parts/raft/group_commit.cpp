// Committing and applying: sections 5.3 and 5.4.2; snapshots: section 7.
#include <algorithm>

#include "models/parts/raft/group.hpp"

namespace lightcone::models::parts::raft {

void Group::advance_commit() {
  const auto held = [this](NodeId node) -> std::uint64_t {
    if (node == env_.self()) return self_.lost_memory ? 0 : durable_index_;
    for (const Peer& peer : peers_) {
      if (peer.node == node) return peer.counts ? peer.match : 0;
    }
    return 0;
  };
  const Index index = safe_.commit_needs_quorum ? reached(held) : held(env_.self());
  if (index <= commit_) return;
  // 5.4.2: an entry of an older term may be on a majority and still be overwritten (Figure 8); it is
  // committed by an entry of the current term behind it.
  if (safe_.commit_own_term_only && log_.term_at(index) != ballot_.term) return;
  commit_to(index);
}

void Group::commit_to(Index index) {
  if (index <= commit_) return;
  commit_ = index;
  apply_committed();
}

// P18.5: in order, each entry once, and only what is committed.
void Group::apply_committed() {
  while (applied_ < commit_ && log_.has(applied_ + 1)) {
    const Entry entry = log_.at(++applied_);
    if (entry.kind == EntryKind::command) machine_.apply(entry);
    if (entry.kind == EntryKind::configuration) configuration_committed(entry);
  }
  maybe_snapshot();
  serve_reads();
}

void Group::maybe_snapshot() {
  if (options_.snapshot_every == 0) return;
  if (applied_ - log_.snapshot().last_index < options_.snapshot_every) return;
  if (!log_.term_at(applied_)) return;  // without a safeguard, what was applied can be gone from the log
  const Snapshot snapshot{applied_, *log_.term_at(applied_), configuration_at(applied_), machine_.snapshot()};
  if (!log_.save_snapshot(snapshot)) return;
  persist();
  snapshot_write_ = written_;
  env_.mark(SnapshotTaken{setup_.id, applied_});
}

}  // namespace lightcone::models::parts::raft
