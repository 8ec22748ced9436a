// One server of the replicated log: what it answers, and when.
#include <catch2/catch.hpp>
#include <map>

#include "tests/models/paxos_server.hpp"

namespace lightcone::tests {

namespace {

using namespace paxos_server;
using OneReplica = One<Replica>;

// Runs phase 1 of a replica up to its first Prepare.
Ballot begin(OneReplica& one) {
  one.env().fire<ElectionTimedOut>(one.server());
  one.sync();
  const auto asked = one.sent<Prepare>();
  REQUIRE(asked.size() == 2);
  one.loop_back();
  return asked[0].message.ballot;
}
void lead(OneReplica& one, std::vector<Accepted> reports = {}) {
  const Ballot ballot = begin(one);
  one.hear(n2, Promise{ballot, 1, std::move(reports)});
  REQUIRE(one.server().position() == Position::leading);
}
// The decrees that it now proposes to n2, by slot; null: a no-op.
std::map<Slot, sim::Value> proposed(OneReplica& one) {
  std::map<Slot, sim::Value> all;
  for (const auto& accept : one.sent<Accept>()) {
    if (accept.to != n2) continue;
    const auto* command = accept.message.decree.as<Command>();
    all[accept.message.slot] = command == nullptr ? sim::Value() : command->value;
  }
  return all;
}

}  // namespace

TEST_CASE("paxos: a promise is given when it is durable, and survives a power loss") {
  OneReplica one;
  one.hear(n2, Prepare{{5, 1}, 1});
  CHECK(one.sent<Promise>().empty());
  one.sync();
  CHECK(one.sent<Promise>().size() == 1);
  one.restart_after_power_loss();
  one.hear(n3, Prepare{{4, 2}, 1});
  one.sync();
  CHECK(one.sent<Promise>().empty());
  const auto refused = one.sent<Nack>();
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].message.promised == Ballot{5, 1});
}

TEST_CASE("paxos: with paxos.promise-before-sync the promise leaves at once, and is forgotten") {
  OneReplica one({"paxos.promise-before-sync"});
  one.hear(n2, Prepare{{5, 1}, 1});
  CHECK(one.sent<Promise>().size() == 1);
  one.restart_after_power_loss();
  one.hear(n3, Prepare{{4, 2}, 1});
  CHECK(one.sent<Promise>().size() == 1);
}

TEST_CASE("paxos: a vote is given when it is durable, and is reported to the next who asks") {
  for (const bool safe : {true, false}) {
    OneReplica one(safe ? sim::BugSet{} : sim::BugSet{"paxos.vote-before-sync"});
    one.hear(n2, Accept{{5, 1}, 3, decree(6), 0});
    CHECK(one.sent<Vote>().size() == (safe ? 0 : 1));
    if (safe) {
      one.sync();
      CHECK(one.sent<Vote>().size() == 1);
    }
    one.restart_after_power_loss();
    one.hear(n3, Prepare{{6, 2}, 1});
    one.sync();
    const auto promises = one.sent<Promise>();
    REQUIRE(promises.size() == 1);
    REQUIRE(promises[0].message.accepted.size() == (safe ? 1 : 0));
    if (!safe) continue;
    CHECK(promises[0].message.accepted[0].slot == 3);
    CHECK(promises[0].message.accepted[0].ballot == Ballot{5, 1});
    CHECK(are_equal(promises[0].message.accepted[0].decree, decree(6)));
  }
}

TEST_CASE("paxos: nothing below the promise is accepted") {
  for (const bool safe : {true, false}) {
    OneReplica one(safe ? sim::BugSet{} : sim::BugSet{"paxos.accept-below-promise"});
    one.hear(n3, Prepare{{6, 2}, 1});
    one.sync();
    one.hear(n2, Accept{{5, 1}, 1, decree(6), 0});
    one.sync();
    CHECK(one.sent<Vote>().size() == (safe ? 0 : 1));
    CHECK(one.sent<Nack>().size() == (safe ? 1 : 0));
  }
}

TEST_CASE("paxos: a new leader takes over the decree of the highest ballot, and fills gaps with no-ops") {
  OneReplica one;
  const Ballot ballot = begin(one);
  Promise promise{ballot, 1, {accepted(1, {3, 1}, 31), accepted(4, {2, 2}, 24)}};
  one.hear(n2, promise);
  REQUIRE(one.server().position() == Position::leading);
  const std::map<Slot, sim::Value> expected{{1, 31}, {2, {}}, {3, {}}, {4, 24}};
  CHECK(proposed(one) == expected);
  one.hear(client, Execute{put(50), 0});
  CHECK(proposed(one) == std::map<Slot, sim::Value>{{5, 50}});
}

TEST_CASE("paxos: a new leader prefers what was accepted in a higher ballot, here or there") {
  for (const std::uint64_t here : {4U, 2U}) {
    OneReplica one;
    one.hear(n3, Accept{{here, 2}, 1, decree(42), 0});
    one.sync();
    one.env().forget_sent();
    one.env().advance(std::chrono::seconds(1));
    lead(one, {accepted(1, {3, 1}, 31)});
    CHECK(proposed(one) == std::map<Slot, sim::Value>{{1, here == 4 ? 42 : 31}});
  }
}

TEST_CASE("paxos: with paxos.own-value it proposes its own, with paxos.gaps-stay it leaves gaps") {
  OneReplica selfish({"paxos.own-value"});
  lead(selfish, {accepted(1, {3, 1}, 31)});
  selfish.hear(client, Execute{put(50), 0});
  CHECK(proposed(selfish) == std::map<Slot, sim::Value>{{1, 50}});

  OneReplica careless({"paxos.gaps-stay"});
  lead(careless, {accepted(1, {3, 1}, 31), accepted(3, {3, 1}, 33)});
  CHECK(proposed(careless) == std::map<Slot, sim::Value>{{1, 31}, {3, 33}});
}

TEST_CASE("paxos: a proposer never uses a ballot twice, not even after it has lost power") {
  for (const bool safe : {true, false}) {
    OneReplica one(safe ? sim::BugSet{} : sim::BugSet{"paxos.ballot-reuse"});
    const Ballot first = begin(one);
    one.restart_after_power_loss();
    const Ballot second = begin(one);
    CHECK((second > first) == safe);
    CHECK((second == first) == !safe);
  }
}

TEST_CASE("paxos: a ballot beats the one that it was refused for") {
  OneReplica one;
  const Ballot first = begin(one);
  one.hear(n2, Nack{first, 1, {7, 2}});
  one.env().fire<ElectionTimedOut>(one.server());
  one.sync();
  const auto asked = one.sent<Prepare>();
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].message.ballot == Ballot{8, 0});
}

TEST_CASE("paxos: the same question is asked again as long as nobody has refused it") {
  OneReplica one;
  const Ballot first = begin(one);
  one.env().fire<ElectionTimedOut>(one.server());
  one.sync();
  const auto asked = one.sent<Prepare>();
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].message.ballot == first);
}

TEST_CASE("paxos: a client is answered when a majority has voted, its own vote only when durable") {
  OneReplica one;
  lead(one);
  Command open;
  open.verb = Verb::open_session;
  one.hear(client, Execute{open, 0});
  const Ballot ballot = one.server().ballot();
  one.hear(n2, Vote{ballot, 1});
  one.hear(n2, Vote{ballot, 1});
  one.hear(n3, Vote{Ballot{ballot.round - 1, 2}, 1});
  CHECK(one.sent<Executed>().empty());
  one.loop_back();
  const auto answers = one.sent<Executed>();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].to == client);
  CHECK(answers[0].message.answer == sim::Value(1));
  CHECK(one.server().ledger().chosen_prefix() == 1);
}

TEST_CASE("paxos: no more than a window of slots is undecided, and clients that wait are sent on") {
  Parameters parameters;
  parameters.window = 2;
  OneReplica one({}, parameters);
  lead(one);
  for (const std::int64_t value : {10, 20, 30}) one.hear(client, Execute{put(value), 0});
  CHECK(proposed(one) == std::map<Slot, sim::Value>{{1, 10}, {2, 20}});
  one.loop_back();
  one.hear(n2, Vote{one.server().ballot(), 2});  // a later slot may be decided first
  CHECK(proposed(one) == std::map<Slot, sim::Value>{{3, 30}});
  CHECK(one.server().ledger().chosen_prefix() == 0);
  one.hear(client, Execute{put(40), 0});
  CHECK(proposed(one).empty());
  one.hear(n3, Heartbeat{{9, 2}, 0});
  CHECK(one.sent<NotLeader>().size() == 1);
  CHECK(one.server().position() == Position::follower);
}

TEST_CASE("paxos: who does not lead sends clients to the leader, and does nothing else") {
  OneReplica one;
  one.hear(client, Execute{put(1), 0});
  auto refusals = one.sent<NotLeader>();
  REQUIRE(refusals.size() == 1);
  CHECK(refusals[0].message.hint == sim::no_node);
  one.hear(n2, Heartbeat{{1, 1}, 0});
  one.hear(client, Execute{put(1), 0});
  refusals = one.sent<NotLeader>();
  REQUIRE(refusals.size() == 1);
  CHECK(refusals[0].message.hint == n2);
  CHECK(one.sent<Accept>().empty());
}

TEST_CASE("paxos: nobody who has just heard from the leader helps another proposer") {
  OneReplica one;
  one.hear(n2, Heartbeat{{1, 1}, 0});
  one.hear(n3, Prepare{{2, 2}, 1});
  one.sync();
  CHECK(one.sent<Promise>().empty());
  one.hear(n2, Prepare{{3, 1}, 1});
  one.sync();
  CHECK(one.sent<Promise>().size() == 1);
}

TEST_CASE("paxos: a follower learns what it accepted in the leader's ballot, and asks for nothing twice") {
  OneReplica one;
  one.hear(n2, Accept{{1, 1}, 1, decree(1), 0});
  one.hear(n2, Accept{{1, 1}, 2, decree(2), 1});
  CHECK(one.server().ledger().chosen_prefix() == 1);
  one.hear(n3,
           Accept{{2, 2}, 3, decree(3), 2});  // slot 2 was accepted in another ballot: it may have changed
  CHECK(one.server().ledger().chosen_prefix() == 1);
  const Learn learn{2, {decree(22), decree(3)}};
  one.hear(n3, learn);
  CHECK(one.server().ledger().chosen_prefix() == 3);
  CHECK(one.sent<Heard>().size() == 1);
  one.hear(n3, learn);
  CHECK(one.sent<Heard>().empty());
}

TEST_CASE("paxos: a server that has lost its notes learns, and neither promises nor votes") {
  enum class Loss : std::uint8_t { disk, note, decree };
  for (const Loss loss : {Loss::disk, Loss::note, Loss::decree}) {
    for (const bool safe : {true, false}) {
      OneReplica one(safe ? sim::BugSet{} : sim::BugSet{"paxos.vote-without-memory"});
      one.hear(n2, Accept{{1, 1}, 1, decree(1), 0});
      one.hear(n2, Accept{{1, 1}, 2, decree(2), 1});
      one.sync();
      const char* file = loss == Loss::note ? "paxos/notes" : "paxos/decrees";
      if (loss == Loss::disk) one.env().disk().wipe();
      if (loss != Loss::disk) REQUIRE(one.env().disk().rot(file, 1, sim::Disk::Which::oldest) == 1);
      one.restart();
      CHECK(one.server().ledger().began_without_memory() == (loss != Loss::decree));
      const bool abstains = safe && loss != Loss::decree;
      one.hear(n3, Prepare{{5, 2}, 1});
      one.hear(n3, Accept{{5, 2}, 1, decree(1), 0});
      one.sync();
      CHECK(one.sent<Promise>().size() == (abstains ? 0 : 1));
      CHECK(one.sent<Vote>().size() == (abstains ? 0 : 1));
      one.hear(n3, Learn{1, {decree(1)}});
      CHECK(one.server().ledger().chosen_prefix() == 1);
      one.restart();  // it still knows that it has forgotten
      one.hear(n3, Prepare{{6, 2}, 1});
      one.sync();
      CHECK(one.sent<Promise>().size() == (abstains ? 0 : 1));
    }
  }
}

TEST_CASE("paxos: a leader that is no acceptor goes on when an older one is heard") {
  Parameters parameters;
  parameters.servers = 3;
  parameters.acceptors = 2;
  FakeEnv env(n3);
  Replica server(env, parameters, {}, {n1, n2, n3});
  server.start();
  env.complete_all_syncs(server);
  env.fire<ElectionTimedOut>(server);
  env.complete_all_syncs(server);
  for (const NodeId acceptor : {n1, n2}) server.on(Promise{{1, 2}, 1, {}}, sim::From{acceptor, 0});
  REQUIRE(server.position() == Position::leading);
  server.on(Heartbeat{{1, 0}, 0}, sim::From{n1, 0});
  CHECK(server.position() == Position::leading);
  CHECK(env.take_sent<Nack>().size() == 1);
  server.on(Heartbeat{{2, 0}, 0}, sim::From{n1, 0});
  CHECK(server.position() == Position::follower);
}

TEST_CASE("paxos: chosen is what a majority reports in one ballot, or somebody knows") {
  Reports reports;
  reports.add(Promise{{9, 0}, 1, {accepted(1, {1, 0}, 10), accepted(2, {3, 0}, 20)}}, n1);
  reports.add(Promise{{9, 0}, 1, {accepted(1, {2, 0}, 10), accepted(2, {3, 0}, 20)}}, n2);
  reports.add(Promise{{9, 0}, 1, {accepted(1, {2, 0}, 10)}}, n2);  // again: not counted twice
  CHECK(reports.promises() == 2);
  CHECK(reports.chosen(1, 2, Reports::Counting::one_ballot) == nullptr);
  REQUIRE(reports.chosen(1, 2, Reports::Counting::any_ballots) != nullptr);
  REQUIRE(reports.chosen(2, 2, Reports::Counting::one_ballot) != nullptr);
  CHECK(are_equal(*reports.chosen(2, 2, Reports::Counting::one_ballot), decree(20)));
  CHECK(reports.highest(1)->ballot == Ballot{2, 0});
  CHECK(reports.highest(3) == nullptr);
  Accepted known = accepted(3, {}, 30);
  known.is_chosen = true;
  reports.add(Promise{{9, 0}, 1, {known}}, n3);
  REQUIRE(reports.chosen(3, 2, Reports::Counting::one_ballot) != nullptr);
}

}  // namespace lightcone::tests
