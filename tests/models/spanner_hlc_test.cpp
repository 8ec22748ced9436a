// The parts of the profile hlc: clocks, what was read, who waits for whom, and what a group replicates.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "models/spanner/hlc/range_state.hpp"
#include "models/spanner/hlc/reservations.hpp"
#include "models/spanner/hlc/server_clock.hpp"
#include "models/spanner/hlc/timestamp_cache.hpp"
#include "sim/chance/stream.hpp"
#include "tests/models/fake_env.hpp"

namespace lightcone::tests {

using namespace models::spanner;
using namespace models::spanner::hlc;
using namespace std::chrono_literals;

namespace {

TransactionId id(std::uint64_t operation) { return {NodeId{7}, operation, 1}; }

hlc::Command lay(std::uint64_t operation, Timestamp at, std::string key, ShardId anchor = 0) {
  hlc::Command command;
  command.verb = hlc::Verb::intent;
  command.id = id(operation);
  command.at = at;
  command.anchor = anchor;
  command.writes = {Write{std::move(key), Change::put, static_cast<std::int64_t>(operation)}};
  return command;
}
hlc::Command about(hlc::Verb verb, std::uint64_t operation, Timestamp at = 0) {
  hlc::Command command;
  command.verb = verb;
  command.id = id(operation);
  command.at = at;
  return command;
}

}  // namespace

TEST_CASE("spanner hlc: a server's clock shows its resolution, counts within it, and never goes back") {
  FakeEnv env({0});
  ServerClock clock(env, 1ms);
  env.advance(300us);
  const Timestamp physical = clock.physical();
  CHECK(physical <= env.wall().time_since_epoch().count());
  CHECK(env.wall().time_since_epoch().count() - physical < 1'100'000);
  CHECK((physical & ServerClock::counted) == 0);
  const Timestamp first = clock.tick();
  const Timestamp second = clock.tick();
  CHECK(first == physical);
  CHECK(second == physical + 1);
  env.advance(1ms);
  CHECK(clock.tick() > second + ServerClock::counted);
}

TEST_CASE("spanner hlc: whatever a server has heard of, it stamps later, however full the counter is") {
  FakeEnv env({0});
  ServerClock clock(env, 1ms);
  const Timestamp ahead = clock.tick() + 50'000'000;
  clock.hear(ahead);
  CHECK(clock.tick() > ahead);
  const Timestamp full = (ahead + 50'000'000) | ServerClock::counted;
  clock.hear(full);
  Timestamp last = full;
  for (int i = 0; i < 5; ++i) {
    const Timestamp next = clock.tick();
    CHECK(next > last);
    last = next;
  }
}

TEST_CASE("spanner hlc: a write goes above reads by others, and beside one's own") {
  TimestampCache cache;
  cache.begin(10);
  CHECK(cache.writable_from("x", 5, id(1)) == 11);
  CHECK(cache.writable_from("x", 10, id(1)) == 11);
  CHECK(cache.writable_from("x", 12, id(1)) == 12);
  cache.read("x", 20, id(1));
  CHECK(cache.writable_from("x", 20, id(1)) == 20);
  CHECK(cache.writable_from("x", 15, id(1)) == 20);
  CHECK(cache.writable_from("x", 20, id(2)) == 21);
  CHECK(cache.writable_from("y", 15, id(2)) == 15);
  cache.read("x", 20, id(2));  // now nobody may write there
  CHECK(cache.writable_from("x", 20, id(1)) == 21);
  cache.read("x", 15, id(3));  // an older one changes nothing
  CHECK(cache.writable_from("x", 20, id(3)) == 21);
  cache.begin(30);
  CHECK(cache.writable_from("y", 20, id(1)) == 31);
}

TEST_CASE("spanner hlc: without the rule of ties, two that share a timestamp pass each other") {
  TimestampCache cache(TimestampCache::Ties::ignored);
  cache.read("x", 20, id(1));
  CHECK(cache.writable_from("x", 20, id(2)) == 20);
  CHECK(cache.writable_from("x", 19, id(2)) == 20);
}

// The twin remembers all reads.
TEST_CASE("spanner hlc: no write is at or below anybody else's read, whatever was read") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    sim::Stream chance(seed, "cache");
    TimestampCache cache;
    std::map<TransactionId, Timestamp> reads;
    for (int i = 0; i < 8; ++i) {
      const TransactionId who = id(1 + chance.below(3));
      const Timestamp at = chance.between(std::int64_t{1}, std::int64_t{12});
      cache.read("x", at, who);
      reads[who] = std::max(reads[who], at);
      const TransactionId writer = id(1 + chance.below(4));
      const Timestamp from = chance.between(std::int64_t{1}, std::int64_t{12});
      const Timestamp may = cache.writable_from("x", from, writer);
      REQUIRE(may >= from);
      for (const auto& [reader, read] : reads) REQUIRE((reader == writer || may > read));
    }
  }
}

TEST_CASE("spanner hlc: who had to begin again is waited for by those who are younger, for a while") {
  Reservations reservations;
  const Age old{1, NodeId{8}};
  const Age young{2, NodeId{9}};
  const sim::MonoTime now{100ms};
  reservations.reserve({"x"}, {NodeId{8}, 3, 2}, old, now + 100ms);
  CHECK_FALSE(reservations.may_use({"y", "x"}, young, now));
  CHECK(reservations.may_use({"y"}, young, now));
  CHECK(reservations.may_use({"x"}, old, now));
  CHECK(reservations.may_use({"x"}, young, now + 100ms));
  reservations.release({NodeId{8}, 2, 1});  // another one
  CHECK_FALSE(reservations.may_use({"x"}, young, now));
  reservations.release({NodeId{8}, 3, 4});
  CHECK(reservations.may_use({"x"}, young, now));
}

TEST_CASE("spanner hlc: an intent is a value when its record commits, at the timestamp of the commit") {
  RangeState state(0);
  CHECK(state.apply(lay(1, 10, "x")).standing.status == Status::pending);
  REQUIRE(state.intent_on("x") != nullptr);
  CHECK(state.store().read_latest("x").is_null());
  const auto applied = state.apply(about(hlc::Verb::commit, 1, 15));
  CHECK(applied.standing.status == Status::committed);
  REQUIRE(applied.ended);
  CHECK(applied.ended->keys == std::vector<std::string>{"x"});
  CHECK(state.intent_on("x") == nullptr);
  CHECK(state.store().written_at("x", 100) == 15);
  CHECK(state.ended(id(1)) == std::optional<Timestamp>(15));
  CHECK_FALSE(state.apply(about(hlc::Verb::commit, 1, 15)).ended);
  CHECK(state.committed() == 1);
}

TEST_CASE(
    "spanner hlc: a record that was pushed does not commit before that, and one that is over stays so") {
  RangeState state(0);
  state.apply(lay(1, 10, "x"));
  CHECK(state.apply(about(hlc::Verb::push, 1, 20)).standing.at == 20);
  const auto too_early = state.apply(about(hlc::Verb::commit, 1, 19)).standing;
  CHECK(too_early.status == Status::pending);
  CHECK(too_early.at == 20);
  CHECK(state.apply(about(hlc::Verb::push, 1, 12)).standing.at == 20);
  CHECK(state.apply(about(hlc::Verb::commit, 1, 20)).standing.status == Status::committed);
  CHECK(state.apply(about(hlc::Verb::abort, 1)).standing.status == Status::committed);

  state.apply(lay(2, 30, "y"));
  CHECK(state.apply(about(hlc::Verb::abort, 2)).ended->at == 0);
  CHECK(state.intent_on("y") == nullptr);
  CHECK(state.apply(about(hlc::Verb::commit, 2, 40)).standing.status == Status::aborted);
  CHECK(state.store().read_latest("y").is_null());
}

TEST_CASE("spanner hlc: a transaction that somebody asked about before it began never begins") {
  RangeState state(0);
  CHECK(state.apply(about(hlc::Verb::push, 1, 20)).standing.status == Status::aborted);
  CHECK(state.apply(lay(1, 10, "x")).standing.status == Status::aborted);
  CHECK(state.intent_on("x") == nullptr);
}

TEST_CASE("spanner hlc: a late copy of an intent lays nothing, and another's is not replaced") {
  RangeState participant(1);
  participant.apply(lay(1, 10, "x"));
  CHECK(participant.record(id(1)) == nullptr);  // that is at its anchor
  CHECK(participant.apply(lay(2, 11, "x")).standing.status == Status::aborted);
  CHECK(participant.intent_on("x")->id == id(1));
  REQUIRE(participant.apply(about(hlc::Verb::resolve, 1, 12)).ended);
  CHECK(participant.apply(lay(1, 13, "x")).standing.status == Status::aborted);
  CHECK(participant.intent_on("x") == nullptr);
  CHECK(participant.store().written_at("x", 100) == 12);
}

TEST_CASE("spanner hlc: a lease that begins remembers how far the last one went, one that goes on does not") {
  RangeState state(0);
  hlc::Command lease;
  lease.verb = hlc::Verb::lease;
  lease.lease = {NodeId{0}, 1, 100};
  state.apply(lease);
  lease.lease.end = 200;
  state.apply(lease);
  CHECK(state.low_water() == 0);
  lease.lease = {NodeId{1}, 2, 300};
  lease.at = 200;
  state.apply(lease);
  CHECK(state.low_water() == 200);
  RangeState other(0);
  other.restore(state.snapshot());
  CHECK(other.low_water() == 200);
  CHECK(other.lease().end == 300);
  other.restore({});
  CHECK(other.low_water() == 0);
}

}  // namespace lightcone::tests
