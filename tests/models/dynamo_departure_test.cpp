// One server of four while another leaves or is removed, without a simulation: what is streamed to whom, who
// waits for whom, and who is told what.
#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "models/dynamo/server.hpp"
#include "tests/models/one_server.hpp"

namespace lightcone::tests {

namespace {

using namespace models::dynamo;
using models::parts::gossip::Member;

constexpr NodeId n1{0}, n2{1}, n3{2}, n4{3}, client{9};

Parameters all_four() {
  Parameters parameters;
  parameters.servers = 4;
  parameters.conflict = Conflict::dvv;
  parameters.read_repair = ReadRepair::async;
  parameters.gossip_every = std::chrono::milliseconds(100);
  return parameters;
}

class OneOfRing : public OneServer<Server, Parameters> {
 public:
  explicit OneOfRing(NodeId self, sim::BugSet bugs = {}, Parameters parameters = all_four())
      : OneServer(self, parameters, std::move(bugs), {n1, n2, n3, n4}) {}
  void restart() {
    OneServer::restart();
    sync();
  }
  const Membership& membership() const { return server().membership(); }
  void tick() { env().fire<StreamsDue>(server()); }
  void store(int keys) {
    for (int i = 0; i < keys; ++i) {
      Version version;
      version.siblings.put({n2, 1}, {}, {WriteId(i) + 1, sim::Value(i), false, {}},
                           models::parts::versions::Clocks::dotted);
      hear(n2, RPut{RequestId(i), "k" + std::to_string(i), version, membership().epoch()});
      sync();
    }
    sent<RPutDone>();
  }
  // Answers every StreamRange that was sent; the keys that went to somebody.
  std::vector<std::string> take_streams() {
    std::vector<std::string> keys;
    for (auto ranges = sent<StreamRange>(); !ranges.empty(); ranges = sent<StreamRange>()) {
      for (const auto& range : ranges) {
        for (const Keyed& entry : range.message.entries) keys.push_back(entry.key);
        hear(range.to, RangeStored{range.message.batch});
      }
    }
    return keys;
  }
};

std::vector<KnownMember> word(NodeId server, std::uint32_t status, Member member = {1, 5, 0}) {
  member.status = status;
  return {{server, member}};
}

}  // namespace

TEST_CASE("dynamo: who leaves streams all that it owns, batch by batch, and then has left") {
  OneOfRing leaver(n1);
  leaver.store(60);
  REQUIRE(leaver.server().leave());
  CHECK_FALSE(leaver.server().leave());
  CHECK(leaver.membership().standing() == leaving);
  leaver.sync();
  leaver.tick();
  const auto first = leaver.sent<StreamRange>();
  REQUIRE(!first.empty());
  for (const auto& range : first) {
    CHECK(range.message.entries.size() <= 16);
    CHECK(range.message.members[0].member.status == leaving);
  }
  leaver.hear(n3, RangeStored{1'000});  // nobody's
  CHECK(leaver.membership().standing() == leaving);
  // What was not answered is sent again.
  leaver.tick();
  const std::vector<std::string> streamed = leaver.take_streams();
  std::size_t owned = 0;
  for (int i = 0; i < 60; ++i) {
    const std::string key = "k" + std::to_string(i);
    const Membership member(leaver.env(), all_four(), {}, {n1, n2, n3, n4});
    const auto owners = member.ring().owners(key, 3);
    if (std::find(owners.begin(), owners.end(), n1) == owners.end()) continue;
    ++owned;
    CHECK(std::find(streamed.begin(), streamed.end(), key) != streamed.end());
  }
  CHECK(streamed.size() == owned);
  CHECK(leaver.membership().standing() == left);
  leaver.sync();
  leaver.hear(client, Get{"k1", {}});
  leaver.hear(client, CausalPut{});
  CHECK(leaver.sent<NotMember>().size() == 2);
  leaver.restart();
  CHECK(leaver.membership().standing() == left);
  CHECK(leaver.membership().ring().walk("k1").size() == 3);
}

TEST_CASE("dynamo: who leaves goes on after a restart, and stays while it keeps hints") {
  Parameters parameters = all_four();
  parameters.sloppy = true;
  OneOfRing leaver(n1, {}, parameters);
  leaver.store(10);
  leaver.hear(n2, Hint{1, n3, {"h", {}}});
  leaver.sync();
  leaver.server().leave();
  leaver.sync();
  leaver.restart();
  CHECK(leaver.membership().standing() == leaving);
  leaver.tick();
  leaver.take_streams();
  CHECK(leaver.membership().standing() == leaving);
  leaver.env().fire<HandOffDue>(leaver.server());
  leaver.hear(n3, HandedOver{leaver.sent<HandOff>().at(0).message.hint});
  leaver.sync();
  leaver.tick();
  CHECK(leaver.membership().standing() == left);
  // And is asked to keep no more.
  leaver.hear(n2, Hint{2, n3, {"h", {}}});
  leaver.sync();
  CHECK(leaver.sent<HintKept>().empty());
}

TEST_CASE("dynamo: nobody leaves where too few would be left, or somebody else does") {
  OneOfRing member(n1);
  member.hear(n2, Outdated{0, word(n4, leaving)});
  CHECK_FALSE(member.server().leave());
  CHECK_FALSE(member.server().remove(n2));
  member.hear(n2, Outdated{0, word(n4, left)});
  CHECK_FALSE(member.server().leave());
  CHECK_FALSE(member.server().remove(n2));
  CHECK_FALSE(member.server().remove(n4));
}

TEST_CASE("dynamo: without streaming who leaves is gone at once") {
  OneOfRing leaver(n1, {"dynamo.leave-without-streaming"});
  leaver.store(10);
  REQUIRE(leaver.server().leave());
  CHECK(leaver.membership().standing() == left);
}

TEST_CASE("dynamo: writes go to old and new owners while one leaves, and reads not to who is removed") {
  for (const std::uint32_t step : {leaving, left, removing, removed}) {
    OneOfRing member(n1);
    member.hear(n2, Outdated{0, word(n4, step)});
    bool was_owner = false;
    for (int i = 0; i < 40; ++i) {
      const std::string key = "k" + std::to_string(i);
      const Membership::Route read = member.membership().to_read(key);
      const Membership::Route write = member.membership().to_write(key);
      const auto asked = std::span(read.walk).first(read.owners);
      const auto written = std::span(write.walk).first(write.owners);
      const auto has = [](const auto& nodes, NodeId node) {
        return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
      };
      CHECK(read.needed == 2);
      CHECK(has(read.walk, n4) == (step == leaving));
      const bool more = write.owners == 4;
      CHECK(write.needed == (more ? 3 : 2));
      CHECK(has(written, n4) == more);
      if (step == removing) CHECK(asked.size() == (more ? 2 : 3));
      was_owner = was_owner || more;
    }
    CHECK(was_owner == (step == leaving || step == removing));
  }
}

TEST_CASE("dynamo: a removal is noted, on disk, and streamed, before it is said to be done") {
  OneOfRing survivor(n1);
  survivor.store(30);
  const Removal removal{n4, word(n4, removing)};
  survivor.hear(n2, removal);
  survivor.sync();
  CHECK(survivor.sent<RemovalDone>().empty());
  survivor.tick();
  survivor.hear(n2, removal);
  CHECK(survivor.sent<RemovalDone>().empty());
  CHECK(!survivor.take_streams().empty());
  survivor.hear(n2, removal);
  CHECK(survivor.sent<RemovalDone>().size() == 1);
  // Coordinators that have not heard of it are refused.
  survivor.hear(n4, RGet{5, "k1", normal});
  CHECK(survivor.sent<RGot>().empty());
  CHECK(survivor.sent<Outdated>().size() == 1);
}

TEST_CASE("dynamo: a member is removed when all others have done their part, and after a restart too") {
  OneOfRing driver(n1);
  driver.store(10);
  REQUIRE(driver.server().remove(n4));
  driver.sync();
  driver.tick();
  driver.take_streams();
  CHECK(driver.sent<Removal>().size() == 2);
  driver.hear(n2, RemovalDone{n4});
  driver.hear(n2, RemovalDone{n4});
  CHECK(driver.membership().standing(n4) == removing);
  driver.restart();
  CHECK(driver.membership().removes() == n4);
  driver.tick();
  driver.take_streams();
  driver.hear(n3, RemovalDone{n4});
  CHECK(driver.membership().standing(n4) == removing);
  driver.hear(n2, RemovalDone{n4});
  CHECK(driver.membership().standing(n4) == removed);
  CHECK(driver.membership().ring().walk("k").size() == 3);
}

TEST_CASE("dynamo: where one server is a quorum nobody is removed") {
  Parameters parameters = all_four();
  parameters.read_quorum = 1;
  CHECK_FALSE(OneOfRing(n1, {}, parameters).server().remove(n4));
}

TEST_CASE("dynamo: who was removed stays out however fresh its gossip is, unless that is forgotten") {
  for (const bool forgets : {false, true}) {
    const sim::BugSet bugs = forgets ? sim::BugSet{"dynamo.dead-member-returns"} : sim::BugSet{};
    OneOfRing member(n1, bugs);
    member.hear(n2, Outdated{0, word(n4, removed)});
    CHECK(member.membership().standing(n4) == removed);
    member.sync();
    OneOfRing dead(n4, bugs);
    for (int i = 0; i < 3; ++i) dead.restart();
    dead.env().fire<GossipDue>(dead.server());
    member.hear(n4, dead.sent<Gossip>().at(0).message);
    CHECK(member.membership().standing(n4) == (forgets ? normal : removed));
    const auto back = member.sent<GossipBack>();
    REQUIRE(back.size() == 1);
    dead.hear(n1, back[0].message);
    CHECK(dead.membership().standing() == (forgets ? normal : removed));
    dead.hear(client, Get{"k", {}});
    CHECK(dead.sent<NotMember>().size() == (forgets ? 0 : 1));
  }
}

TEST_CASE("dynamo: what is not durable is not told: a power failure may take it back") {
  OneOfRing leaver(n1);
  leaver.server().leave();
  leaver.env().fire<GossipDue>(leaver.server());
  CHECK(leaver.sent<Gossip>().at(0).message.members[0].member.status == normal);
  leaver.sync();
  leaver.env().fire<GossipDue>(leaver.server());
  CHECK(leaver.sent<Gossip>().at(0).message.members[0].member.status == leaving);
}

TEST_CASE("dynamo: gossip goes to as many others as are asked for, each once") {
  Parameters parameters = all_four();
  parameters.gossip_fanout = 2;
  OneOfRing member(n1, {}, parameters);
  member.env().fire<GossipDue>(member.server());
  const auto told = member.sent<Gossip>();
  REQUIRE(told.size() == 2);
  CHECK(told[0].to != told[1].to);
}

TEST_CASE("dynamo: a session's read waits for what the session has seen, unless nobody looks at it") {
  for (const bool ignored : {false, true}) {
    Parameters parameters;
    parameters.servers = 4;
    parameters.read_quorum = 1;
    parameters.read_repair = ReadRepair::async;
    parameters.session = Session::client;
    OneOfRing coordinator(n1, ignored ? sim::BugSet{"dynamo.session-ignored"} : sim::BugSet{}, parameters);
    coordinator.hear(client, Get{"k", {5, 1, 1}});
    const auto asked = coordinator.sent<RGet>();
    const auto answer = [&](std::size_t i, std::int64_t counter) {
      Version version;
      version.tag = {counter, 1, 1};
      coordinator.hear(asked.at(i).to, RGot{asked.at(i).message.request, version, 0});
    };
    answer(0, 4);
    CHECK(coordinator.sent<Got>().size() == (ignored ? 1 : 0));
    answer(1, 5);
    CHECK(coordinator.sent<Got>().size() == (ignored ? 0 : 1));
  }
}

TEST_CASE("dynamo: a coordinator that keeps sessions answers nothing older than it has answered") {
  Parameters parameters;
  parameters.servers = 4;
  parameters.read_quorum = 1;
  parameters.read_repair = ReadRepair::async;
  parameters.session = Session::coordinator;
  OneOfRing coordinator(n1, {}, parameters);
  for (const std::int64_t counter : {5, 4}) {
    coordinator.hear(client, Get{"k", {}});
    const auto asked = coordinator.sent<RGet>();
    Version version;
    version.tag = {counter, 1, 1};
    coordinator.hear(asked.at(0).to, RGot{asked.at(0).message.request, version, 0});
    CHECK(coordinator.sent<Got>().size() == (counter == 5 ? 1 : 0));
  }
}

}  // namespace lightcone::tests
