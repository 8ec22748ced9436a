// One broker of three, without a simulation: what it answers, and when.
#include <catch2/catch.hpp>
#include <memory>
#include <vector>

#include "tests/models/kafka_one_of_three.hpp"

namespace lightcone::tests {

namespace {

using namespace one_of_three;

Parameters flushing() {
  Parameters parameters = one_partition();
  parameters.flush = Flush::every;
  return parameters;
}

}  // namespace

TEST_CASE("kafka: a broker that is not registered leads nothing, whatever it is told") {
  One one;
  one.hear(k1, MetadataUpdate{5, sim::Payload::of(one.image())});
  CHECK(one.replica().role() == Replica::Role::idle);
  one.produce(0);
  const auto refused = one.env().take_sent<Refused>();
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].message.reason == Reason::not_leader);
  one.decide(b1, {b1, b2, b3});
  CHECK(one.replica().role() == Replica::Role::leader);
}

TEST_CASE("kafka: a record is acknowledged by all when every replica of the ISR has it") {
  One one;
  one.decide(b1, {b1, b2, b3});
  one.produce(0);
  one.fetch(b2, 1);
  CHECK(one.count<Produced>() == 0);
  CHECK(one.replica().high_watermark() == 0);
  one.fetch(b3, 1);
  CHECK(one.replica().high_watermark() == 1);
  const auto produced = one.env().take_sent<Produced>();
  REQUIRE(produced.size() == 1);
  CHECK(produced[0].message.offset == 0);
  CHECK(produced[0].message.epoch == 1);
}

TEST_CASE("kafka: acks=1 is answered by the leader alone, and acks=0 by nobody") {
  One one;
  one.decide(b1, {b1, b2, b3});
  one.produce(0, Acks::leader);
  CHECK(one.count<Produced>() == 1);
  one.produce(1, Acks::none);
  CHECK(one.count<Produced>() == 0);
  CHECK(one.replica().log().end() == 2);
}

TEST_CASE("kafka: an ISR below min_isr commits nothing and takes nothing for all") {
  for (const bool safe : {true, false}) {
    One one(safe ? sim::BugSet{} : sim::BugSet{"kafka.min-isr-1"});
    one.decide(b1, {b1});
    one.produce(0);
    CHECK(one.count<Produced>() == (safe ? 0 : 1));
    CHECK(one.count<Refused>() == (safe ? 1 : 0));
    one.produce(safe ? 0 : 1, Acks::leader);
    CHECK(one.count<Produced>() == 1);
    CHECK((one.replica().high_watermark() == 0) == safe);
  }
}

TEST_CASE("kafka: a follower that lags leaves the ISR when the controllers say so, and counts until then") {
  for (const bool safe : {true, false}) {
    One one(safe ? sim::BugSet{} : sim::BugSet{"kafka.isr-shrink-local"});
    one.decide(b1, {b1, b2, b3});
    one.env().advance(std::chrono::milliseconds(400));
    one.fetch(b2, 0);
    one.env().advance(std::chrono::milliseconds(200));
    one.produce(0);
    one.fetch(b2, 1);
    one.env().fire<IsrCheckDue>(one.broker());
    const auto wanted = one.env().take_sent<AlterPartition>();
    REQUIRE(wanted.size() == 1);
    REQUIRE(wanted[0].message.isr.size() == 2);
    CHECK(wanted[0].message.isr[1].broker == b2);
    CHECK(one.replica().high_watermark() == (safe ? 0 : 1));
    one.env().fire<IsrCheckDue>(one.broker());
    CHECK(one.count<AlterPartition>() == 1);  // nothing was heard of it
    one.decide(b1, {b1, b2});
    CHECK(one.replica().high_watermark() == 1);
  }
}

TEST_CASE("kafka: a follower that has caught up is asked for, and counts from then on") {
  One one;
  one.decide(b1, {b1, b2});
  one.produce(0);
  one.fetch(b2, 1);
  CHECK(one.replica().high_watermark() == 1);
  one.fetch(b3, 0);
  CHECK(one.count<AlterPartition>() == 0);
  one.fetch(b3, 1);
  CHECK(one.count<AlterPartition>() == 1);
  one.produce(1);
  one.fetch(b2, 2);
  CHECK(one.replica().high_watermark() == 1);
  one.fetch(b3, 2);
  CHECK(one.replica().high_watermark() == 2);
}

TEST_CASE("kafka: what an earlier incarnation of a follower had does not count") {
  One one;
  one.image().brokers[b3].epoch = 7;
  one.decide(b1, {b1, b2, b3});
  one.produce(0);
  one.fetch(b2, 1);
  one.fetch(b3, 1, 3);
  CHECK(one.replica().high_watermark() == 0);
  one.fetch(b3, 1, 7);
  CHECK(one.replica().high_watermark() == 1);
}

TEST_CASE("kafka: consumers are given what is below the high watermark") {
  for (const bool safe : {true, false}) {
    One one(safe ? sim::BugSet{} : sim::BugSet{"kafka.read-past-hw"});
    one.decide(b1, {b1, b2, b3});
    one.produce(0);
    one.hear(client, Poll{0, 1, 0, 0});
    const auto polled = one.env().take_sent<Polled>();
    REQUIRE(polled.size() == 1);
    CHECK(polled[0].message.entries.size() == (safe ? 0 : 1));
  }
}

TEST_CASE("kafka: a leader answers consumers of its own epoch only, once it knows what is committed") {
  One one;
  one.decide(b2, {b1, b2, b3});
  one.receive({1, 1}, 1);
  one.decide(b1, {b1, b3});
  one.hear(client, Poll{0, 1, 0, 0});
  auto refused = one.env().take_sent<Refused>();
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].message.reason == Reason::not_leader);
  one.hear(client, Poll{0, 2, 0, 0});
  refused = one.env().take_sent<Refused>();
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].message.reason == Reason::no_high_watermark);
  one.fetch(b3, 2);
  one.hear(client, Poll{0, 2, 0, 0});
  const auto polled = one.env().take_sent<Polled>();
  REQUIRE(polled.size() == 1);
  CHECK(polled[0].message.entries.size() == 2);
  // Somebody who has read what this log does not have is sent back.
  one.hear(client, Poll{0, 2, 2, 9});
  CHECK(one.count<Moved>() == 1);
}

TEST_CASE("kafka: a record that is sent again is in the log once, unless the check is off") {
  for (const bool safe : {true, false}) {
    One one(safe ? sim::BugSet{} : sim::BugSet{"kafka.retry-no-idempotence"});
    one.decide(b1, {b1, b2, b3});
    one.produce(0, Acks::leader);
    one.produce(0, Acks::leader);
    CHECK(one.count<Produced>() == 2);
    CHECK(one.replica().log().end() == (safe ? 1 : 2));
    one.produce(5, Acks::leader);
    CHECK(one.count<OutOfSequence>() == (safe ? 1 : 0));
  }
}

TEST_CASE("kafka: a leader calls a number missing for good when it knows all that is committed") {
  One one;
  one.decide(b2, {b1, b2, b3});
  one.receive({1, 1}, 1);
  one.decide(b1, {b1, b3});
  one.produce(7);
  const auto refused = one.env().take_sent<Refused>();
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].message.reason == Reason::out_of_order);
  one.fetch(b3, 2);
  one.produce(7);
  const auto missing = one.env().take_sent<OutOfSequence>();
  REQUIRE(missing.size() == 1);
  CHECK(missing[0].message.epoch == 2);
}

TEST_CASE("kafka: who waits for no answer goes on behind what was lost on the way, and never back") {
  One one;
  one.decide(b1, {b1, b2, b3});
  one.produce(0, Acks::none);
  one.produce(3, Acks::none);
  one.produce(2, Acks::none);
  one.produce(4, Acks::none);
  REQUIRE(one.replica().log().end() == 3);
  CHECK(one.replica().log().at(1).sequence == 3);
  CHECK(one.replica().log().at(2).sequence == 4);
}

TEST_CASE("kafka: a new leader knows the producers of its log, unless it forgets them") {
  for (const bool safe : {true, false}) {
    One one(safe ? sim::BugSet{} : sim::BugSet{"kafka.pid-state-lost"});
    one.decide(b1, {b1, b2, b3});
    one.produce(0, Acks::leader);
    one.decide(b2, {b1, b2, b3});
    one.decide(b1, {b1, b2, b3});
    one.produce(0, Acks::leader);
    CHECK(one.replica().log().end() == (safe ? 1 : 2));
  }
}

TEST_CASE("kafka: a follower cuts off what its leader's epochs do not have, and no more") {
  One one;
  one.decide(b2, {b1, b2, b3});
  one.receive({1, 1, 1}, 1);
  one.decide(b3, {b1, b2, b3});
  auto questions = one.env().take_sent<OffsetForLeaderEpoch>();
  REQUIRE(questions.size() == 1);
  CHECK(questions[0].message.epoch == 1);
  one.env().forget_sent();
  one.hear(b3, EpochEndOffset{0, 2, questions[0].message.round, 1, 2});
  CHECK(one.replica().log().end() == 2);
  CHECK(one.count<FetchRecords>() == 1);
}

TEST_CASE("kafka: before epochs counted, a follower cut its log to its high watermark") {
  One one({"kafka.hw-truncation"});
  one.decide(b2, {b1, b2, b3});
  one.receive({1, 1, 1}, 1);
  one.decide(b3, {b1, b2, b3});
  CHECK(one.replica().log().end() == 1);
}

TEST_CASE("kafka: a follower asks again until both have the epoch, unless once is all it asks") {
  for (const bool safe : {true, false}) {
    One one(safe ? sim::BugSet{} : sim::BugSet{"kafka.epoch-lookup-one-round"});
    // Epochs 1, 2 and 4 here; 1 and 3 at the leader of epoch 5.
    one.decide(b2, {b1, b2, b3});
    one.receive({1, 2, 4});
    for (int i = 0; i < 2; ++i) {
      one.decide(b3, {b1, b2, b3});
      one.decide(b2, {b1, b2, b3});
    }
    one.env().forget_sent();
    one.env().fire<FetchDue>(one.broker());
    auto questions = one.env().take_sent<OffsetForLeaderEpoch>();
    REQUIRE(questions.size() == 1);
    CHECK(questions[0].message.epoch == 4);
    one.hear(b2, EpochEndOffset{0, 5, questions[0].message.round, 3, 3});
    questions = one.env().take_sent<OffsetForLeaderEpoch>();
    REQUIRE(questions.size() == (safe ? 1 : 0));
    if (!safe) {
      CHECK(one.replica().log().end() == 3);
      continue;
    }
    CHECK(one.replica().log().end() == 2);
    CHECK(questions[0].message.epoch == 2);
    one.hear(b2, EpochEndOffset{0, 5, questions[0].message.round, 1, 1});
    CHECK(one.replica().log().end() == 1);
  }
}

TEST_CASE("kafka: a leader tells a follower that its log is another one") {
  One one;
  one.decide(b1, {b1, b2, b3});
  one.produce(0, Acks::leader);
  one.env().forget_sent();
  one.hear(b2, FetchRecords{0, 1, 2, 1, 1, 7, 0, 0, 0, 0});
  CHECK(one.count<Diverged>() == 1);
  CHECK(one.replica().high_watermark() == 0);
  one.hear(b2, FetchRecords{0, 1, 2, 2, 5, 1, 0, 0, 0, 0});
  CHECK(one.count<Diverged>() == 1);
}

TEST_CASE("kafka: metadata from the past changes nothing, unless nobody looks at its version") {
  for (const bool safe : {true, false}) {
    One one(safe ? sim::BugSet{} : sim::BugSet{"kafka.stale-controller"});
    one.decide(b1, {b1, b2, b3});
    const Image past = one.image();
    one.decide(b2, {b1, b2, b3});
    one.hear(k1, MetadataUpdate{past.version, sim::Payload::of(past)});
    CHECK((one.replica().role() == Replica::Role::follower) == safe);
  }
}

TEST_CASE("kafka: who waits for an acknowledgement is told when the leader is one no more") {
  One one;
  one.decide(b1, {b1, b2, b3});
  one.produce(0);
  one.decide(b2, {b1, b2, b3});
  CHECK(one.count<MaybeProduced>() == 1);
  CHECK(one.count<Produced>() == 0);
}

TEST_CASE("kafka: with flush=every a record counts when it is on the disk, here and at a follower") {
  One leader({}, flushing());
  leader.decide(b1, {b1, b2, b3});
  leader.produce(0);
  leader.fetch(b2, 1);
  leader.fetch(b3, 1);
  CHECK(leader.count<Produced>() == 0);
  leader.env().complete_all_syncs(leader.broker());
  CHECK(leader.count<Produced>() == 1);

  One follower({}, flushing());
  follower.decide(b2, {b1, b2, b3});
  follower.receive({1});
  CHECK(follower.count<FetchRecords>() == 0);
  follower.env().complete_all_syncs(follower.broker());
  const auto fetches = follower.env().take_sent<FetchRecords>();
  REQUIRE(fetches.size() == 1);
  CHECK(fetches[0].message.offset == 1);
}

TEST_CASE("kafka: a restart finds the log, knows no role, and says where the log ends when nobody leads") {
  One one;
  one.decide(b1, {b1, b2, b3});
  one.produce(0, Acks::leader);
  one.restart();
  CHECK(one.replica().role() == Replica::Role::idle);
  CHECK(one.replica().log().end() == 1);
  one.image().brokers[b1].epoch = 8;
  one.decide(no_node, {});
  one.env().fire<HeartbeatDue>(one.broker());
  const auto heartbeats = one.env().take_sent<BrokerHeartbeat>();
  REQUIRE(heartbeats.size() == 1);
  CHECK(heartbeats[0].message.epoch == 8);
  REQUIRE(heartbeats[0].message.ends.size() == 1);
  CHECK(heartbeats[0].message.ends[0].end == 1);
  CHECK(heartbeats[0].message.ends[0].last_epoch == 1);
}

TEST_CASE("kafka: a broker that has been registered by a message of its past registers again, and goes on") {
  One one;
  one.decide(b2, {b1, b2, b3});
  one.env().forget_sent();
  one.hear(k1, StaleEpoch{7});  // about another incarnation
  CHECK(one.count<RegisterBroker>() == 0);
  one.hear(k1, StaleEpoch{1});
  const auto asked = one.env().take_sent<RegisterBroker>();
  REQUIRE(asked.size() == 1);
  one.image().brokers[b1].epoch = 9;
  ++one.image().version;
  ++one.image().partitions.front().epoch;
  one.hear(k1, BrokerRegistered{asked[0].message.incarnation, 9, one.image().version,
                                sim::Payload::of(one.image())});
  CHECK(one.broker().epoch() == 9);
  CHECK(one.replica().role() == Replica::Role::follower);
  one.env().fire<FetchDue>(one.broker());
  const auto fetches = one.env().take_sent<FetchRecords>();
  REQUIRE_FALSE(fetches.empty());
  CHECK(fetches.back().message.broker_epoch == 9);
}

TEST_CASE("kafka: producer ids are unique, and no incarnation gives one of another") {
  One one;
  one.hear(client, InitProducerId{});
  CHECK(one.count<Refused>() == 1);
  one.decide(b1, {b1, b2, b3});
  one.hear(client, InitProducerId{});
  one.hear(client, InitProducerId{});
  one.restart();
  one.image().brokers[b1].epoch = 8;
  one.tell();
  one.hear(client, InitProducerId{});
  const auto given = one.env().take_sent<ProducerIdGiven>();
  REQUIRE(given.size() == 3);
  CHECK(given[0].message.pid != given[1].message.pid);
  CHECK(given[2].message.pid != given[0].message.pid);
  CHECK(given[2].message.pid != given[1].message.pid);
}

}  // namespace lightcone::tests
