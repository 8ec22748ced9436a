// One server of the profile hlc that has all shards for itself, without a simulation: as leaseholder it is
// asked directly, as a gateway by a client.
#include <catch2/catch.hpp>
#include <vector>

#include "models/spanner/hlc/server.hpp"
#include "tests/models/one_server.hpp"

namespace lightcone::tests {

namespace {

using namespace models::spanner;
using namespace std::chrono_literals;
using hlc::Conflict;
using hlc::Laid;
using hlc::PushKind;
using hlc::Recorded;
using hlc::Status;
using hlc::Uncertain;
using hlc::Values;

constexpr NodeId n1{0}, g1{5}, c1{8}, c2{9};

Parameters two_shards() {
  Parameters parameters;
  parameters.servers = 1;
  parameters.shards = 2;
  parameters.order = Order::hybrid;
  return parameters;
}

TransactionId id(NodeId client, std::uint64_t attempt = 1) { return {client, 1, attempt}; }

class One : public OneServer<hlc::Server, Parameters> {
 public:
  explicit One(sim::BugSet bugs = {}) : OneServer(n1, two_shards(), std::move(bugs), {n1}) { elect(); }

  void elect() {
    for (std::int64_t i = 0; i < parameters().shards; ++i) {
      env().fire<models::parts::raft::ElectionTimedOut>(server());
      settle();
    }
    round();
    env().forget_sent();
  }
  void settle() {
    for (int i = 0; i < 8; ++i) {
      sync();
      for (const auto& vote : sent<models::parts::raft::Voted>()) hear(n1, vote.message);
    }
  }
  void round() {
    env().fire<hlc::LookDue>(server());
    settle();
  }
  Timestamp now() { return env().wall().time_since_epoch().count(); }
  hlc::Replica& replica(ShardId shard) { return server().replicas()[shard]; }

  void read(const TransactionId& who, std::string key, Timestamp at, Timestamp limit = 0,
            std::vector<TransactionId> passed = {}) {
    hlc::Read read;
    read.id = who;
    read.at = at;
    read.limit = limit;
    read.keys = {std::move(key)};
    read.passed = std::move(passed);
    hear(g1, read);
    settle();
  }
  void lay(const TransactionId& who, std::string key, Timestamp at, Timestamp began = 1) {
    hlc::Intent intent;
    intent.id = who;
    intent.age = {began, who.client};
    intent.at = at;
    intent.writes = {Write{std::move(key), Change::put, 7}};
    hear(g1, intent);
    settle();
  }
  void end(const TransactionId& who, Timestamp at) {
    hear(g1, hlc::EndTransaction{0, 0, who, at, {0}});
    settle();
  }
  void push(const TransactionId& who, PushKind kind, Timestamp at = 0, Timestamp began = 2) {
    hear(g1, hlc::Push{0, 0, who, kind, at, {began, c2}});
    settle();
  }
  // The one answer since the last question.
  template <class M>
  M only() {
    const auto all = sent<M>();
    REQUIRE(all.size() == 1);
    return all[0].message;
  }
};

}  // namespace

TEST_CASE(
    "spanner hlc: a write goes above what was read, and a refresh by its own transaction sees no change") {
  One one;
  const Timestamp at = one.now();
  one.read(id(c2), "x", at);
  CHECK(one.only<Values>().values == std::vector<sim::Value>{{}});
  one.read(id(c1), "x", at - 5);
  one.env().forget_sent();
  one.lay(id(c1), "x", at - 5);
  CHECK(one.only<Laid>().at == at + 1);
  one.hear(g1, hlc::Refresh{0, 0, id(c1), at - 5, at + 1, {"x"}});
  one.settle();
  one.only<hlc::Refreshed>();
}

TEST_CASE("spanner hlc: a refresh sees what another wrote or is about to write meanwhile") {
  One one;
  const Timestamp at = one.now();
  one.lay(id(c2), "x", at);
  one.env().forget_sent();
  const hlc::Refresh refresh{0, 0, id(c1), at - 5, at + 5, {"x"}};
  one.hear(g1, refresh);
  one.settle();
  one.only<hlc::Changed>();
  one.end(id(c2), at);
  one.hear(g1, refresh);
  one.settle();
  one.only<hlc::Changed>();
  one.hear(g1, hlc::Refresh{0, 0, id(c1), at, at + 5, {"x"}});
  one.settle();
  one.only<hlc::Refreshed>();
}

TEST_CASE(
    "spanner hlc: what may have been there before the read began is uncertain, unless it does not care") {
  for (const bool safe : {true, false}) {
    One one(safe ? sim::BugSet{} : sim::BugSet{"spanner.no-uncertainty-restart"});
    const Timestamp at = one.now();
    one.lay(id(c2), "x", at);
    one.end(id(c2), at);
    one.env().forget_sent();
    one.read(id(c1), "x", at - 10, at + 90);
    if (safe) {
      CHECK(one.only<Uncertain>().at == at);
      one.read(id(c1), "x", at - 10, at - 1);  // it was certainly later
    }
    CHECK(one.only<Values>().values == std::vector<sim::Value>{{}});
    one.read(id(c1), "x", at, at + 90);
    CHECK(one.only<Values>().written == std::vector<Timestamp>{at});
  }
}

TEST_CASE("spanner hlc: a read that meets an intent pushes it beyond, and then passes it") {
  One one;
  const Timestamp at = one.now();
  one.lay(id(c2), "x", at);
  one.env().forget_sent();
  one.read(id(c1), "x", at + 5, at + 90);
  CHECK(one.only<Conflict>().with == id(c2));
  one.push(id(c2), PushKind::timestamp, at + 5);
  const Recorded pushed = one.only<Recorded>();
  CHECK(pushed.standing.status == Status::pending);
  CHECK(pushed.standing.at == at + 6);
  one.read(id(c1), "x", at + 5, at + 90, {id(c2)});
  CHECK(one.only<Values>().values == std::vector<sim::Value>{{}});
  one.end(id(c2), at);
  CHECK(one.only<Recorded>().standing.status == Status::pending);
  one.end(id(c2), at + 6);
  CHECK(one.only<Recorded>().standing.status == Status::committed);
}

TEST_CASE(
    "spanner hlc: a younger writer waits, an older one aborts, and whoever is silent is aborted by all") {
  One one;
  const Timestamp at = one.now();
  one.lay(id(c1), "x", at, 10);
  one.env().forget_sent();
  one.push(id(c1), PushKind::abort, 0, 11);
  CHECK(one.only<Recorded>().standing.status == Status::pending);
  one.env().advance(900ms);
  one.hear(g1, hlc::Heartbeat{0, 0, id(c1)});
  one.env().advance(900ms);
  one.env().forget_sent();
  one.push(id(c1), PushKind::abort, 0, 11);
  CHECK(one.only<Recorded>().standing.status == Status::pending);
  one.env().advance(200ms);
  one.push(id(c1), PushKind::abort, 0, 11);
  CHECK(one.only<Recorded>().standing.status == Status::aborted);
  CHECK(one.replica(0).state().intents().empty());

  one.lay(id(c2), "x", one.now(), 10);
  one.env().forget_sent();
  one.push(id(c2), PushKind::abort, 0, 9);
  CHECK(one.only<Recorded>().standing.status == Status::aborted);
}

TEST_CASE("spanner hlc: a write waits for the intents of another that are on their way into the log") {
  One one;
  const Timestamp at = one.now();
  hlc::Intent first;
  first.id = id(c1);
  first.at = at;
  first.writes = {Write{"x", Change::put, 1}};
  hlc::Intent second = first;
  second.id = id(c2);
  one.hear(g1, first);
  one.hear(g1, second);
  CHECK(one.sent<Conflict>().empty());
  one.settle();
  one.only<Laid>();
  CHECK(one.only<Conflict>().with == id(c1));
}

TEST_CASE("spanner hlc: a new lease begins when the last is over, above all that was read in it") {
  for (const bool safe : {true, false}) {
    One one(safe ? sim::BugSet{} : sim::BugSet{"spanner.tscache-lost"});
    const Timestamp at = one.now() + 1'000'000;
    one.read(id(c2), "x", at);
    const Timestamp end = one.replica(0).state().lease().end;
    one.restart();
    one.env().fire<models::parts::raft::ElectionTimedOut>(one.server());
    one.settle();
    one.env().fire<models::parts::raft::ElectionTimedOut>(one.server());
    one.settle();
    one.round();
    CHECK_FALSE(one.replica(0).may_serve());
    one.env().advance(601ms);
    one.round();
    REQUIRE(one.replica(0).may_serve());
    one.env().forget_sent();
    one.lay(id(c1), "x", at - 10);
    CHECK((one.only<Laid>().at > end) == safe);
  }
}

TEST_CASE("spanner hlc: nobody reads beyond the end of the lease before it is extended") {
  One one;
  const Timestamp far = one.replica(0).state().lease().end + 5;
  hlc::Read read;
  read.id = id(c1);
  read.at = far;
  read.keys = {"x"};
  one.hear(g1, read);
  CHECK(one.sent<Values>().empty());
  one.settle();
  one.only<Values>();
  CHECK(one.replica(0).state().lease().end > far);
}

TEST_CASE("spanner hlc: a transaction that its client settles never commits afterwards, or has committed") {
  One one;
  const Timestamp at = one.now();
  one.lay(id(c1), "x", at);
  one.env().forget_sent();
  one.push(id(c1), PushKind::settle);
  CHECK(one.only<Recorded>().standing.status == Status::aborted);
  one.end(id(c1), at);
  CHECK(one.only<Recorded>().standing.status == Status::aborted);
  one.lay(id(c1, 2), "x", at);
  one.end(id(c1, 2), one.only<Laid>().at);
  one.env().forget_sent();
  one.push(id(c1, 2), PushKind::settle);
  CHECK(one.only<Recorded>().standing.status == Status::committed);
  one.push(id(c1, 3), PushKind::settle);  // it has not begun
  CHECK(one.only<Recorded>().standing.status == Status::aborted);
  one.lay(id(c1, 3), "x", one.now());
  CHECK(one.only<Refused>().reason == Reason::aborted);
}

// It may be a late copy, and its first have committed: only the record knows.
TEST_CASE(
    "spanner hlc: a gateway that has forgotten what a transaction read asks its record, and refuses "
    "nothing") {
  One one;
  hlc::WriteAndCommit commit;
  commit.id = id(c1);
  commit.parts = {{1, {Write{"y", Change::put, 1}}}};
  commit.goes_on = true;
  one.hear(c1, commit);
  one.env().stories().run_ready();
  CHECK(one.sent<Refused>().empty());
  const auto pushed = one.only<hlc::Push>();
  CHECK(pushed.shard == 1);
  CHECK(pushed.id == id(c1));
  CHECK(pushed.kind == PushKind::settle);
}

TEST_CASE("spanner hlc: a gateway lays the anchor's intents first, and none for a late copy") {
  One one;
  hlc::WriteAndCommit commit;
  commit.id = id(c1);
  commit.parts = {{1, {Write{"y", Change::put, 1}}}, {0, {Write{"x", Change::put, 1}}}};
  for (int i = 0; i < 2; ++i) {
    one.hear(c1, commit);
    one.env().stories().run_ready();
  }
  const auto intent = one.only<hlc::Intent>();
  CHECK(intent.shard == 1);
  CHECK(intent.anchor == 1);
}

TEST_CASE("spanner hlc: a lease that is handed over ends with what was read, and no reads come after that") {
  One one;
  const Timestamp at = one.now() + 3'000'000;
  one.read(id(c1), "x", at);
  one.env().forget_sent();
  CHECK_FALSE(one.replica(0).transfer(n1));
  CHECK(one.replica(0).transfer(g1));
  one.read(id(c2), "x", at + 5);
  CHECK(one.only<Refused>().reason == Reason::no_lease);
  CHECK(one.replica(0).state().lease().end == at);
}

}  // namespace lightcone::tests
