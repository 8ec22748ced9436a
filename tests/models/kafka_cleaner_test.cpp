// Logs of which something was taken away: where they begin, what is missing, and what a restart finds.
#include <catch2/catch.hpp>
#include <map>
#include <vector>

#include "models/kafka/cleaner.hpp"
#include "sim/chance/stream.hpp"

namespace lightcone::tests {

namespace {

using namespace models::kafka;
using Offsets = std::vector<Offset>;

struct OneLog {
  sim::Disk disk{{}, sim::Stream(1, "disk")};
  PartitionLog log{disk, "log"};
  TransactionTable transactions;

  OneLog() { log.recover(); }
  void append(Record record, LeaderEpoch epoch = 1, sim::WallTime now = {}) {
    record.epoch = epoch;
    REQUIRE(log.append(record, now));
  }
  void put(std::uint64_t key, std::int64_t value) {
    Record record;
    record.value = value;
    record.content = Keyed{key, false};
    append(record);
  }
  void remove(std::uint64_t key) {
    Record record;
    record.content = Keyed{key, true};
    append(record);
  }
  void sync() { disk.complete_sync(disk.begin_sync(sim::Instant{}).id); }
  void lose_power() {
    disk.lose_power(sim::Instant{}, sim::Disk::Surviving::nothing, sim::Disk::LastWrite::lost);
  }
  Compacted result_until(Offset bound, bool may_forget = false) {
    transactions.rebuild(log);
    ProducerTable producers(ProducerTable::BehindMarkers::begin_anew);
    producers.rebuild(log, bound);
    return compacted(log, bound, transactions, producers, [=](Offset) { return may_forget; });
  }
  void compact_until(Offset bound, bool may_forget = false) {
    REQUIRE(log.compact(result_until(bound, may_forget).left));
  }
  // Where there are records that say something.
  Offsets offsets() const {
    Offsets found;
    for (const Entry& entry : log.from(0)) {
      if (!std::holds_alternative<Emptied>(entry.record.content)) found.push_back(entry.offset);
    }
    return found;
  }
};

Record of_producer(Pid pid, std::uint64_t epoch, std::uint64_t sequence, Content content = {}) {
  Record record;
  record.pid = pid;
  record.producer_epoch = epoch;
  record.sequence = sequence;
  record.content = std::move(content);
  return record;
}

LogStart start_at(Offset offset, LeaderEpoch last_epoch) { return {{offset, last_epoch}, {}, {}}; }

Parameters with(std::int64_t segment, std::int64_t records, sim::Duration age = {}) {
  Parameters parameters;
  parameters.segment_records = segment;
  parameters.retention_records = records;
  parameters.retention = age;
  return parameters;
}

}  // namespace

TEST_CASE(
    "kafka retention: segments go as long as enough records are left, and none at or behind the bound") {
  OneLog one;
  for (int i = 0; i < 23; ++i) one.append({});
  const sim::WallTime now{};
  CHECK(start_by_retention(one.log, with(5, 10), 23, now) == 10);
  CHECK(start_by_retention(one.log, with(5, 13), 23, now) == 10);
  CHECK(start_by_retention(one.log, with(5, 14), 23, now) == 5);
  CHECK(start_by_retention(one.log, with(5, 10), 9, now) == 5);
  CHECK(start_by_retention(one.log, with(5, 10), 10, now) == 10);
  CHECK(start_by_retention(one.log, with(5, 1), 23, now) == 20);  // the last segment is being written to
  CHECK(start_by_retention(one.log, with(5, 0), 23, now) == 0);
}

TEST_CASE("kafka retention: a segment is as old as its last record") {
  using std::chrono::seconds;
  OneLog one;
  for (int i = 0; i < 9; ++i) one.append({}, 1, sim::WallTime(seconds(i)));
  const Parameters parameters = with(3, 0, seconds(4));
  CHECK(start_by_retention(one.log, parameters, 9, sim::WallTime(seconds(6))) == 0);
  CHECK(start_by_retention(one.log, parameters, 9, sim::WallTime(seconds(7))) == 3);
  CHECK(start_by_retention(one.log, parameters, 9, sim::WallTime(seconds(10))) == 6);
  CHECK(start_by_retention(one.log, parameters, 9, sim::WallTime(seconds(60))) == 9);
}

TEST_CASE("kafka log: where it begins is found again, and so is the epoch of the record before") {
  OneLog one;
  for (int i = 0; i < 4; ++i) one.append({}, 1);
  for (int i = 0; i < 4; ++i) one.append({}, 3);
  LogStart start = start_at(5, one.log.epoch_before(5));
  start.producers = {{7, 2, 9, {3, 4}}};
  REQUIRE(one.log.begin_at(start));
  one.append({}, 4);
  const auto check = [&](const PartitionLog& log) {
    CHECK(log.start() == start);
    CHECK(log.end() == 9);
    CHECK(log.size() == 4);
    CHECK(log.find(4) == nullptr);
    CHECK(log.epoch_before(5) == 3);
    CHECK(log.epoch_before(8) == 3);
    CHECK(log.last_epoch() == 4);
    CHECK(log.end_of(1) == PartitionLog::EpochEnd{3, 5});  // all of it is gone
    CHECK(log.end_of(3) == PartitionLog::EpochEnd{3, 8});
  };
  check(one.log);
  PartitionLog again(one.disk, "log");
  again.recover();
  check(again);
}

TEST_CASE("kafka log: a start or a compaction that was not flushed is undone whole, and cut off it is not") {
  OneLog one;
  for (int i = 0; i < 6; ++i) one.put(static_cast<std::uint64_t>(i % 2), i);
  one.sync();
  const auto after_power_loss = [&] {
    one.lose_power();
    one.log.recover();
  };
  one.compact_until(6);
  CHECK(one.offsets() == Offsets{4, 5});
  after_power_loss();
  CHECK(one.offsets() == Offsets{0, 1, 2, 3, 4, 5});
  one.compact_until(4);
  REQUIRE(one.log.begin_at(start_at(1, 1)));
  CHECK(one.offsets() == Offsets{2, 3, 4, 5});
  one.put(0, 6);
  one.log.truncate(5);
  one.sync();
  after_power_loss();
  CHECK(one.log.start().position.offset == 1);
  CHECK(one.offsets() == Offsets{2, 3, 4});
}

TEST_CASE("kafka log: a log that begins anew has nothing of before") {
  OneLog one;
  for (int i = 0; i < 4; ++i) one.append({}, 1);
  REQUIRE(one.log.begin_anew_at(start_at(10, 5)));
  CHECK(one.log.is_empty());
  CHECK(one.log.end() == 10);
  CHECK(one.log.last_epoch() == 5);
  REQUIRE(one.log.copy({12, 5, {}, {}}));
  CHECK(one.log.end() == 13);
  CHECK(one.log.find(11) == nullptr);
  REQUIRE(one.log.begin_anew_at({}));
  CHECK(one.log.end() == 0);
  CHECK(one.log.last_epoch() == 0);
  one.append({}, 2);
  PartitionLog again(one.disk, "log");
  again.recover();
  CHECK(again.end() == 1);
  CHECK(again.last_epoch() == 2);
}

TEST_CASE("kafka compaction: of each key the latest record before the bound stays, where it was") {
  OneLog one;
  one.put(1, 10);
  one.put(2, 20);
  one.put(1, 11);
  one.append({});  // without a key
  one.put(2, 21);
  one.put(1, 12);
  one.compact_until(5);
  CHECK(one.offsets() == Offsets{2, 3, 4, 5});
  CHECK(one.log.at(2).value == 11);
  CHECK(one.log.find(1) == nullptr);
  one.compact_until(6);
  CHECK(one.offsets() == Offsets{3, 4, 5});
  CHECK(one.log.end() == 6);
}

TEST_CASE("kafka compaction: a deletion takes its key along, and stays itself until it may be forgotten") {
  OneLog one;
  one.put(1, 10);
  one.remove(1);
  one.put(2, 20);
  const Compacted kept = one.result_until(3);
  CHECK(kept.tombstones == Offsets{1});
  CHECK(kept.removed_tombstones.empty());
  one.compact_until(3);
  CHECK(one.offsets() == Offsets{1, 2});
  CHECK(one.result_until(3, true).removed_tombstones == Offsets{1});
  one.compact_until(3, true);
  CHECK(one.offsets() == Offsets{2});
  CHECK(one.log.end_of_holes() == 2);
}

TEST_CASE("kafka compaction: leader epochs end where they did, on any replica") {
  sim::Stream chance(3, "compactions");
  for (int run = 0; run < 100; ++run) {
    OneLog one;
    OneLog twin;
    LeaderEpoch epoch = 1;
    for (int i = 0; i < 40; ++i) {
      if (chance.chance({1, 6})) ++epoch;
      Record record;
      record.content = Keyed{chance.below(3), false};
      one.append(record, epoch);
      twin.append(record, epoch);
      if (chance.chance({1, 10})) one.compact_until(chance.below(one.log.end() + 1));
    }
    OneLog copy;
    for (const Entry& entry : one.log.from(0)) REQUIRE(copy.log.copy(entry));
    PartitionLog again(one.disk, "log");
    again.recover();
    for (const PartitionLog* log : {&one.log, &again, &copy.log}) {
      for (LeaderEpoch each = 0; each <= epoch + 1; ++each)
        REQUIRE(log->end_of(each) == twin.log.end_of(each));
      for (Offset offset = 0; offset <= twin.log.end(); ++offset)
        REQUIRE(log->epoch_before(offset) == twin.log.epoch_before(offset));
    }
  }
}

TEST_CASE("kafka compaction: the state of a table is the same however often and wherever it is compacted") {
  sim::Stream chance(5, "tables");
  const auto fold = [](const PartitionLog& log) {
    std::map<std::uint64_t, std::int64_t> table;
    for (const Entry& entry : log.from(0)) {
      const auto* keyed = std::get_if<Keyed>(&entry.record.content);
      if (keyed == nullptr) continue;
      if (keyed->is_deletion)
        table.erase(keyed->key);
      else
        table[keyed->key] = entry.record.value;
    }
    return table;
  };
  for (int run = 0; run < 100; ++run) {
    OneLog one;
    OneLog twin;
    for (int i = 0; i < 60; ++i) {
      const std::uint64_t key = chance.below(5);
      const bool is_deletion = chance.chance({1, 4});
      for (OneLog* each : {&one, &twin}) {
        if (is_deletion)
          each->remove(key);
        else
          each->put(key, i);
      }
      if (!chance.chance({1, 8})) continue;
      const Offset bound = chance.below(one.log.end() + 1);
      const bool may_forget = chance.chance({1, 2});
      one.compact_until(bound, may_forget);
      REQUIRE(fold(one.log) == fold(twin.log));
    }
  }
}

TEST_CASE("kafka compaction: what a producer's latest sequence numbers are is known as before") {
  OneLog one;
  for (std::uint64_t i = 0; i < 9; ++i) one.append(of_producer(7, 1, i, Keyed{1, false}));
  one.append(of_producer(8, 0, 0, Keyed{1, false}));
  ProducerTable before;
  before.rebuild(one.log);
  one.compact_until(10);
  CHECK(one.offsets() == Offsets{9});
  ProducerTable after;
  after.rebuild(one.log);
  CHECK(after.snapshot() == before.snapshot());
  CHECK(after.look_up(of_producer(7, 1, 9)).standing == ProducerTable::Standing::fresh);
  CHECK(after.look_up(of_producer(7, 1, 8)).offset == Offset{8});
}

TEST_CASE("kafka retention: what a producer's latest sequence numbers are is told by the start of the log") {
  OneLog one;
  for (std::uint64_t i = 0; i < 4; ++i) one.append(of_producer(7, 1, i));
  ProducerTable before;
  before.rebuild(one.log);
  LogStart start = start_at(4, 1);
  start.producers = before.snapshot();
  REQUIRE(one.log.begin_at(start));
  ProducerTable after;
  after.rebuild(one.log);
  CHECK(after.snapshot() == before.snapshot());
}

TEST_CASE("kafka compaction: aborted records replace nothing, and markers stay with what they commit") {
  OneLog one;
  const auto commit_of = [](Offset at) { return CommittedOffset{0, {at, 1}, 1, 1, 0}; };
  one.append(of_producer(1, 1, 0, commit_of(5)));
  one.append(of_producer(1, 2, 0, Marker{true, 1}));
  one.append(of_producer(1, 2, 0, commit_of(9)));
  one.append(of_producer(1, 3, 0, Marker{false, 1}));
  one.compact_until(4);
  CHECK(one.offsets() == Offsets{0, 1, 3});  // the last marker tells the producer's epoch
  one.append(of_producer(1, 3, 0, commit_of(9)));
  one.append(of_producer(1, 4, 0, Marker{true, 1}));
  one.compact_until(6);
  CHECK(one.offsets() == Offsets{1, 3, 4, 5});  // who still has what they end must hear of them
  one.compact_until(6, true);
  CHECK(one.offsets() == Offsets{4, 5});
}

TEST_CASE("kafka compaction: of a group the latest generation, offsets and barrier stay") {
  OneLog one;
  Record record;
  for (Generation generation = 1; generation <= 3; ++generation) {
    record.content = GroupGeneration{generation, {}};
    one.append(record);
    record.content = Barrier{};
    one.append(record);
    for (PartitionId id = 0; id < 2; ++id) {
      record.content = CommittedOffset{id, {generation, 1}, generation, 1, 0};
      one.append(record);
    }
  }
  one.compact_until(12);
  CHECK(one.offsets() == Offsets{8, 9, 10, 11});
}

}  // namespace lightcone::tests
