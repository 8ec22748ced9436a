// A store: it has a copy of every shard, leads some, and answers what a safe timestamp has to say.
#pragma once

#include <deque>
#include <vector>

#include "models/zanzibar/parameters.hpp"
#include "models/zanzibar/shard.hpp"
#include "sim/process.hpp"

namespace lightcone::models::zanzibar {

// An object is in one shard, so what is written together is written in one place.
inline ShardId shard_of(const Object& object, std::int64_t shards) {
  return static_cast<ShardId>(hash_of(object) % static_cast<std::uint64_t>(shards));
}

class Store final : public sim::Handlers<Store, ToStore, StoreFacts> {
 public:
  // `stores`: all. `tuples`: what is there before the first write.
  Store(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs, std::vector<NodeId> stores,
        const std::vector<Tuple>& tuples = {});

  void start() override;
  void show(sim::FieldVisitor& visitor) const override;

  void on(const Write& write, const sim::From& from);
  void on(const StoreRead& read, const sim::From& from) { shard(read.set.object).on(read, from); }
  void on(const StoreWatch& watch, const sim::From& from);
  void on(const Append& append, const sim::From& from) { shards_[append.shard].on(append, from); }
  void on(const Appended& appended, const sim::From& from) { shards_[appended.shard].on(appended, from); }
  void on(const AskLog& ask, const sim::From& from) { shards_[ask.shard].on(ask, from); }
  void on(const LogCopy& copy, const sim::From& from) { shards_[copy.shard].on(copy, from); }
  void on(const AskFeed& ask, const sim::From& from) { shards_[ask.shard].on(ask, from); }
  void on(const Synced& synced) { sync_.on(synced); }
  void on(const TimeHasPassed& passed) { shards_[passed.shard].time_has_passed(); }
  void on(const HeartbeatDue&);

  const std::deque<Shard>& shards() const { return shards_; }

 private:
  Shard& shard(const Object& object) { return shards_[shard_of(object, parameters_.shards)]; }

  sim::Env& env_;
  const Parameters& parameters_;
  std::vector<NodeId> stores_;
  TupleTable table_;
  SyncQueue sync_;
  std::deque<Shard> shards_;  // which refer to what is above
};

}  // namespace lightcone::models::zanzibar
