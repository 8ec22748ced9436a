// Versions by timestamp, and what a group replicates of a shard.
#include <catch2/catch.hpp>
#include <map>

#include "models/spanner/shard_state.hpp"
#include "sim/chance/stream.hpp"

namespace lightcone::tests {

using namespace models::spanner;

namespace {

Write put(std::string key, std::int64_t value) { return {std::move(key), Change::put, value}; }
Write append(std::string key, std::int64_t value) { return {std::move(key), Change::append, value}; }
sim::Value list(std::initializer_list<int> elements) {
  sim::ValueList all;
  for (const int element : elements) all.emplace_back(element);
  return all;
}

constexpr NodeId client{7};

Command prepare(std::uint64_t operation, Timestamp at, const Write& write) {
  Command command;
  command.verb = Verb::prepare;
  command.issued = command.at = at;
  command.id = {client, operation, 1};
  command.part.writes = {write};
  command.participants = {0, 1};
  return command;
}
Command end(Verb verb, std::uint64_t operation, Timestamp at) {
  Command command;
  command.verb = verb;
  command.id = {client, operation, 1};
  command.at = at;
  return command;
}

}  // namespace

TEST_CASE("spanner: a read at a timestamp sees what was written up to then, whatever comes later") {
  MvccStore store;
  CHECK(store.read("r0", 100).is_null());
  store.write(put("r0", 1), 10);
  store.write(put("r0", 3), 30);
  store.write(put("r0", 2), 20);  // late, as a participant may learn it
  CHECK(store.read("r0", 9).is_null());
  CHECK(store.read("r0", 10) == sim::Value(1));
  CHECK(store.read("r0", 29) == sim::Value(2));
  CHECK(store.read_latest("r0") == sim::Value(3));
  CHECK(store.written_at("r0", 29) == 20);
  CHECK(store.written_at("r0", 9) == 0);
  CHECK(store.read_latest("r1").is_null());
}

TEST_CASE("spanner: a list is the elements up to a timestamp, and a put begins anew") {
  MvccStore store;
  store.write(append("l0", 1), 10);
  store.write(append("l0", 3), 30);
  store.write(append("l0", 2), 20);
  store.write(append("l0", 4), 30);
  CHECK(store.read("l0", 9).is_null());
  CHECK(store.read("l0", 25) == list({1, 2}));
  CHECK(store.read_latest("l0") == list({1, 2, 3, 4}));
  store.write(put("l0", 9), 40);
  CHECK(store.read("l0", 40) == sim::Value(9));
  store.write(append("l0", 5), 50);
  CHECK(store.read("l0", 50) == list({5}));
}

TEST_CASE("spanner: versions are what a plain map of all writes says, in any order of arrival") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    sim::Stream chance(seed, "versions");
    MvccStore store;
    std::map<Timestamp, std::int64_t> written;
    for (int i = 0; i < 40; ++i) {
      const Timestamp at = chance.between(std::int64_t{1}, std::int64_t{1000});
      if (!written.emplace(at, i).second) continue;
      store.write(put("r", i), at);
    }
    for (Timestamp at = 0; at <= 1000; ++at) {
      const auto after = written.upper_bound(at);
      const sim::Value expected =
          after == written.begin() ? sim::Value() : sim::Value(std::prev(after)->second);
      REQUIRE(store.read("r", at) == expected);
    }
  }
}

TEST_CASE("spanner: what is prepared is written when it is resolved, at the timestamp that was decided") {
  ShardState state;
  CHECK_FALSE(state.apply(prepare(1, 10, append("l0", 1))));
  CHECK(state.earliest_prepared() == 10);
  CHECK(state.issued() == 10);
  CHECK(state.store().read_latest("l0").is_null());
  const auto resolution = state.apply(end(Verb::resolve, 1, 25));
  REQUIRE(resolution);
  CHECK(resolution->at == 25);
  CHECK(resolution->participants == std::vector<ShardId>{0, 1});
  CHECK(state.prepared().empty());
  CHECK(state.store().written_at("l0", 100) == 25);
  CHECK(state.latest_commit() == 25);
  CHECK(state.latest_commit(24) == 0);
  CHECK_FALSE(state.apply(end(Verb::resolve, 1, 25)));  // it knew
  CHECK(state.committed() == 1);
}

TEST_CASE("spanner: an aborted transaction leaves nothing, and a decision is made once") {
  ShardState state;
  state.apply(prepare(1, 10, append("l0", 1)));
  const auto aborted = state.apply(end(Verb::resolve, 1, 0));
  REQUIRE(aborted);
  CHECK(aborted->at == 0);
  CHECK(state.store().read_latest("l0").is_null());
  CHECK(state.committed() == 0);

  CHECK_FALSE(state.decision({client, 2, 1}));
  REQUIRE(state.apply(end(Verb::commit, 2, 0)));       // somebody asked, and nobody knew
  CHECK_FALSE(state.apply(end(Verb::commit, 2, 50)));  // too late
  CHECK(state.decision({client, 2, 1}) == std::optional<Timestamp>(0));
}

TEST_CASE("spanner: a snapshot of a shard is all of it, and an empty one is the beginning") {
  ShardState state;
  state.apply(prepare(1, 10, append("l0", 1)));
  state.apply(prepare(2, 20, append("l1", 2)));
  state.apply(end(Verb::resolve, 1, 12));
  state.apply(end(Verb::commit, 3, 30));
  ShardState other;
  other.restore(state.snapshot());
  CHECK(other.earliest_prepared() == 20);
  CHECK(other.decision({client, 3, 1}) == std::optional<Timestamp>(30));
  CHECK(other.store().read_latest("l0") == list({1}));
  CHECK(other.committed() == state.committed());
  other.restore({});
  CHECK(other.prepared().empty());
  CHECK(other.latest_commit() == 0);
}

}  // namespace lightcone::tests
