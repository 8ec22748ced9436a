// One server of a store whose versions have dots, without a simulation; and what the monitors know of which
// write had seen which.
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "models/dynamo/causality.hpp"
#include "models/dynamo/server.hpp"
#include "tests/models/one_server.hpp"

namespace lightcone::tests {

namespace {

using namespace models::dynamo;

constexpr NodeId n1{0}, n2{1}, n3{2}, n4{3}, n5{4}, client{9};

Parameters five() {
  Parameters parameters;
  parameters.conflict = Conflict::dvv;
  parameters.sloppy = true;
  parameters.read_repair = ReadRepair::async;
  return parameters;
}

// Server n1, and the key's walk of the ring.
class Store5 : public OneServer<Server, Parameters> {
 public:
  explicit Store5(sim::BugSet bugs = {}) : OneServer(n1, five(), std::move(bugs), {n1, n2, n3, n4, n5}) {}
  void lose_disk() {
    end();
    env().disk().wipe();
    env().lose_power();
    start();
    sync();
  }
  Version held(const std::string& key) const { return server().replica().store().find(key); }

  // A write is taken here, for an owner or as one, and durable; the state that the coordinator is told.
  Version take(RequestId request, const std::string& key, int value, Context context = {},
               NodeId stands_for = sim::no_node) {
    hear(n2, AskToTake{request});
    const auto willing = sent<WillTake>();
    REQUIRE(willing.size() == 1);
    const Take take{request,
                    willing[0].message.connection,
                    key,
                    {request, sim::Value(value), false, {}},
                    std::move(context),
                    stands_for};
    hear(n2, take);
    hear(n2, take);  // doubled by the network
    CHECK(sent<Taken>().empty());
    sync();
    const auto taken = sent<Taken>();
    REQUIRE(taken.size() == 1);
    return taken[0].message.version;
  }
  // A put of a client, up to the question who takes it.
  RequestId put(const std::string& key, WriteId write) {
    CausalPut put{connection_, ++number_, key, sim::Value(1), false, {}, write};
    hear(client, put);
    if (connection_ == 0) {
      connection_ = sent<Reconnect>().at(0).message.connection;
      put.connection = connection_;
      put.number = ++number_;
      hear(client, put);
    }
    asked_ = sent<AskToTake>();
    REQUIRE(asked_.size() == 3);
    return asked_[0].message.request;
  }
  std::vector<NodeId> walk(const std::string& key) const { return server().ring().walk(key); }

 private:
  std::uint64_t connection_ = 0;
  std::uint64_t number_ = 0;
  std::vector<FakeEnv::Sent<AskToTake>> asked_;
};

}  // namespace

TEST_CASE("dynamo: a replica that takes writes keeps those that had not read each other") {
  Store5 store;
  const Version first = store.take(1, "k", 10);
  const Version both = store.take(2, "k", 20);
  CHECK(both.siblings.all.size() == 2);
  const Version settled = store.take(3, "k", 30, both.siblings.context());
  CHECK(writes_in(settled) == std::vector<WriteId>{3});
  CHECK(covers(settled, first));
  CHECK(hash_of("k", store.held("k")) == hash_of("k", settled));
}

TEST_CASE(
    "dynamo: with plain version vectors the second of two writes through one server replaces the first") {
  Store5 store({"dynamo.false-dominance"});
  store.take(1, "k", 10);
  CHECK(writes_in(store.take(2, "k", 20)) == std::vector<WriteId>{2});
}

TEST_CASE("dynamo: two writes that are not durable yet get different dots") {
  Store5 store;
  store.hear(n2, AskToTake{1});
  const std::uint64_t connection = store.sent<WillTake>().at(0).message.connection;
  for (const RequestId request : {1U, 2U})
    store.hear(n2, Take{request, connection, "k", {request, sim::Value(1), false, {}}, {}, sim::no_node});
  store.sync();
  const auto taken = store.sent<Taken>();
  REQUIRE(taken.size() == 2);
  CHECK(taken[1].message.version.siblings.all.size() == 2);
}

TEST_CASE("dynamo: whoever lost its disk takes writes under a new name, unless the safeguard is off") {
  for (const bool repeats : {false, true}) {
    Store5 store(repeats ? sim::BugSet{"dynamo.dot-counter-reset"} : sim::BugSet{});
    Version before;
    for (RequestId request = 1; request <= 5; ++request)
      before = store.take(request, "k", 1, before.siblings.context());
    store.lose_disk();
    CHECK(covers(before, store.take(6, "k", 6)) == repeats);
  }
}

TEST_CASE("dynamo: a stand-in keeps what it takes as a hint for the owner") {
  Store5 store;
  store.take(1, "k", 10, {}, n3);
  CHECK_FALSE(store.held("k").is_written());
  store.env().fire<HandOffDue>(store.server());
  const auto handed = store.sent<HandOff>();
  REQUIRE(handed.size() == 1);
  CHECK(handed[0].to == n3);
  CHECK(writes_in(handed[0].message.entry.version) == std::vector<WriteId>{1});
}

TEST_CASE("dynamo: an incarnation does not take what was meant for the one before") {
  Store5 store;
  store.hear(n2, AskToTake{1});
  const std::uint64_t connection = store.sent<WillTake>().at(0).message.connection;
  store.lose_disk();
  store.hear(n2, Take{1, connection, "k", {1, sim::Value(1), false, {}}, {}, sim::no_node});
  store.sync();
  CHECK(store.sent<Taken>().empty());
}

TEST_CASE("dynamo: the first replica that answers takes a put, and nobody else") {
  Store5 store;
  const RequestId request = store.put("k", 77);
  const NodeId owner = store.walk("k").at(1);
  store.hear(owner, WillTake{request, 5});
  store.hear(store.walk("k").at(2), WillTake{request, 6});
  const auto takes = store.sent<Take>();
  REQUIRE(takes.size() == 1);
  CHECK(takes[0].to == owner);
  CHECK(takes[0].message.connection == 5);
  CHECK(takes[0].message.stands_for == sim::no_node);

  Version version;
  version.siblings.put({owner, 1}, {}, takes[0].message.content, models::parts::versions::Clocks::dotted);
  store.hear(owner, Taken{request, version});
  CHECK(store.sent<CausalWritten>().empty());
  const auto copies = store.sent<RPut>();
  CHECK(copies.size() == 2);
  store.hear(copies.at(0).to, RPutDone{request});
  REQUIRE(store.sent<CausalWritten>().size() == 1);
  CHECK(store.server().coordinator().latest().write == 77);
}

TEST_CASE("dynamo: when the owners are late a stand-in may take a put, and who sent it is unsure") {
  Store5 store;
  const RequestId request = store.put("k", 77);
  store.env().fire<OwnersAreLate>(store.server());
  const auto asked = store.sent<AskToTake>();
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].to == store.walk("k").at(3));
  store.hear(asked[0].to, WillTake{request, 5});
  CHECK(store.sent<Take>().at(0).message.stands_for == store.walk("k").at(0));
  store.env().fire<DeadlinePassed>(store.server());
  CHECK(store.sent<Unsure>().size() == 1);
}

TEST_CASE("dynamo: a version prints and weighs what it has, a timestamp or siblings") {
  const Version stamped{{3, 1, 2}, sim::Value(7), false, {}, {}};
  CHECK(words(stamped) == "(3, 1)");
  CHECK(sim::bytes_on_wire(stamped) == 24 + 9 + 1 + 8);
  Version dotted;
  dotted.siblings.put({n3, 1}, {}, {5, sim::Value(7), false, {}}, models::parts::versions::Clocks::dotted);
  CHECK(words(dotted) == "(2, 1)");
  CHECK(sim::bytes_on_wire(dotted) > sim::bytes_on_wire(Version{}));
  CHECK(dotted.values() == std::vector<sim::Value>{sim::Value(7)});
}

TEST_CASE("dynamo: which write had seen which is followed through the writes between") {
  Causality causality;
  causality.begin(1, {});
  causality.begin(2, {1});
  causality.begin(3, {2});
  causality.begin(4, {1});
  CHECK(causality.precedes(1, 3));
  CHECK_FALSE(causality.precedes(3, 1));
  CHECK_FALSE(causality.precedes(2, 4));
  CHECK_FALSE(causality.precedes(2, 2));
  CHECK(causality.is_covered(2, {3}));
  CHECK_FALSE(causality.is_covered(2, {4}));
  CHECK(causality.read_the_same(2, 4));
  CHECK_FALSE(causality.read_the_same(2, 3));
  CHECK_FALSE(causality.read_the_same(2, 2));
}

}  // namespace lightcone::tests
