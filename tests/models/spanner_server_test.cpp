// One server that has all shards for itself, without a simulation: what it answers, and when.
#include <catch2/catch.hpp>
#include <vector>

#include "models/spanner/server.hpp"
#include "tests/models/one_server.hpp"

namespace lightcone::tests {

namespace {

using namespace models::spanner;
using namespace std::chrono_literals;

constexpr NodeId n1{0}, c1{8}, c2{9};

Parameters two_shards() {
  Parameters parameters;
  parameters.servers = 1;
  parameters.shards = 2;
  return parameters;
}

class One : public OneServer<Server, Parameters> {
 public:
  explicit One(sim::BugSet bugs = {}) : OneServer(n1, two_shards(), std::move(bugs), {n1}) { elect(); }

  void elect() {
    for (std::int64_t i = 0; i < parameters().shards; ++i) {
      env().fire<models::parts::raft::ElectionTimedOut>(server());
      settle();
    }
    env().forget_sent();
  }
  // What the shards tell each other arrives, and the disk is done.
  void settle() {
    for (int i = 0; i < 20; ++i) {
      sync();
      pass_on<models::parts::raft::Voted>();  // a candidate votes for itself by a message
      pass_on<Prepare>();
      pass_on<Prepared>();
      pass_on<Decided>();
      pass_on<Resolved>();
    }
  }
  template <class M>
  bool pass_on() {
    const auto messages = sent<M>();
    for (const auto& each : messages) hear(n1, each.message);
    return !messages.empty();
  }
  // A moment later, who waits for the clock goes on.
  void tick() {
    env().advance(1us);
    for (Shard& shard : server().shards()) shard.on_clock();
    settle();
  }
  Shard& shard(ShardId id) { return server().shards()[id]; }
  Term term(ShardId id) { return shard(id).raft().term(); }

  void lock(NodeId client, std::string key, ShardId id, LockMode mode = LockMode::exclusive,
            Timestamp began = 1, std::uint64_t attempt = 1) {
    hear(client, LockAndRead{id, {client, 1, attempt}, {began, client}, std::move(key), mode});
  }
  Part part(ShardId id, const std::string& key, std::int64_t value) {
    return {id, term(id), {}, {Write{key, Change::append, value}}};
  }
  void commit(NodeId client, std::vector<Part> parts, std::uint64_t attempt = 1) {
    const ShardId first = parts.front().shard;
    hear(client, Commit{first, {client, 1, attempt}, std::move(parts)});
  }
  template <class M>
  std::size_t count() {
    return sent<M>().size();
  }
  Timestamp now() { return env().wall().time_since_epoch().count(); }
  void read(ShardId id, std::string key, Timestamp at) { hear(c2, ReadAt{id, at, {std::move(key)}, true}); }
};

}  // namespace

TEST_CASE("spanner: a leader serves once its lease is in the log, and not after its end") {
  One one;
  CHECK(one.shard(0).may_serve());
  one.lock(c1, "l0", 0);
  CHECK(one.count<Locked>() == 1);
  one.env().advance(601ms);
  CHECK_FALSE(one.shard(0).may_serve());
  one.lock(c1, "l0", 0);
  const auto refused = one.sent<Refused>();
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].message.reason == Reason::no_lease);
  one.env().fire<RoundDue>(one.server());
  one.settle();
  CHECK(one.shard(0).may_serve());
}

TEST_CASE("spanner: a new leader waits until the last lease has ended, unless it does not") {
  for (const bool safe : {true, false}) {
    One one(safe ? sim::BugSet{} : sim::BugSet{"spanner.lease-overlap"});
    one.restart();
    one.elect();
    CHECK(one.shard(0).may_serve() == !safe);
    one.env().advance(601ms);
    one.tick();
    CHECK(one.shard(0).may_serve() == safe);
  }
}

// Its predecessor may have read at any time of its lease, and nobody else knows.
TEST_CASE("spanner: a new leader gives out no timestamp of the last lease") {
  One one;
  const Timestamp end = one.shard(1).state().lease().end;
  one.restart();
  one.env().advance(601ms);
  one.elect();
  one.hear(c1, LockAndRead{1, {c1, 1, 1}, {1, c1}, "l1", LockMode::exclusive});
  one.hear(n1, Prepare{1, {c1, 1, 1}, 0, one.part(1, "l1", 7), {0, 1}});
  one.sync();
  const auto votes = one.sent<Prepared>();
  REQUIRE(votes.size() == 1);
  CHECK(votes[0].message.at > end);
}

TEST_CASE("spanner: a commit is answered when it is in the log and its timestamp has passed") {
  One one;
  one.lock(c1, "l0", 0);
  one.commit(c1, {one.part(0, "l0", 7)});
  one.tick();
  const auto committed = one.sent<Committed>();
  REQUIRE(committed.size() == 1);
  CHECK(committed[0].message.at < one.now());
  CHECK(one.shard(0).state().store().written_at("l0", one.now()) == committed[0].message.at);
  // Whoever asks again is told the same.
  one.commit(c1, {one.part(0, "l0", 7)});
  const auto again = one.sent<Committed>();
  REQUIRE(again.size() == 1);
  CHECK(again[0].message.at == committed[0].message.at);
}

TEST_CASE("spanner: without commit wait the answer comes before its time") {
  for (const bool safe : {true, false}) {
    One one(safe ? sim::BugSet{} : sim::BugSet{"spanner.no-commit-wait"});
    one.lock(c1, "l0", 0);
    one.commit(c1, {one.part(0, "l0", 7)});
    one.settle();
    CHECK(one.count<Committed>() == (safe ? 0 : 1));
  }
}

TEST_CASE("spanner: a commit without its locks will never be, and that is in the log") {
  One one;
  one.commit(c1, {one.part(0, "l0", 7)});
  CHECK(one.count<Refused>() == 0);
  one.settle();
  const auto refused = one.sent<Refused>();
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].message.reason == Reason::aborted);
  CHECK(one.shard(0).state().decision({c1, 1, 1}) == std::optional<Timestamp>(0));
}

TEST_CASE("spanner: locks of another term are none") {
  One one;
  one.lock(c1, "l0", 0);
  Part part = one.part(0, "l0", 7);
  ++part.term;
  one.commit(c1, {part});
  one.tick();
  CHECK(one.count<Committed>() == 0);
  CHECK(one.count<Refused>() == 1);
}

TEST_CASE("spanner: of several shards, all have it at one timestamp that none prepared after") {
  for (const bool safe : {true, false}) {
    One one(safe ? sim::BugSet{} : sim::BugSet{"spanner.ignore-prepare-ts"});
    // Shard 1 has promised a snapshot of the near future.
    const Timestamp promised = one.now() + 1'000'000;
    one.read(1, "l1", promised);
    one.lock(c1, "l0", 0);
    one.lock(c1, "l1", 1);
    one.commit(c1, {one.part(0, "l0", 7), one.part(1, "l1", 7)});
    one.settle();
    one.env().advance(2ms);
    one.tick();
    const auto committed = one.sent<Committed>();
    REQUIRE(committed.size() == 1);
    const Timestamp at = committed[0].message.at;
    CHECK((at > promised) == safe);
    CHECK(one.shard(0).state().store().written_at("l0", one.now()) == at);
    CHECK(one.shard(1).state().store().written_at("l1", one.now()) == at);
    CHECK(one.shard(1).state().prepared().empty());
  }
}

TEST_CASE("spanner: a snapshot waits for what is prepared at or before it") {
  for (const bool safe : {true, false}) {
    One one(safe ? sim::BugSet{} : sim::BugSet{"spanner.tsafe-ignores-prepared"});
    one.hear(c1, LockAndRead{1, {c1, 1, 1}, {1, c1}, "l1", LockMode::exclusive});
    one.hear(n1, Prepare{1, {c1, 1, 1}, 0, one.part(1, "l1", 7), {0, 1}});
    one.sync();
    const auto votes = one.sent<Prepared>();
    REQUIRE(votes.size() == 1);
    CHECK(votes[0].message.at > 0);
    one.read(1, "l1", votes[0].message.at - 1);
    CHECK(one.count<ReadThen>() == 1);
    one.read(1, "l1", one.now());
    CHECK(one.count<ReadThen>() == (safe ? 0 : 1));
    one.hear(n1, Decided{1, {c1, 1, 1}, 0, one.now()});
    one.sync();
    one.tick();
    CHECK(one.count<ReadThen>() == (safe ? 1 : 0));
  }
}

TEST_CASE("spanner: a participant without the locks says no, and the others are told") {
  One one;
  one.lock(c1, "l0", 0);
  one.commit(c1, {one.part(0, "l0", 7), one.part(1, "l1", 7)});
  one.tick();
  CHECK(one.count<Committed>() == 0);
  CHECK(one.count<Refused>() == 1);
  CHECK(one.shard(0).state().store().read_latest("l0").is_null());
  one.lock(c2, "l0", 0);
  CHECK(one.count<Locked>() == 2);  // both: nothing is held any more
}

TEST_CASE("spanner: nobody knows of a coordinator that is gone, so the transaction is aborted") {
  One one;
  one.hear(c1, LockAndRead{1, {c1, 1, 1}, {1, c1}, "l1", LockMode::exclusive});
  one.hear(n1, Prepare{1, {c1, 1, 1}, 0, one.part(1, "l1", 7), {0, 1}});
  one.settle();
  CHECK(one.shard(0).state().decision({c1, 1, 1}) == std::optional<Timestamp>(0));
  CHECK(one.shard(1).state().prepared().empty());
  CHECK(one.shard(1).state().store().read_latest("l1").is_null());
  // And too late is too late.
  one.lock(c1, "l0", 0);
  one.commit(c1, {one.part(0, "l0", 7), one.part(1, "l1", 7)});
  one.tick();
  CHECK(one.count<Committed>() == 0);
}

TEST_CASE("spanner: who is older wounds, and the wounded cannot commit") {
  One one;
  one.lock(c1, "l0", 0, LockMode::exclusive, 20);
  one.lock(c2, "l0", 0, LockMode::exclusive, 10);
  CHECK(one.count<Locked>() == 2);
  one.commit(c1, {one.part(0, "l0", 7)});
  one.tick();
  CHECK(one.count<Committed>() == 0);
  one.commit(c2, {one.part(0, "l0", 8)});
  one.tick();
  CHECK(one.count<Committed>() == 1);
}

TEST_CASE("spanner: what is prepared keeps its locks across a restart, and all else loses them") {
  One one;
  one.lock(c1, "l1", 1);
  one.hear(n1, Prepare{1, {c1, 1, 1}, 0, one.part(1, "l1", 7), {0, 1}});
  one.sync();
  one.lock(c2, "l3", 1);
  one.restart();
  one.env().advance(700ms);
  one.elect();
  one.env().forget_sent();
  one.lock(c2, "l1", 1, LockMode::exclusive, 1, 2);
  CHECK(one.count<Locked>() == 0);
  one.hear(n1, Decided{1, {c1, 1, 1}, 0, one.now()});
  one.settle();
  CHECK(one.count<Locked>() == 1);
}

TEST_CASE("spanner: a transaction whose client falls silent is aborted") {
  One one;
  one.lock(c1, "l0", 0);
  one.env().advance(900ms);
  one.hear(c1, KeepAlive{0, {c1, 1, 1}});
  one.env().advance(900ms);
  one.env().fire<RoundDue>(one.server());
  one.settle();
  one.env().forget_sent();
  one.lock(c2, "l0", 0, LockMode::exclusive, 2);
  CHECK(one.count<Locked>() == 0);
  one.env().advance(200ms);
  one.env().fire<RoundDue>(one.server());
  CHECK(one.count<Locked>() == 1);
}

TEST_CASE("spanner: a read of the present is not answered before what it sees has passed") {
  One one;
  one.lock(c1, "l0", 0);
  one.commit(c1, {one.part(0, "l0", 7)});
  one.settle();
  one.read(0, "l0", one.now());
  CHECK(one.count<ReadThen>() == 0);
  one.tick();
  const auto then = one.sent<ReadThen>();
  REQUIRE(then.size() == 1);
  REQUIRE(then[0].message.values.size() == 1);
  CHECK(then[0].message.values[0] == sim::Value(sim::ValueList{sim::Value(7)}));
}

}  // namespace lightcone::tests
