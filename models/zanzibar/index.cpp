#include "models/zanzibar/index.hpp"

#include <algorithm>
#include <limits>

#include "sim/fields_of.hpp"

namespace lightcone::models::zanzibar {

Index::Index(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs, NodeId store,
             const std::vector<Tuple>& tuples)
    : env_(env),
      parameters_(parameters),
      minds_watermark_(safeguards_without(bugs).index_minds_watermark),
      store_(store),
      first_(tuples),
      sync_(env),
      snapshot_(env.disk(), "index/snapshot"),
      sets_(0, {}),
      tails_(static_cast<std::size_t>(parameters.shards)) {}

// From its snapshot, or from the beginning if there is none that can be read: the log has everything.
void Index::start() {
  const auto found = snapshot_.read();
  if (found.value) {
    sets_ = MembershipIndex(found.value->ts, found.value->tuples);
    for (std::size_t shard = 0; shard < tails_.size(); ++shard)
      tails_[shard].taken = found.value->positions[shard];
  } else {
    std::vector<Tuple> groups;
    std::copy_if(first_.begin(), first_.end(), std::back_inserter(groups), MembershipIndex::covers);
    sets_ = MembershipIndex(0, groups);
  }
  env_.after(parameters_.index_lag, FeedDue{});
  env_.after(parameters_.index_snapshot_every, SnapshotDue{});
}

void Index::on(const FeedDue&) {
  env_.after(parameters_.index_lag, FeedDue{});
  for (ShardId shard = 0; shard < tails_.size(); ++shard)
    env_.send(store_, AskFeed{shard, tails_[shard].taken + tails_[shard].entries.size()});
}

void Index::on(const Feed& feed, const sim::From&) {
  Tail& tail = tails_[feed.shard];
  const Sequence has = tail.taken + tail.entries.size();
  if (feed.after > has) return;
  for (std::size_t i = static_cast<std::size_t>(has - feed.after); i < feed.entries.size(); ++i)
    tail.entries.push_back(feed.entries[i]);
  tail.safe = std::max(tail.safe, feed.safe);
  take_what_is_safe();
}

// Of all shards together, in the order of timestamps.
void Index::take_what_is_safe() {
  Timestamp safe = std::numeric_limits<Timestamp>::max();
  for (const Tail& tail : tails_) safe = std::min(safe, tail.safe);
  for (;;) {
    Tail* next = nullptr;
    for (Tail& tail : tails_) {
      if (tail.entries.empty() || tail.entries.front().ts > safe) continue;
      if (next == nullptr || tail.entries.front().ts < next->entries.front().ts) next = &tail;
    }
    if (next == nullptr) break;
    for (const Change& change : next->entries.front().changes) sets_.apply(next->entries.front().ts, change);
    next->entries.pop_front();
    ++next->taken;
  }
  sets_.advance(safe);
}

void Index::on(const SnapshotDue&) {
  env_.after(parameters_.index_snapshot_every, SnapshotDue{});
  IndexSnapshot snapshot{sets_.watermark(), sets_.tuples(), {}};
  for (const Tail& tail : tails_) snapshot.positions.push_back(tail.taken);
  if (!snapshot_.write(std::move(snapshot))) return;
  sync_.then([this, ts = sets_.watermark()] { env_.mark(IndexSnapshotTaken{ts}); });
  sets_.compact();
}

// With zanzibar.index-lag-ignored it says what it knows, however old that is.
void Index::on(const AskIndex& ask, const sim::From& from) {
  const bool is_known = ask.ts >= sets_.base() && (ask.ts <= sets_.watermark() || !minds_watermark_);
  env_.reply(from,
             IndexAnswer{ask.request, is_known, is_known && sets_.contains(ask.group, ask.user, ask.ts)});
}

void Index::show(sim::FieldVisitor& visitor) const {
  sim::visit_field("base", sets_.base(), visitor);
  sim::visit_field("watermark", sets_.watermark(), visitor);
  sim::visit_field("layer", static_cast<std::int64_t>(sets_.layer_size()), visitor);
}

}  // namespace lightcone::models::zanzibar
