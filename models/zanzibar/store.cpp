#include "models/zanzibar/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "sim/fields_of.hpp"

namespace lightcone::models::zanzibar {

Store::Store(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs, std::vector<NodeId> stores,
             const std::vector<Tuple>& tuples)
    : env_(env), parameters_(parameters), stores_(std::move(stores)), sync_(env) {
  for (const Tuple& tuple : tuples) table_.apply(0, {tuple, false});
  const IntervalClock clock(env, clock_kind(parameters, safeguards_without(bugs)));
  for (ShardId id = 0; id < static_cast<ShardId>(parameters.shards); ++id)
    shards_.emplace_back(env, clock, sync_, table_, stores_, id);
}

void Store::start() {
  for (Shard& shard : shards_) shard.start();
  env_.after(parameters_.heartbeat, HeartbeatDue{});
}

void Store::on(const HeartbeatDue&) {
  env_.after(parameters_.heartbeat, HeartbeatDue{});
  for (Shard& shard : shards_) shard.heartbeat();
}

void Store::on(const Write& write, const sim::From& from) {
  const auto& object = write.changes.empty() ? Object{} : write.changes.front().tuple.object;
  const bool is_about_one = std::all_of(write.changes.begin(), write.changes.end(),
                                        [&](const Change& change) { return change.tuple.object == object; });
  if (write.changes.empty() || !is_about_one) {
    env_.reply(from, Refused{"a write is of the tuples of one object"});
    return;
  }
  shard(object).on(write, from);
}

// Up to what is safe in every shard, so that nothing older can follow.
void Store::on(const StoreWatch& watch, const sim::From& from) {
  Watched watched;
  watched.until = std::numeric_limits<Timestamp>::max();
  for (const Shard& shard : shards_) watched.until = std::min(watched.until, shard.safe());
  for (const Shard& shard : shards_) {
    for (const Entry& entry : shard.log()) {
      if (entry.ts <= watch.after || entry.ts > watched.until) continue;
      for (const Change& change : entry.changes) {
        if (change.tuple.object.tenant == watch.tenant) watched.changes.push_back({entry.ts, change});
      }
    }
  }
  std::sort(watched.changes.begin(), watched.changes.end());
  watched.until = std::max(watched.until, watch.after);
  env_.reply(from, std::move(watched));
}

void Store::show(sim::FieldVisitor& visitor) const {
  for (std::size_t id = 0; id < shards_.size(); ++id) {
    const Shard& shard = shards_[id];
    visitor.open_object(fmt::format("shard {}", id));
    sim::visit_field("leads", shard.leads(), visitor);
    sim::visit_field("entries", static_cast<std::int64_t>(shard.log().size()), visitor);
    if (shard.leads()) sim::visit_field("decided", static_cast<std::int64_t>(shard.decided()), visitor);
    sim::visit_field("safe", shard.safe(), visitor);
    sim::visit_field("copying", shard.is_lost(), visitor);
    visitor.close();
  }
}

}  // namespace lightcone::models::zanzibar
