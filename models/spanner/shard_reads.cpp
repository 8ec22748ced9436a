// Reads at a timestamp, by any replica, without locks.
#include <algorithm>
#include <limits>

#include "models/spanner/shard.hpp"

namespace lightcone::models::spanner {

void Shard::on(const ReadAt& read, const sim::From& from) {
  if (read.from_leader && refuses(from)) return;
  if (may_serve()) {
    if (read.at > state_.lease().end)
      return env_.reply(from, Refused{Reason::no_lease, env_.self()});  // not its to promise
    issued_ = std::max(issued_, read.at);
  }
  reads_.push_back({read, from, env_.mono()});
  serve_reads();
}

void Shard::on(const SafeTime& safe_time) {
  if (safe_time.at <= safe_hint_.at) return;
  if (safe_hint_.index <= group_.applied_index()) safe_before_ = safe_hint_.at;
  safe_hint_ = safe_time;
  serve_reads();
}

// Everything that commits here at or before it is in the state (4.1.3): what has a timestamp and is on its
// way through the log is not, and what is prepared may yet commit at its prepare timestamp or later.
Timestamp Shard::safe_time() const {
  Timestamp safe = std::max(state_.issued(), safe_before_);
  if (has_served()) {
    safe = assigned_.empty() ? issued_ : std::min(issued_, *assigned_.begin() - 1);
  } else if (safe_hint_.index <= group_.applied_index()) {
    safe = std::max(safe, safe_hint_.at);
  }
  if (!safe_.prepared_hold_back) return safe;
  return std::min(safe, state_.earliest_prepared() - 1);
}

// A commit is in the log before its timestamp has passed. Who reads it then would have seen the future.
bool Shard::serve(const PendingRead& read) {
  if (read.request.at > safe_time()) return false;
  const Timestamp newest = state_.latest_commit(read.request.at);
  if (safe_.waits_out_commits && !clock_.has_passed(newest)) {
    wake_when_past(newest);
    return false;
  }
  ReadThen answer;
  for (const std::string& key : read.request.keys)
    answer.values.push_back(state_.store().read(key, read.request.at));
  events_.emplace_back(SnapshotServed{read.request.at, state_.committed()});
  env_.metrics().record("snapshot_wait", env_.mono() - read.since);
  env_.reply(read.from, std::move(answer));
  return true;
}

void Shard::serve_reads() {
  std::erase_if(reads_, [this](const PendingRead& read) { return serve(read); });
}

}  // namespace lightcone::models::spanner
