// Cleaning up on one broker, without a simulation: what it takes away, when, and whom it tells.
#include <catch2/catch.hpp>
#include <utility>
#include <vector>

#include "tests/models/kafka_one_broker.hpp"
#include "tests/models/kafka_one_of_three.hpp"

namespace lightcone::tests {

namespace {

using namespace models::kafka;
using std::chrono::milliseconds;
using std::chrono::seconds;

using one_of_three::b1;
using one_of_three::b2;
using one_of_three::b3;
using one_of_three::client;
using one_of_three::One;

constexpr auto cleanup_time = seconds(1);  // more than a broker waits at most

Parameters in_segments_of(std::int64_t records) {
  Parameters parameters;
  parameters.partitions = 1;
  parameters.segment_records = records;
  return parameters;
}

Parameters compacting() {
  Parameters parameters = in_segments_of(2);
  parameters.cleanup = Cleanup::compact;
  parameters.delete_retention = seconds(3);
  return parameters;
}

class Cleaning : public OneBroker {
 public:
  using OneBroker::OneBroker;

  void produce(Content content = {}, Pid pid = 0, std::uint64_t sequence = 0) {
    Record record;
    record.pid = pid;
    record.sequence = sequence;
    record.value = ++values_;
    record.content = std::move(content);
    hear(client, Produce{0, Acks::all, record});
  }
  void put(std::uint64_t key) { produce(Keyed{key, false}); }
  void remove(std::uint64_t key) { produce(Keyed{key, true}); }
  void clean_up() { check_after<CleanupDue>(cleanup_time); }
  Offset start() const { return replica(0).log().start().position.offset; }
  std::vector<Offset> offsets() const {
    std::vector<Offset> found;
    for (const Entry& entry : replica(0).log().from(0)) {
      if (!std::holds_alternative<Emptied>(entry.record.content)) found.push_back(entry.offset);
    }
    return found;
  }
  void poll(Offset offset) {
    hear(client, Poll{0, replica(0).leader_epoch(), offset, offset == 0 ? 0U : 1U});
  }

 private:
  std::int64_t values_ = 0;
};

using Offsets = std::vector<Offset>;

}  // namespace

TEST_CASE("kafka: a log that keeps everything is never cleaned up") {
  Cleaning one(in_segments_of(2));
  CHECK_FALSE(one.env().has_timer<CleanupDue>());
}

TEST_CASE("kafka: whoever wants what retention has removed is told where the log begins, and where it ends") {
  Parameters parameters = in_segments_of(2);
  parameters.retention_records = 3;
  Cleaning one(parameters);
  for (int i = 0; i < 8; ++i) one.produce();
  one.clean_up();
  CHECK(one.start() == 4);
  one.poll(0);
  const auto gone = one.env().take_sent<OffsetOutOfRange>();
  REQUIRE(gone.size() == 1);
  CHECK(gone[0].message.start == Position{4, 1});
  CHECK(gone[0].message.end == Position{8, 1});
  one.poll(4);
  const auto polled = one.env().take_sent<Polled>();
  REQUIRE(polled.size() == 1);
  CHECK(polled[0].message.entries.size() == 4);
}

TEST_CASE("kafka: segments go by age, by the clock of the leader, also after a restart") {
  Parameters parameters = in_segments_of(2);
  parameters.retention = seconds(5);
  Cleaning one(parameters);
  for (int i = 0; i < 3; ++i) one.produce();
  one.env().advance(seconds(3));
  one.produce();
  one.clean_up();
  CHECK(one.start() == 0);
  one.restart();
  one.clean_up();
  one.clean_up();
  CHECK(one.start() == 2);  // six seconds after
  one.clean_up();
  one.clean_up();
  CHECK(one.start() == 2);
  one.clean_up();
  CHECK(one.start() == 4);
}

TEST_CASE("kafka: a producer whose records are gone is known, also after a restart") {
  Parameters parameters = in_segments_of(2);
  parameters.retention_records = 1;
  Cleaning one(parameters);
  for (std::uint64_t i = 0; i < 4; ++i) one.produce({}, 9, i);
  one.clean_up();
  REQUIRE(one.start() == 2);
  one.produce();
  one.produce();
  one.clean_up();
  REQUIRE(one.start() == 4);
  one.restart();
  one.env().forget_sent();
  one.produce({}, 9, 3);
  const auto known = one.env().take_sent<Produced>();
  REQUIRE(known.size() == 1);
  CHECK(known[0].message.offset == 3);
  one.produce({}, 9, 4);
  CHECK(one.count<Produced>() == 1);
  CHECK(one.count<Refused>() == 0);
}

TEST_CASE("kafka: the segment that is written to is not compacted, and what is replaced before it goes") {
  Cleaning one(compacting());
  one.put(1);
  one.put(1);
  one.put(1);
  one.clean_up();
  CHECK(one.offsets() == Offsets{1, 2});
  one.put(2);
  one.clean_up();
  CHECK(one.offsets() == Offsets{2, 3});
}

TEST_CASE(
    "kafka: a deletion stays for delete_retention behind what it deletes, or not if that is forgotten") {
  for (const bool safe : {true, false}) {
    Cleaning one(compacting(), safe ? sim::BugSet{} : sim::BugSet{"kafka.tombstone-gc-early"});
    one.put(1);
    one.remove(1);
    one.put(2);
    one.put(3);
    one.clean_up();
    CHECK(one.offsets() == (safe ? Offsets{1, 2, 3} : Offsets{2, 3}));
    one.clean_up();
    one.clean_up();
    CHECK(one.offsets() == (safe ? Offsets{1, 2, 3} : Offsets{2, 3}));
    one.clean_up();
    CHECK(one.offsets() == Offsets{2, 3});
  }
}

TEST_CASE("kafka: whoever becomes leader keeps deletions for its own time") {
  Cleaning one(compacting());
  one.put(1);
  one.remove(1);
  one.put(2);
  one.put(3);
  one.clean_up();
  one.env().advance(seconds(10));
  one.restart();
  one.clean_up();
  one.clean_up();
  CHECK(one.offsets() == Offsets{1, 2, 3});
  one.clean_up();
  one.clean_up();
  CHECK(one.offsets() == Offsets{2, 3});
}

TEST_CASE("kafka: a compacted log of offsets tells the next coordinator all that it has to know") {
  Parameters parameters = compacting();
  parameters.consumers = 1;
  Cleaning one(parameters);
  one.env().forget_sent();
  const PartitionId offsets = 1;
  const MemberId member = 11;
  const NodeId node{2};
  one.hear(node, JoinGroup{1, {member, node, 0, {}}});
  one.check_after<GroupCheckDue>(milliseconds(400));
  one.hear(node, SyncGroup{member, 1, {{member, node, {0}}}});
  for (Offset i = 1; i <= 9; ++i) one.hear(node, OffsetCommit{member, 1, {{0, {i, 1}}}});
  const std::size_t before = one.replica(offsets).log().size();
  one.clean_up();
  CHECK(one.replica(offsets).log().size() < before);
  one.restart();
  one.hear(node, OffsetFetch{{0}});
  const auto fetched = one.env().take_sent<OffsetsFetched>();
  REQUIRE(fetched.size() == 1);
  CHECK(fetched[0].message.offsets[0].position == Position{9, 1});
  one.hear(node, OffsetCommit{member, 1, {{0, {10, 1}}}});  // it is a member still
  CHECK(one.count<GroupRefused>() == 0);
}

TEST_CASE("kafka: retention stops at the high watermark, unless that does not count") {
  for (const bool safe : {true, false}) {
    Parameters parameters = one_of_three::one_partition();
    parameters.segment_records = 2;
    parameters.retention_records = 2;
    One one(safe ? sim::BugSet{} : sim::BugSet{"kafka.retention-past-hw"}, parameters);
    one.decide(b1, {b1, b2, b3});
    for (std::uint64_t i = 0; i < 7; ++i) one.produce(i, Acks::leader);
    one.fetch(b2, 3);
    one.fetch(b3, 3);
    REQUIRE(one.replica().high_watermark() == 3);
    one.env().fire<CleanupDue>(one.broker());
    CHECK(one.replica().log().start().position.offset == (safe ? 2 : 4));
    one.fetch(b3, 1);
    const auto later = one.env().take_sent<LogStartsLater>();
    REQUIRE(later.size() == 1);
    CHECK(later[0].message.log_start == one.replica().log().start());
  }
}

TEST_CASE("kafka: a follower begins its log where the leader's begins, and anew if it has too little") {
  Parameters parameters = one_of_three::one_partition();
  parameters.retention_records = 2;
  One one({}, parameters);
  one.decide(b2, {b1, b2, b3});
  one.receive({1, 1, 1}, 3);
  const auto asked = one.env().take_sent<FetchRecords>();
  FetchedRecords fetched{0, 1, asked.back().message.round, 3, {}, 3, 2, 0, 0};
  one.hear(b2, fetched);
  CHECK(one.replica().log().start().position == Position{2, 1});
  CHECK(one.replica().log().size() == 1);
  LogStart start{{9, 1}, {{7, 0, 4, {6, 7, 8}}}, {}};
  one.hear(b2, LogStartsLater{0, 1, one.round_of_last_request(), start});
  CHECK(one.replica().log().is_empty());
  CHECK(one.replica().log().start() == start);
  CHECK(one.replica().high_watermark() == 9);
  const auto again = one.env().take_sent<FetchRecords>();
  REQUIRE(again.size() == 1);
  CHECK(again[0].message.offset == 9);
  CHECK(again[0].message.last_epoch == 1);
  one.hear(b2, LogStartsLater{0, 1, 1, {}});  // late: it has begun anew since
  CHECK(one.replica().log().start() == start);
}

TEST_CASE("kafka: who has missed a deletion begins anew, and who began after it or was there goes on") {
  Parameters parameters = one_of_three::one_partition();
  parameters.cleanup = Cleanup::compact;
  parameters.segment_records = 2;
  for (const bool safe : {true, false}) {
    One one(safe ? sim::BugSet{} : sim::BugSet{"kafka.missed-tombstones"}, parameters);
    one.decide(b1, {b1, b2});
    const auto append = [&](std::uint64_t key, bool is_deletion) {
      Produce produce{0, Acks::leader, {}};
      produce.record.content = Keyed{key, is_deletion};
      one.hear(client, produce);
    };
    append(1, false);
    append(2, false);
    append(1, true);
    append(2, false);
    one.fetch(b2, 4);
    one.fetch(b3, 1);
    one.env().fire<CleanupDue>(one.broker());
    one.env().advance(parameters.delete_retention);
    one.env().fire<CleanupDue>(one.broker());
    REQUIRE(one.replica().log().find(2) == nullptr);
    one.env().forget_sent();
    one.fetch(b3, 1);
    CHECK(one.count<LogStartsLater>() == (safe ? 1 : 0));
    one.fetch(b3, 0);
    one.fetch(b3, 2);
    one.fetch(b2, 4);
    CHECK(one.count<LogStartsLater>() == 0);
  }
}

// The last of those who missed it has all but the deletion itself.
TEST_CASE("kafka: who has all before a forgotten deletion has missed it, and who has it too has not") {
  Parameters parameters = one_of_three::one_partition();
  parameters.cleanup = Cleanup::compact;
  parameters.segment_records = 2;
  const std::pair<Offset, std::size_t> cases[] = {{1, 1}, {2, 1}, {3, 0}};
  for (const auto& [has, begins_anew] : cases) {
    INFO("it has all before " << has);
    One one({}, parameters);
    one.decide(b1, {b1, b2});
    for (const bool is_deletion : {false, false, true, false}) {
      Produce produce{0, Acks::leader, {}};
      produce.record.content = Keyed{one.replica().log().end() % 2, is_deletion};
      one.hear(client, produce);
    }
    one.fetch(b2, 4);
    one.env().fire<CleanupDue>(one.broker());
    one.env().advance(parameters.delete_retention);
    one.env().fire<CleanupDue>(one.broker());
    REQUIRE(one.replica().log().find(2) == nullptr);
    one.env().forget_sent();
    one.fetch(b3, has);
    CHECK(one.count<LogStartsLater>() == begins_anew);
  }
}

}  // namespace lightcone::tests
