// One store of tuples, without a simulation: when a write is decided, and what is safe to say.
#include <catch2/catch.hpp>
#include <vector>

#include "models/zanzibar/store.hpp"
#include "tests/models/one_server.hpp"

namespace lightcone::tests {

using namespace models::zanzibar;
using namespace std::chrono_literals;

namespace {

constexpr NodeId t1{0}, t2{1}, t3{2}, server{8}, client{9};

Parameters one_shard() {
  Parameters parameters;
  parameters.shards = 1;
  return parameters;
}

Object doc(std::uint32_t number) { return {1, Namespace::doc, number}; }
Change share(UserId who, std::uint32_t number = 0) {
  return {{doc(number), Relation::viewer, user(who)}, false};
}
Userset viewers() { return {doc(0), Relation::viewer}; }

// t1 leads the only shard.
class One : public OneServer<Store, Parameters> {
 public:
  explicit One(NodeId self = t1) : OneServer(self, one_shard(), {}, {t1, t2, t3}) {}

  const Shard& shard() const { return server().shards()[0]; }
  void write(std::uint64_t number, UserId who, Timestamp unchanged_since = -1) {
    hear(tests::server, Write{1, {client, number}, {share(who)}, unchanged_since});
  }
  void acknowledge(NodeId from, Sequence has) { hear(from, Appended{0, has, false}); }
  void pass_time() {
    env().advance(1ms);
    env().fire<TimeHasPassed>(server());
  }
  // All of it, until it is decided.
  Timestamp decide(std::uint64_t number, UserId who) {
    write(number, who);
    sync();
    acknowledge(t2, shard().log().size());
    pass_time();
    return sent<Written>().at(0).message.ts;
  }
};

}  // namespace

TEST_CASE("zanzibar: a write is decided when it is durable, on most disks, and its timestamp has passed") {
  One one;
  one.write(1, 1);
  one.acknowledge(t2, 1);
  CHECK(one.shard().decided() == 0);
  one.sync();
  CHECK(one.sent<Append>().size() >= 2);
  CHECK(one.sent<Written>().empty());
  one.acknowledge(t2, 1);
  CHECK(one.sent<Written>().empty());
  one.pass_time();
  REQUIRE(one.sent<Written>().size() == 1);
  CHECK(one.shard().decided() == 1);
}

TEST_CASE("zanzibar: without a second disk nothing is decided, however much time passes") {
  One one;
  one.write(1, 1);
  one.sync();
  one.env().advance(10s);
  one.acknowledge(t3, 0);
  CHECK(one.sent<Written>().empty());
  one.acknowledge(t3, 1);
  CHECK(one.sent<Written>().size() == 1);
}

TEST_CASE("zanzibar: a write that comes again is answered alike, and done once") {
  One one;
  const Timestamp ts = one.decide(1, 1);
  one.write(1, 1);
  CHECK(one.sent<Written>().at(0).message.ts == ts);
  CHECK(one.shard().log().size() == 1);
  one.restart_after_power_loss();
  one.write(1, 1);
  CHECK(one.shard().log().size() == 1);
  CHECK(one.sent<Written>().empty());
  one.acknowledge(t2, 1);
  CHECK(one.sent<Written>().at(0).message.ts == ts);
}

TEST_CASE("zanzibar: a condition holds against everything that was stamped, decided or not") {
  One one;
  const Timestamp ts = one.decide(1, 1);
  one.write(2, 2, ts - 1);
  CHECK(one.sent<Conflict>().size() == 1);
  one.write(3, 2, ts);
  CHECK(one.sent<Conflict>().empty());
  one.write(4, 3, ts);
  CHECK(one.sent<Conflict>().size() == 1);
  CHECK(one.shard().log().size() == 2);
}

TEST_CASE("zanzibar: a write is of one object") {
  One one;
  one.hear(server, Write{1, {client, 1}, {share(1, 0), share(1, 1)}, -1});
  CHECK(one.sent<Refused>().size() == 1);
  one.hear(server, Write{1, {client, 2}, {}, -1});
  CHECK(one.sent<Refused>().size() == 1);
  CHECK(one.shard().log().empty());
}

TEST_CASE("zanzibar: nothing is stamped at or below what was promised, also after a restart") {
  One one;
  one.env().advance(1s);
  one.env().fire<HeartbeatDue>(one.server());
  one.sync();
  const Timestamp promised = one.shard().safe();
  CHECK(promised > 0);
  one.restart_after_power_loss();
  CHECK(one.shard().safe() == promised);
  one.write(1, 1);
  CHECK(one.shard().log()[0].ts > promised);
}

TEST_CASE("zanzibar: a read of the future waits until it is past, and for what is not decided") {
  One one;
  one.write(1, 1);
  one.sync();
  const Timestamp ts = one.shard().log()[0].ts;
  one.hear(server, StoreRead{1, viewers(), ts, false});
  one.env().advance(1s);
  one.sync();
  CHECK(one.sent<StoreRows>().empty());
  one.acknowledge(t2, 1);
  one.sync();
  REQUIRE(one.sent<StoreRows>().size() == 1);
  one.hear(server, StoreRead{2, viewers(), ts - 1, false});
  CHECK(one.sent<StoreRows>().at(0).message.subjects.empty());
}

TEST_CASE("zanzibar: a promise is told when it is on the disk") {
  One one;
  const Timestamp before = one.shard().safe();
  one.env().advance(1s);
  one.env().fire<HeartbeatDue>(one.server());
  CHECK(one.shard().safe() == before);
  CHECK(one.sent<Append>().empty());
  one.sync();
  CHECK(one.shard().safe() > before);
  CHECK(one.sent<Append>().at(0).message.safe == one.shard().safe());
}

TEST_CASE("zanzibar: a follower is safe when it has what is decided, durably") {
  One follower(t2);
  const std::vector<Entry> entries = {{1, 100, {client, 1}, {share(1)}}, {2, 200, {client, 2}, {share(2)}}};
  follower.hear(t1, Append{0, 1, 1, {entries[1]}, 2, 300});
  CHECK(follower.sent<Appended>().at(0).message.lacks);
  follower.hear(t1, Append{0, 1, 0, {entries[0]}, 2, 300});
  CHECK(follower.sent<Appended>().empty());
  follower.sync();
  CHECK(follower.sent<Appended>().at(0).message.lacks);
  CHECK(follower.shard().safe() == 0);
  follower.hear(server, StoreRead{1, viewers(), 50, false});
  CHECK(follower.sent<Behind>().size() == 1);
  follower.hear(t1, Append{0, 1, 0, entries, 2, 300});
  follower.sync();
  CHECK(follower.sent<Appended>().at(0).message.has == 2);
  CHECK(follower.shard().safe() == 300);
  follower.hear(server, StoreRead{2, viewers(), 150, false});
  CHECK(follower.sent<StoreRows>().at(0).message.subjects == std::vector{user(1)});
  follower.hear(server, Write{1, {client, 3}, {share(3)}, -1});
  CHECK(follower.sent<Refused>().size() == 1);
}

TEST_CASE("zanzibar: a leader whose disk is gone stands still until all others have told what they have") {
  One one;
  const Timestamp ts = one.decide(1, 1);
  const std::vector<Entry> log = one.shard().log();
  one.env().disk().wipe();
  one.restart();
  one.sync();
  CHECK(one.shard().is_lost());
  CHECK(one.shard().safe() == 0);
  CHECK(one.sent<AskLog>().size() == 2);
  one.write(2, 2);
  CHECK(one.sent<Refused>().size() == 1);
  one.hear(t2, LogCopy{0, 1, log, 1, 0});  // to an earlier life
  one.hear(t3, LogCopy{0, 2, {}, 0, 5});
  one.sync();
  CHECK(one.shard().is_lost());
  const Timestamp far = ts + 3'600'000'000'000;
  one.hear(t2, LogCopy{0, 2, log, 1, far});
  CHECK(one.shard().is_lost());
  one.sync();
  CHECK_FALSE(one.shard().is_lost());
  CHECK(one.shard().log() == log);
  one.write(3, 3);
  CHECK(one.shard().log().back().ts > far);
}

namespace {

// Of the log: an entry is two records, itself and its seal. Later records first.
void rot(One& one, sim::Disk::Which which, std::uint64_t count = 1) {
  REQUIRE(one.env().disk().rot("shard-0/log", count, which) == count);
}
std::vector<Entry> decided_three(One& one) {
  for (const std::uint64_t number : {1U, 2U, 3U}) one.decide(number, static_cast<UserId>(number));
  return one.shard().log();
}

}  // namespace

TEST_CASE("zanzibar: a leader that cannot read an entry asks for that one, and keeps the others") {
  One one;
  const std::vector<Entry> log = decided_three(one);
  rot(one, sim::Disk::Which::oldest);
  one.restart();
  one.sync();
  CHECK(one.shard().is_lost());
  CHECK(one.shard().log().empty());
  one.hear(t2, LogCopy{0, 2, {log[0]}, 1, 0});
  one.hear(t3, LogCopy{0, 2, {}, 0, 0});
  one.sync();
  CHECK_FALSE(one.shard().is_lost());
  CHECK(one.shard().log() == log);
  one.restart_after_power_loss();
  CHECK_FALSE(one.shard().is_lost());
  CHECK(one.shard().log() == log);
}

TEST_CASE("zanzibar: a seal that cannot be read is no loss") {
  One one;
  const std::vector<Entry> log = decided_three(one);
  rot(one, sim::Disk::Which::newest);
  one.restart();
  one.sync();
  CHECK_FALSE(one.shard().is_lost());
  CHECK(one.shard().log() == log);
}

TEST_CASE("zanzibar: where a log ends in damage, nobody knows where it ended, and the others are asked") {
  One one;
  const std::vector<Entry> log = decided_three(one);
  rot(one, sim::Disk::Which::newest, 2);
  one.restart();
  one.sync();
  CHECK(one.shard().is_lost());
  one.hear(t2, LogCopy{0, 2, log, 3, 0});
  one.hear(t3, LogCopy{0, 2, {}, 0, 0});
  one.sync();
  CHECK(one.shard().log() == log);
  one.restart();
  one.sync();
  CHECK_FALSE(one.shard().is_lost());
  CHECK(one.shard().log() == log);

  One follower(t2);
  follower.hear(t1, Append{0, 1, 0, log, 3, 0});
  follower.sync();
  rot(follower, sim::Disk::Which::newest, 2);
  follower.restart();
  follower.hear(t1, AskLog{0, 2});
  follower.sync();
  CHECK(follower.sent<LogCopy>().at(0).message.reached == 3);
}

TEST_CASE("zanzibar: a leader stands still while an entry is missing that some store once had") {
  One one;
  const std::vector<Entry> log = decided_three(one);
  rot(one, sim::Disk::Which::oldest);
  one.restart();
  one.sync();
  one.hear(t2, LogCopy{0, 2, {log[1]}, 2, 0});  // which has lost the first one too
  one.hear(t3, LogCopy{0, 2, {}, 0, 0});
  one.sync();
  CHECK(one.shard().is_lost());
  one.env().fire<HeartbeatDue>(one.server());
  CHECK(one.sent<AskLog>().size() >= 2);
  one.hear(t2, LogCopy{0, 2, {log[1]}, 2, 0});
  one.hear(t3, LogCopy{0, 2, {log[0]}, 1, 0});
  one.sync();
  CHECK(one.shard().log() == log);
  CHECK_FALSE(one.shard().is_lost());
}

TEST_CASE("zanzibar: an entry that no other store ever had was not decided, nor what lies behind it") {
  One one;
  one.decide(1, 1);
  one.write(2, 2);
  one.write(3, 3);
  one.sync();
  const std::vector<Entry> log = one.shard().log();
  rot(one, sim::Disk::Which::newest, 4);  // the second and third entries with their seals
  one.write(4, 4);
  one.sync();
  one.restart();
  one.sync();
  REQUIRE(one.shard().is_lost());
  one.hear(t2, LogCopy{0, 2, {log[0]}, 1, 0});
  one.hear(t3, LogCopy{0, 2, {}, 0, 0});
  one.sync();
  CHECK_FALSE(one.shard().is_lost());
  CHECK(one.shard().log() == std::vector{log[0]});
  one.write(5, 5);
  one.sync();
  const std::vector<Entry> anew = one.shard().log();
  CHECK(anew.back().number == 2);
  one.restart_after_power_loss();
  CHECK(one.shard().log() == anew);
  CHECK_FALSE(one.shard().is_lost());
}

TEST_CASE("zanzibar: a follower that cannot read an entry says so, and goes on from there") {
  One follower(t2);
  const std::vector<Entry> entries = {{1, 100, {client, 1}, {share(1)}},
                                      {2, 200, {client, 2}, {share(2)}},
                                      {3, 300, {client, 3}, {share(3)}}};
  follower.hear(t1, Append{0, 1, 0, entries, 3, 400});
  follower.sync();
  rot(follower, sim::Disk::Which::oldest);
  follower.restart();
  follower.sync();
  CHECK(follower.shard().log().empty());
  follower.hear(t1, AskLog{0, 1});
  follower.sync();
  const LogCopy copy = follower.sent<LogCopy>().at(0).message;
  CHECK(copy.entries == std::vector{entries[1], entries[2]});
  CHECK(copy.reached == 3);
  follower.hear(t1, Append{0, 1, 3, {}, 3, 400});
  CHECK(follower.sent<Appended>().at(0).message.has == 0);
  follower.hear(t1, Append{0, 1, 0, {entries[0]}, 3, 400});
  follower.sync();
  CHECK(follower.sent<Appended>().at(0).message.has == 3);
  CHECK(follower.shard().safe() == 400);
  follower.restart_after_power_loss();
  CHECK(follower.shard().log() == entries);
}

TEST_CASE("zanzibar: what is under way from before its leader asked for the log is not taken") {
  One follower(t2);
  const std::vector<Entry> entries = {{1, 100, {client, 1}, {share(1)}}};
  follower.hear(t1, AskLog{0, 3});
  CHECK(follower.sent<LogCopy>().empty());  // it is to remember that
  follower.sync();
  CHECK(follower.sent<LogCopy>().at(0).message.life == 3);
  follower.hear(t1, AskLog{0, 2});
  follower.hear(t1, Append{0, 2, 0, entries, 0, 0});
  follower.sync();
  CHECK(follower.sent<LogCopy>().empty());
  CHECK(follower.shard().log().empty());
  follower.restart_after_power_loss();
  follower.hear(t1, Append{0, 2, 0, entries, 0, 0});
  CHECK(follower.shard().log().empty());
  follower.hear(t1, Append{0, 3, 0, entries, 0, 0});
  CHECK(follower.shard().log().size() == 1);
}

TEST_CASE("zanzibar: a watcher is told of its tenant's changes up to what is safe") {
  One one;
  const Timestamp first = one.decide(1, 1);
  one.hear(server, Write{2, {client, 2}, {{{{2, Namespace::doc, 0}, Relation::viewer, user(1)}, false}}, -1});
  one.hear(server, StoreWatch{1, 0});
  Watched watched = one.sent<Watched>().at(0).message;
  CHECK(watched.until < first);
  CHECK(watched.changes.empty());
  one.sync();
  one.acknowledge(t2, 2);
  one.env().advance(1s);
  one.env().fire<HeartbeatDue>(one.server());
  one.sync();
  one.acknowledge(t2, 2);
  one.hear(server, StoreWatch{1, 0});
  watched = one.sent<Watched>().at(0).message;
  CHECK(watched.until > first);
  CHECK(watched.changes == std::vector{TimedChange{first, share(1)}});
  one.hear(server, StoreWatch{1, first});
  CHECK(one.sent<Watched>().at(0).message.changes.empty());
}

TEST_CASE("zanzibar: the index is fed with what is decided and safe") {
  One one;
  const Timestamp first = one.decide(1, 1);
  one.env().advance(1s);
  one.env().fire<HeartbeatDue>(one.server());
  one.sync();
  one.write(2, 2);
  one.hear(server, AskFeed{0, 0});
  const Feed feed = one.sent<Feed>().at(0).message;
  REQUIRE(feed.entries.size() == 1);
  CHECK(feed.entries[0].ts == first);
  CHECK(feed.safe < one.shard().log()[1].ts);
}

}  // namespace lightcone::tests
