#include "models/zanzibar/shard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace lightcone::models::zanzibar {

namespace {

// Entries that one message carries to a follower, at most.
constexpr Sequence entries_a_message = 256;

}  // namespace

Shard::Shard(sim::Env& env, IntervalClock clock, SyncQueue& sync, TupleTable& table,
             const std::vector<NodeId>& stores, ShardId id)
    : env_(env),
      clock_(clock),
      sync_(sync),
      table_(table),
      stores_(stores),
      id_(id),
      leader_(stores[id % stores.size()]),
      wal_(env.disk(), fmt::format("shard-{}/log", id)),
      standing_(env.disk(), fmt::format("shard-{}/standing", id)),
      promise_cell_(env.disk(), fmt::format("shard-{}/promise", id)) {}

void Shard::heartbeat() {
  if (!leads()) return;
  if (is_lost_) {
    ask_for_log();
    return;
  }
  for (const NodeId store : stores_) sent_[store] = has_[store];
  promise(0);
}

// --- writing -----------------------------------------------------------------------------------------------

void Shard::on(const Write& write, const sim::From& from) {
  if (!leads() || is_lost_) {
    env_.reply(from, Refused{leads() ? "some of the log was lost, and is asked for"
                                     : "another store leads the shard"});
    return;
  }
  const auto before = written_.find(write.id);
  if (before != written_.end()) {
    const Sequence sequence = before->second;
    if (sequence <= decided_) {
      env_.reply(from, Written{log_[sequence - 1].ts});
    } else {
      owed_[sequence].push_back(from);
    }
    return;
  }
  if (write.unchanged_since >= 0 &&
      table_.changed(write.changes.front().tuple.object) > write.unchanged_since) {
    env_.reply(from, Conflict{});
    return;
  }
  const Timestamp last = log_.empty() ? 0 : log_.back().ts;
  const Timestamp ts = std::max({clock_.latest(), last + 1, promising_ + 1});
  if (!append({log_.size() + 1, ts, write.id, write.changes})) {
    env_.reply(from, Refused{"the disk is full"});
    return;
  }
  env_.mark(EntryStamped{id_, ts});
  owed_[log_.size()].push_back(from);
  sync_.then([this, size = log_.size()] { became_durable(size); });
}

bool Shard::append(const Entry& entry) {
  if (!write_down(entry)) return false;
  keep(entry);
  return true;
}

// With a seal behind it, so that nobody takes it for a torn write once it has been counted.
bool Shard::write_down(const Entry& entry) {
  const Sequence reached = std::max(reached_, entry.number);
  const std::size_t before = wal_.size();
  if (!wal_.append(entry)) return false;
  if (!wal_.seal(reached)) {
    wal_.truncate(before);
    return false;
  }
  reached_ = reached;
  return true;
}

// And whatever was waiting for it.
void Shard::keep(Entry entry) {
  for (;;) {
    for (const Change& change : entry.changes) table_.apply(entry.ts, change);
    written_[entry.id] = entry.number;
    log_.push_back(std::move(entry));
    auto next = apart_.extract(log_.size() + 1);
    if (!next) return;
    entry = std::move(next.mapped());
  }
}

void Shard::became_durable(Sequence size) {
  durable_ = std::max(durable_, std::min<Sequence>(size, log_.size()));
  if (!leads()) return;
  for (const NodeId store : stores_) send_missing(store);
  decide();
}

void Shard::send_missing(NodeId follower) {
  if (follower == env_.self()) return;
  Sequence& sent = sent_[follower];
  Append append{id_, env_.incarnation(), sent, {}, decided_, safe()};
  const Sequence until = std::min(durable_, sent + entries_a_message);
  append.entries.assign(log_.begin() + static_cast<std::ptrdiff_t>(sent),
                        log_.begin() + static_cast<std::ptrdiff_t>(until));
  sent = until;
  env_.send(follower, std::move(append));
}

void Shard::on(const Appended& appended, const sim::From& from) {
  if (!leads() || is_lost_ || appended.has > durable_) return;
  has_[from.node] = appended.has;
  if (appended.lacks) {
    sent_[from.node] = appended.has;
    send_missing(from.node);
  }
  decide();
}

// Without an interval there is nothing to wait for: nobody knows what other clocks show.
bool Shard::has_passed(Timestamp ts) const { return !clock_.has_interval() || clock_.earliest() > ts; }

void Shard::decide() {
  const Sequence before = decided_;
  while (decided_ < durable_) {
    const auto holders = 1 + std::count_if(stores_.begin(), stores_.end(), [&](NodeId store) {
                           const auto has = has_.find(store);
                           return store != env_.self() && has != has_.end() && has->second > decided_;
                         });
    if (2 * static_cast<std::size_t>(holders) <= stores_.size()) break;
    const Timestamp ts = log_[decided_].ts;
    if (!has_passed(ts)) {
      wake_at(ts);
      break;
    }
    ++decided_;
    env_.mark(EntryDecided{id_, ts});
    for (const sim::From& from : std::exchange(owed_[decided_], {})) env_.reply(from, Written{ts});
    owed_.erase(decided_);
  }
  if (decided_ != before) serve_waiting();
}

void Shard::wake_at(Timestamp ts) {
  if (waking_ && *waking_ <= ts) return;
  waking_ = ts;
  env_.after(sim::Duration(std::max<Timestamp>(ts - clock_.earliest(), 0) + 1), TimeHasPassed{id_});
}

void Shard::time_has_passed() {
  waking_.reset();
  decide();
  serve_waiting();
}

// --- following ---------------------------------------------------------------------------------------------

void Shard::on(const Append& append, const sim::From& from) {
  if (leads() || from.node != leader_ || append.life < fence_) return;
  if (append.after > log_.size()) {
    env_.reply(from, Appended{id_, durable_, true});
    return;
  }
  Sequence at = append.after;
  for (const Entry& entry : append.entries) {
    if (++at > log_.size() && !this->append(entry)) break;
  }
  sync_.then([this, from, decided = append.decided, safe = append.safe, size = log_.size()] {
    became_durable(size);
    if (durable_ >= decided) told_safe_ = std::max(told_safe_, safe);
    env_.reply(from, Appended{id_, durable_, durable_ < decided});
  });
}

// --- reading -----------------------------------------------------------------------------------------------

Timestamp Shard::safe() const {
  if (is_lost_) return 0;
  if (!leads()) return told_safe_;
  return decided_ < log_.size() ? std::min(promise_, log_[decided_].ts - 1) : promise_;
}

void Shard::on(const StoreRead& read, const sim::From& from) {
  const Waiting waiting{read, from};
  if (read.newest || safe() >= read.ts) {
    answer(waiting);
  } else if (leads() && !is_lost_) {
    waiting_.push_back(waiting);
    serve_waiting();
  } else {
    env_.reply(from, Behind{read.request, id_, safe()});
  }
}

void Shard::answer(const Waiting& waiting) {
  const Timestamp ts = waiting.read.newest ? safe() : waiting.read.ts;
  env_.reply(waiting.from, StoreRows{waiting.read.request, table_.read(waiting.read.set, ts)});
}

void Shard::serve_waiting() {
  const Timestamp safe_now = safe();
  Timestamp next = std::numeric_limits<Timestamp>::max();
  std::erase_if(waiting_, [&](const Waiting& waiting) {
    const bool is_safe = waiting.read.ts <= safe_now;
    if (is_safe) answer(waiting);
    if (!is_safe) next = std::min(next, waiting.read.ts);
    return is_safe;
  });
  if (waiting_.empty()) return;
  // By a wall clock that is ahead of this one it is so late already: the promise catches up, as a hybrid
  // logical clock would.
  if (clock_.has_interval() && clock_.earliest() < next) {
    wake_at(next);
  } else if (promising_ < next) {
    promise(next);
  }
}

void Shard::promise(Timestamp at_least) {
  const Timestamp now = std::max(clock_.earliest(), at_least);
  if (now > promising_) {
    promising_ = now;
    (void)promise_cell_.write({now});
  }
  sync_.then([this, ts = promising_] { promised(ts); });
}

void Shard::promised(Timestamp ts) {
  promise_ = std::max(promise_, ts);
  for (const NodeId store : stores_) send_missing(store);
  serve_waiting();
}

void Shard::on(const AskFeed& ask, const sim::From& from) {
  Feed feed{id_, ask.after, {}, safe()};
  for (Sequence at = ask.after; at < log_.size() && log_[at].ts <= feed.safe; ++at)
    feed.entries.push_back(log_[at]);
  env_.reply(from, std::move(feed));
}

}  // namespace lightcone::models::zanzibar
