// One server of a store that another may join, without a simulation: who counts, who is refused, what is
// believed.
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

Parameters four() {
  Parameters parameters;
  parameters.servers = 4;
  parameters.members = 3;
  parameters.conflict = Conflict::dvv;
  parameters.read_repair = ReadRepair::async;
  parameters.gossip_every = std::chrono::milliseconds(100);
  return parameters;
}

// Of four servers, of which n4 is spare.
class OneOfFour : public OneServer<Server, Parameters> {
 public:
  explicit OneOfFour(NodeId self, sim::BugSet bugs = {})
      : OneServer(self, four(), std::move(bugs), {n1, n2, n3, n4}) {}
  void restart() {
    OneServer::restart();
    sync();
  }
  const Membership& membership() const { return server().membership(); }

  // How many servers a read of any key asks, n4 among them or not.
  bool asks_newcomer() {
    for (int i = 0; i < 20; ++i) hear(client, Get{"k" + std::to_string(i)});
    const auto asked = sent<RGet>();
    return std::any_of(asked.begin(), asked.end(), [](const auto& get) { return get.to == n4; });
  }
};

JoinStep step(std::uint32_t status) { return {{n4, Member{1, 5, status}}}; }

Version written(int value) {
  Version version;
  version.siblings.put({n2, 1}, {}, {1, sim::Value(value), false, {}},
                       models::parts::versions::Clocks::dotted);
  return version;
}

}  // namespace

TEST_CASE("dynamo: a newcomer takes each step when enough others have noted the one before") {
  OneOfFour newcomer(n4);
  REQUIRE(newcomer.server().join());
  CHECK_FALSE(newcomer.server().join());
  newcomer.sync();
  for (const std::uint32_t now : {joining, serving}) {
    newcomer.env().fire<JoinDue>(newcomer.server());
    CHECK(newcomer.sent<JoinStep>().size() == 3);
    CHECK(newcomer.membership().has_streamed() == (now == serving));
    newcomer.hear(n1, JoinStepDone{now, {}});
    newcomer.hear(n1, JoinStepDone{now, {}});
    CHECK(newcomer.membership().standing() == now);
    newcomer.hear(n2, JoinStepDone{now, {}});
    CHECK(newcomer.membership().standing() == now + 1);
    newcomer.hear(n3, JoinStepDone{now, {}});  // late
    CHECK(newcomer.membership().standing() == now + 1);
    newcomer.sync();
  }
}

TEST_CASE("dynamo: a newcomer goes on after a restart, and keeps what it streamed") {
  OneOfFour newcomer(n4);
  newcomer.server().join();
  newcomer.sync();
  newcomer.hear(n1, JoinStepDone{joining, {{"k", written(1)}}});
  newcomer.sync();
  newcomer.restart();
  CHECK(newcomer.membership().standing() == joining);
  CHECK(newcomer.server().replica().store().find("k").is_written());
  newcomer.env().fire<JoinDue>(newcomer.server());
  CHECK(newcomer.sent<JoinStep>().size() == 3);
}

TEST_CASE("dynamo: reads turn to a newcomer when it serves, writes before that, and need one more then") {
  OneOfFour member(n1);
  CHECK_FALSE(member.asks_newcomer());
  for (const std::uint32_t now : {joining, serving, normal}) {
    member.hear(n4, step(now));
    member.sync();
    CHECK(member.asks_newcomer() == (now != joining));
    bool is_owner = false;
    for (int i = 0; i < 20; ++i) {
      const Membership::Route route = member.membership().to_write("k" + std::to_string(i));
      const bool is_more = route.owners == 4;
      CHECK(route.needed == (is_more ? 3 : 2));
      is_owner = is_owner || is_more;
    }
    CHECK(is_owner == (now != normal));
  }
}

TEST_CASE("dynamo: who has noted a step, on disk, refuses coordinators that have not") {
  OneOfFour member(n1);
  member.hear(n2, RPut{5, "k", written(1), spare});
  member.hear(n4, step(joining));
  CHECK(member.sent<JoinStepDone>().empty());
  member.sync();
  const auto done = member.sent<JoinStepDone>();
  REQUIRE(done.size() == 1);
  CHECK(done[0].message.step == joining);
  // It became durable after the step was known, and is not acknowledged by the old ring.
  CHECK(member.sent<RPutDone>().empty());
  REQUIRE(member.sent<Outdated>().size() == 1);
  member.hear(n2, RGet{6, "k", spare});
  CHECK(member.sent<RGot>().empty());
  CHECK(member.sent<Outdated>().at(0).message.members.back().member.status == joining);
  member.hear(n2, RGet{7, "k", joining});
  CHECK(member.sent<RGot>().size() == 1);
  member.restart();
  member.hear(n2, RGet{8, "k", spare});
  CHECK(member.sent<RGot>().empty());
}

TEST_CASE("dynamo: with rings that nobody compares, coordinators by the old one are answered") {
  OneOfFour member(n1, {"dynamo.split-rings"});
  member.hear(n4, step(joining));
  member.sync();
  member.hear(n2, RGet{6, "k", spare});
  CHECK(member.sent<RGot>().size() == 1);
  CHECK(member.sent<Outdated>().empty());
}

TEST_CASE("dynamo: a coordinator that is refused learns the step and ends the request") {
  OneOfFour member(n1);
  member.hear(client, Get{"k"});
  const RequestId request = member.sent<RGet>().at(0).message.request;
  member.hear(n2, Outdated{request, {{n4, Member{1, 5, joining}}}});
  CHECK(member.sent<Refused>().size() == 1);
  CHECK(member.membership().epoch() == joining);
}

TEST_CASE("dynamo: without streaming a newcomer is read from at once") {
  OneOfFour newcomer(n4, {"dynamo.join-serves-empty"});
  newcomer.server().join();
  CHECK(newcomer.membership().standing() == normal);
  CHECK_FALSE(newcomer.membership().has_streamed());
}

TEST_CASE("dynamo: damaged gossip is refused, unless nobody checks") {
  for (const bool unchecked : {false, true}) {
    OneOfFour sender(n2, unchecked ? sim::BugSet{"dynamo.gossip-unchecked"} : sim::BugSet{});
    OneOfFour receiver(n1, unchecked ? sim::BugSet{"dynamo.gossip-unchecked"} : sim::BugSet{});
    sender.server().damage_next_gossip();
    sender.env().fire<GossipDue>(sender.server());
    const auto damaged = sender.sent<Gossip>();
    REQUIRE(damaged.size() == 1);
    receiver.hear(n2, damaged[0].message);
    CHECK(receiver.sent<GossipBack>().size() == (unchecked ? 1 : 0));

    sender.env().fire<GossipDue>(sender.server());
    receiver.env().advance(std::chrono::seconds(60));
    CHECK_FALSE(receiver.membership().is_up(n2));
    receiver.hear(n2, sender.sent<Gossip>().at(0).message);
    CHECK(receiver.membership().is_up(n2) == !unchecked);
  }
}

TEST_CASE("dynamo: heartbeats of a restarted server count, unless versions alone are compared") {
  for (const bool by_version : {false, true}) {
    const sim::BugSet bugs = by_version ? sim::BugSet{"dynamo.gossip-no-generation"} : sim::BugSet{};
    OneOfFour sender(n2, bugs);
    OneOfFour receiver(n1, bugs);
    const auto beat = [&] {
      sender.env().fire<GossipDue>(sender.server());
      receiver.hear(n2, sender.sent<Gossip>().at(0).message);
    };
    for (int i = 0; i < 20; ++i) beat();
    sender.restart();
    receiver.env().advance(std::chrono::seconds(60));
    CHECK_FALSE(receiver.membership().is_up(n2));
    beat();
    CHECK(receiver.membership().is_up(n2) == !by_version);
  }
}

}  // namespace lightcone::tests
