// One server of the quorum store, without a simulation: what it answers, and when.
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "models/dynamo/server.hpp"
#include "tests/models/one_server.hpp"

namespace lightcone::tests {

namespace {

using namespace models::dynamo;

constexpr NodeId n1{0}, n2{1}, n3{2}, client{9};

Parameters three() {
  Parameters parameters;
  parameters.servers = 3;
  return parameters;
}

Version version(std::int64_t counter, std::int64_t value) {
  return {{counter, 7, 70}, sim::Value(value), false, {}, {}};
}

// Server n1 of three, each of which owns every key.
class One : public OneServer<Server, Parameters> {
 public:
  explicit One(sim::BugSet bugs = {}, const Parameters& parameters = three())
      : OneServer(n1, parameters, std::move(bugs), {n1, n2, n3}) {}
  const Store& store() const { return server().replica().store(); }

  // A put of this client, in its connection; the request's number.
  RequestId put(std::int64_t value) {
    hear(client, Put{connection_, ++number_, "k", sim::Value(value), false, {}});
    if (connection_ == 0) {
      const auto reconnect = sent<Reconnect>();
      REQUIRE(reconnect.size() == 1);
      connection_ = reconnect[0].message.connection;
      hear(client, Put{connection_, ++number_, "k", sim::Value(value), false, {}});
    }
    const auto asked = sent<RGet>();
    REQUIRE(asked.size() == 3);
    return asked[0].message.request;
  }
  void put_again() { hear(client, Put{connection_, number_, "k", sim::Value(1), false, {}}); }
  RequestId get() {
    hear(client, Get{"k"});
    const auto asked = sent<RGet>();
    REQUIRE(asked.size() == 3);
    return asked[0].message.request;
  }

 private:
  std::uint64_t connection_ = 0;
  std::uint64_t number_ = 0;
};

}  // namespace

TEST_CASE("dynamo: a replica acknowledges and shows only what is durable") {
  One one;
  one.hear(n2, RPut{5, "k", version(1, 10)});
  one.hear(n2, RGet{6, "k"});
  CHECK(one.sent<RPutDone>().empty());
  CHECK_FALSE(one.sent<RGot>().at(0).message.version.is_written());
  one.sync();
  REQUIRE(one.sent<RPutDone>().size() == 1);
  one.hear(n2, RGet{7, "k"});
  CHECK(one.sent<RGot>().at(0).message.version.value == sim::Value(10));
}

TEST_CASE("dynamo: an older version changes nothing, and is acknowledged at once") {
  One one;
  one.hear(n2, RPut{5, "k", version(2, 20)});
  one.sync();
  one.hear(n3, RPut{6, "k", version(1, 10)});
  CHECK(one.sent<RPutDone>().size() == 2);
  CHECK(one.env().pending_syncs() == 0);
  CHECK(one.store().find("k").value == sim::Value(20));
}

TEST_CASE("dynamo: a write takes a timestamp above all that a quorum knows") {
  One one;
  const RequestId request = one.put(1);
  one.hear(n1, RGot{request, version(4, 40), 0});
  CHECK(one.sent<RPut>().empty());
  one.hear(n2, RGot{request, version(9, 90), 0});
  const auto stored = one.sent<RPut>();
  REQUIRE(stored.size() == 3);
  CHECK(stored[0].message.version.tag.counter == 10);
  CHECK(stored[0].message.version.tag.writer == n1.index);
}

TEST_CASE("dynamo: a write stays above tombstones that were forgotten") {
  One one;
  const RequestId request = one.put(1);
  one.hear(n1, RGot{request, {}, 0});
  one.hear(n2, RGot{request, {}, 12});
  CHECK(one.sent<RPut>().at(0).message.version.tag.counter == 13);
}

TEST_CASE("dynamo: a success takes distinct replicas, unless the safeguard is off") {
  for (const bool counts_twice : {false, true}) {
    One one(counts_twice ? sim::BugSet{"dynamo.count-duplicate-acks"} : sim::BugSet{});
    const RequestId request = one.put(1);
    one.hear(n2, RGot{request, {}, 0});
    one.hear(n3, RGot{request, {}, 0});
    one.hear(n2, RPutDone{request});
    one.hear(n2, RPutDone{request});
    CHECK(one.sent<Written>().size() == (counts_twice ? 1 : 0));
    one.hear(n3, RPutDone{request});
    CHECK(one.sent<Written>().size() == (counts_twice ? 0 : 1));
  }
}

TEST_CASE("dynamo: a read that finds owners apart writes back before it answers") {
  for (const bool writes_back : {true, false}) {
    One one(writes_back ? sim::BugSet{} : sim::BugSet{"dynamo.no-write-back"});
    const RequestId request = one.get();
    one.hear(n1, RGot{request, version(3, 30), 0});
    one.hear(n2, RGot{request, version(2, 20), 0});
    CHECK(one.sent<Got>().size() == (writes_back ? 0 : 1));
    const auto back = one.sent<RPut>();
    REQUIRE(back.size() == (writes_back ? 2 : 0));
    if (!writes_back) continue;
    CHECK(back[0].message.version.tag == version(3, 30).tag);
    one.hear(n3, RPutDone{request});
    CHECK(one.sent<Got>().at(0).message.version.value == sim::Value(30));
  }
}

TEST_CASE("dynamo: a read whose quorum agrees takes one round") {
  One one;
  const RequestId request = one.get();
  one.hear(n1, RGot{request, version(3, 30), 0});
  one.hear(n2, RGot{request, version(3, 30), 0});
  CHECK(one.sent<Got>().size() == 1);
  CHECK(one.sent<RPut>().empty());
}

TEST_CASE("dynamo: a put that the network doubles is one put") {
  One one;
  one.put(1);
  one.put_again();
  CHECK(one.sent<RGet>().empty());
}

TEST_CASE("dynamo: without a quorum a read is refused, and a write is unsure once it may have begun") {
  One one;
  one.get();
  one.env().fire<DeadlinePassed>(one.server());
  CHECK(one.sent<Refused>().size() == 1);
  const RequestId request = one.put(1);
  one.env().fire<DeadlinePassed>(one.server());
  CHECK(one.sent<Refused>().size() == 1);
  const RequestId next = one.put(2);
  CHECK(next != request);
  one.hear(n2, RGot{next, {}, 0});
  one.hear(n3, RGot{next, {}, 0});
  one.env().fire<DeadlinePassed>(one.server());
  CHECK(one.sent<Unsure>().size() == 1);
  CHECK(one.server().coordinator().open_requests() == 0);
}

TEST_CASE("dynamo: a hint survives a power failure and is kept until its owner has taken it") {
  for (const bool durable : {true, false}) {
    One one(durable ? sim::BugSet{} : sim::BugSet{"dynamo.volatile-hints"});
    one.hear(n2, Hint{5, n3, {"k", version(1, 10)}});
    CHECK(one.sent<HintKept>().size() == (durable ? 0 : 1));
    one.sync();
    one.restart_after_power_loss();
    REQUIRE(one.store().hints().size() == (durable ? 1 : 0));
    if (!durable) continue;
    one.env().fire<HandOffDue>(one.server());
    const auto handed = one.sent<HandOff>();
    REQUIRE(handed.size() == 1);
    CHECK(handed[0].to == n3);
    CHECK(one.store().hints().size() == 1);
    one.hear(n3, HandedOver{handed[0].message.hint});
    one.sync();
    CHECK(one.store().hints().empty());
  }
}

TEST_CASE(
    "dynamo: what a crash left in the page cache is neither acknowledged nor shown before it is synced") {
  One one;
  one.hear(n2, RPut{5, "k", version(1, 10)});
  one.restart();
  one.hear(n2, RPut{6, "k", version(1, 10)});
  one.hear(n2, RGet{7, "k"});
  one.hear(n2, MerkleRoot{1});
  one.hear(n2, CopyRequest{1});
  CHECK(one.sent<RPutDone>().empty());
  CHECK(one.sent<RGot>().empty());
  CHECK(one.sent<MerkleNodes>().empty());
  CHECK(one.sent<Copy>().empty());
  one.sync();
  CHECK(one.sent<RPutDone>().size() == 1);
  one.restart_after_power_loss();
  one.hear(n2, RGet{8, "k"});
  CHECK(one.sent<RGot>().at(0).message.version.value == sim::Value(10));
}

TEST_CASE("dynamo: a hint that is old is dropped, but one that counts goes to any owner first") {
  for (const bool counts : {false, true}) {
    Parameters parameters = three();
    parameters.sloppy = counts;
    One one({}, parameters);
    one.hear(n2, Hint{5, n3, {"k", version(1, 10)}});
    one.sync();
    one.env().advance(parameters.hint_ttl * 2);
    one.env().fire<HandOffDue>(one.server());
    one.sync();
    const auto handed = one.sent<HandOff>();
    CHECK(handed.size() == (counts ? 3 : 0));
    CHECK(one.store().hints().size() == (counts ? 1 : 0));
    if (!counts) continue;
    one.hear(n2, HandedOver{handed[0].message.hint});
    one.sync();
    CHECK(one.store().hints().empty());
  }
}

TEST_CASE("dynamo: who lost its disk is silent towards readers until all others' copies are here") {
  One one;
  one.hear(n2, RPut{5, "k", version(1, 10)});
  one.sync();
  one.env().disk().wipe();
  one.restart_after_power_loss();
  CHECK(one.sent<CopyRequest>().empty());  // writes that count on the lost disk may still be under way
  one.env().fire<CopyDue>(one.server());
  const auto asked = one.sent<CopyRequest>();
  REQUIRE(asked.size() == 2);
  one.hear(n2, RGet{6, "k"});
  CHECK(one.sent<RGot>().empty());
  one.hear(n2, Copy{asked[0].message.attempt, {{"k", version(1, 10)}}, 0});
  one.sync();
  one.hear(n2, RGet{7, "k"});
  CHECK(one.sent<RGot>().empty());
  one.hear(n3, Copy{asked[0].message.attempt, {}, 0});
  one.sync();
  one.hear(n2, RGet{8, "k"});
  CHECK(one.sent<RGot>().at(0).message.version.value == sim::Value(10));
}

TEST_CASE("dynamo: a tombstone is forgotten when it is old and every other owner has it") {
  One one;
  Version tombstone{{2, 7, 70}, {}, true, one.env().wall(), {}};
  one.hear(n2, RPut{5, "k", tombstone});
  one.sync();
  const auto collect = [&] {
    one.env().fire<AntiEntropyDue>(one.server());
    one.sync();
    return !one.store().find("k").is_written();
  };
  one.env().advance(three().tombstone_grace * 2);
  CHECK_FALSE(collect());
  for (const NodeId peer : {n2, n3}) {
    CHECK_FALSE(collect());
    one.hear(peer, MerkleRoot{one.sent<MerkleRoot>().at(0).message.root});
    REQUIRE(one.sent<MerkleEqual>().size() == 1);
  }
  CHECK(collect());
  CHECK(one.store().collected() == 2);
}

TEST_CASE("dynamo: owners that differ exchange what is in the leaves that differ") {
  One one;
  one.hear(n2, RPut{5, "mine", version(3, 30)});
  one.hear(n2, RPut{6, "theirs", version(1, 10)});
  one.sync();
  one.hear(n2, MerkleRoot{1});
  const auto nodes = one.sent<MerkleNodes>();
  REQUIRE(nodes.size() == 1);
  SyncKeys sync;
  for (std::uint64_t leaf = 0; leaf < nodes[0].message.leaves.size(); ++leaf) sync.leaves.push_back(leaf);
  sync.entries = {{"theirs", version(2, 20)}};
  one.hear(n2, sync);
  one.sync();
  CHECK(one.store().find("theirs").value == sim::Value(20));
  const auto answer = one.sent<SyncedKeys>();
  REQUIRE(answer.size() == 1);
  REQUIRE(answer[0].message.entries.size() == 1);
  CHECK(answer[0].message.entries[0].key == "mine");
}

}  // namespace lightcone::tests
