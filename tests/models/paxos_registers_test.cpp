// One server of registers that are decided once: what it answers, and when.
#include <catch2/catch.hpp>

#include "tests/models/paxos_server.hpp"

namespace lightcone::tests {

namespace {

using namespace paxos_server;
using OneOfRegisters = One<Registers>;

Propose propose(std::int64_t value) { return {1, false, put(value)}; }
Propose read() { return {1, true, {}}; }

}  // namespace

TEST_CASE("paxos: a register takes its first proposal, and tells everybody who asks") {
  OneOfRegisters one;
  one.hear(client, propose(1));
  one.hear(other_client, propose(2));
  one.sync();
  const auto asked = one.sent<Prepare>();
  REQUIRE(asked.size() == 2);
  one.loop_back();
  one.hear(n2, Promise{asked[0].message.ballot, 1, {}});
  const auto accepts = one.sent<Accept>();
  REQUIRE(accepts.size() == 2);
  CHECK(are_equal(accepts[0].message.decree, decree(1)));
  one.loop_back();
  CHECK(one.sent<Decided>().empty());
  one.hear(n3, Vote{asked[0].message.ballot, 1});
  const auto answers = one.sent<Decided>();
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].message.command.value == sim::Value(1));
  CHECK(answers[1].message.command.value == sim::Value(1));
  CHECK(one.sent<Learn>().size() == 2);
  one.hear(client, read());
  CHECK(one.sent<Decided>().size() == 1);
}

TEST_CASE("paxos: a register helps the proposal that it finds") {
  for (const bool safe : {true, false}) {
    OneOfRegisters one(safe ? sim::BugSet{} : sim::BugSet{"paxos.own-value"});
    one.hear(client, propose(1));
    one.sync();
    const Ballot ballot = one.sent<Prepare>()[0].message.ballot;
    one.loop_back();
    one.hear(n2, Promise{ballot, 1, {accepted(1, {1, 2}, 7)}});
    const auto accepts = one.sent<Accept>();
    REQUIRE(accepts.size() == 2);
    CHECK(are_equal(accepts[0].message.decree, decree(safe ? 7 : 1)));
  }
}

TEST_CASE("paxos: a read says that nothing was decided only by a round that began after it") {
  OneOfRegisters one;
  one.hear(client, read());
  one.sync();
  const Ballot first = one.sent<Prepare>()[0].message.ballot;
  one.hear(other_client, read());
  one.loop_back();
  one.hear(n2, Promise{first, 1, {}});
  auto answers = one.sent<Decided>();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].to == client);
  CHECK_FALSE(answers[0].message.is_decided);
  CHECK(one.sent<Accept>().empty());
  one.sync();
  const auto again = one.sent<Prepare>();
  REQUIRE(again.size() == 2);
  CHECK(again[0].message.ballot > first);
  one.loop_back();
  one.hear(n3, Promise{again[0].message.ballot, 1, {}});
  answers = one.sent<Decided>();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].to == other_client);
}

TEST_CASE("paxos: a read sees through what it has found") {
  OneOfRegisters one;
  one.hear(client, read());
  one.sync();
  const Ballot ballot = one.sent<Prepare>()[0].message.ballot;
  one.loop_back();
  one.hear(n2, Promise{ballot, 1, {accepted(1, {1, 2}, 7)}});
  CHECK(one.sent<Decided>().empty());
  one.loop_back();
  one.hear(n2, Vote{ballot, 1});
  const auto answers = one.sent<Decided>();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].message.command.value == sim::Value(7));
}

TEST_CASE("paxos: a refused proposer waits before it tries again, unless paxos.no-backoff") {
  for (const bool safe : {true, false}) {
    OneOfRegisters one(safe ? sim::BugSet{} : sim::BugSet{"paxos.no-backoff"});
    one.hear(client, propose(1));
    one.sync();
    const Ballot ballot = one.sent<Prepare>()[0].message.ballot;
    one.hear(n2, Nack{ballot, 1, {8, 1}});
    one.sync();
    CHECK(one.sent<Prepare>().size() == (safe ? 0 : 2));
    if (!safe) continue;
    one.env().fire<TryAgain>(one.server());
    one.sync();
    const auto asked = one.sent<Prepare>();
    REQUIRE(asked.size() == 2);
    CHECK(asked[0].message.ballot == Ballot{9, 0});
  }
}

TEST_CASE("paxos: promises of one register bind no other") {
  OneOfRegisters one;
  one.hear(n2, Prepare{{5, 1}, 1});
  one.hear(n3, Prepare{{2, 2}, 2});
  one.sync();
  CHECK(one.sent<Promise>().size() == 2);
  one.restart_after_power_loss();
  one.hear(n3, Prepare{{4, 2}, 1});
  one.hear(n2, Prepare{{4, 1}, 2});
  one.sync();
  CHECK(one.sent<Promise>().size() == 1);
  CHECK(one.sent<Nack>().size() == 1);
}

TEST_CASE("paxos: a server that is no acceptor proposes, and votes for nothing") {
  Parameters parameters;
  parameters.acceptors = 2;
  for (const NodeId self : {n3, n1}) {
    FakeEnv env(self);
    parameters.servers = 3;
    Registers server(env, parameters, {}, {n1, n2, n3});
    server.start();
    env.complete_all_syncs(server);
    server.on(Prepare{{1, 1}, 1}, sim::From{n2, 0});
    server.on(propose(1), sim::From{client, 7});
    env.complete_all_syncs(server);
    const std::size_t promises = self == n3 ? 0 : 2;  // to n2 and to itself
    CHECK(env.take_sent<Promise>().size() == promises);
    CHECK(env.take_sent<Prepare>().size() == (self == n3 ? 2 : 1));
  }
}

}  // namespace lightcone::tests
