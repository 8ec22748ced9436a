#include "models/zanzibar/tuple_reader.hpp"

#include <algorithm>
#include <utility>

#include "models/zanzibar/store.hpp"

namespace lightcone::models::zanzibar {

TupleReader::TupleReader(sim::Env& env, const Parameters& parameters, const Safeguards& safe,
                         std::vector<NodeId> stores, NodeId near)
    : env_(env),
      parameters_(parameters),
      safe_(safe),
      stores_(std::move(stores)),
      near_(near),
      clock_(env, clock_kind(parameters, safe)),
      cache_(static_cast<std::size_t>(parameters.cache_size), parameters.cache_ttl),
      next_(RequestId{env.incarnation()} << 32U) {}

NodeId TupleReader::leader_of(const Key& key) const {
  return stores_[shard_of(key.set.object, parameters_.shards) % stores_.size()];
}

void TupleReader::read(const Key& key, Then then) {
  if (const Rows* kept = cache_.find(key, env_.mono())) {
    const Rows rows = *kept;
    then(rows);
    return;
  }
  const auto under_way = under_way_.find(key);
  // Without a timestamp, what was asked before may be too old by now.
  const bool may_join = parameters_.single_flight && parameters_.is_dated();
  if (may_join && under_way != under_way_.end()) {
    env_.metrics().count("reads that joined another");
    flights_[under_way->second].waiting.push_back(std::move(then));
    return;
  }
  const RequestId id = ++next_;
  under_way_.emplace(key, id);
  most_of_one_ = std::max(most_of_one_, under_way_.count(key));
  Flight& flight = flights_[id];
  flight.key = key;
  flight.waiting.push_back(std::move(then));
  flight.since = env_.mono();
  ask(id, flight, parameters_.is_dated() ? near_ : leader_of(key));
}

// With zanzibar.mixed-snapshot each read is of whatever the store has by then.
void TupleReader::ask(RequestId id, Flight& flight, NodeId store) {
  ++asked_;
  flight.store = store;
  flight.timer = env_.after(parameters_.read_timeout, ReadIsLate{id});
  const Timestamp ts = parameters_.is_dated() ? flight.key.ts : clock_.latest();
  env_.send(store, StoreRead{id, flight.key.set, ts, !safe_.one_snapshot});
}

void TupleReader::ask_elsewhere(RequestId id) {
  const auto found = flights_.find(id);
  if (found == flights_.end()) return;
  Flight& flight = found->second;
  const NodeId leader = leader_of(flight.key);
  if (flight.store == leader) {
    env_.metrics().count("reads that failed");
    land(id, nullptr);
    return;
  }
  env_.cancel(flight.timer);
  env_.metrics().count("reads that went to the leader");
  ask(id, flight, leader);
}

void TupleReader::on(const StoreRows& rows) {
  const auto found = flights_.find(rows.request);
  if (found == flights_.end()) return;
  const Rows kept = std::make_shared<const std::vector<Subject>>(rows.subjects);
  cache_.put(found->second.key, kept, found->second.since);  // it was true then
  land(rows.request, kept);
}

void TupleReader::on(const Behind& behind) { ask_elsewhere(behind.request); }
void TupleReader::on(const ReadIsLate& late) { ask_elsewhere(late.request); }

void TupleReader::land(RequestId id, const Rows& rows) {
  const auto found = flights_.find(id);
  env_.cancel(found->second.timer);
  const Key key = found->second.key;
  const std::vector<Then> waiting = std::move(found->second.waiting);
  flights_.erase(found);
  const auto [begin, end] = under_way_.equal_range(key);
  under_way_.erase(std::find_if(begin, end, [&](const auto& each) { return each.second == id; }));
  for (const Then& then : waiting) then(rows);
}

}  // namespace lightcone::models::zanzibar
