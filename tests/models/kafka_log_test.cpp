// The pure parts of the partitioned log: where epochs end, and what a leader knows of producers.
#include <catch2/catch.hpp>
#include <vector>

#include "models/kafka/partition_log.hpp"
#include "models/kafka/producer_table.hpp"
#include "sim/chance/stream.hpp"

namespace lightcone::tests {

namespace {

using namespace models::kafka;
using EpochEnd = PartitionLog::EpochEnd;
using Standing = ProducerTable::Standing;

Record of_epoch(LeaderEpoch epoch, std::int64_t value = 0) {
  Record record;
  record.epoch = epoch;
  record.value = value;
  return record;
}

Record numbered(Pid pid, std::uint64_t epoch, std::uint64_t sequence) {
  Record record;
  record.epoch = 1;
  record.pid = pid;
  record.producer_epoch = epoch;
  record.sequence = sequence;
  return record;
}

struct OneLog {
  sim::Disk disk{{}, sim::Stream(1, "disk")};
  PartitionLog log{disk, "log"};

  explicit OneLog(const std::vector<LeaderEpoch>& epochs = {}) {
    log.recover();
    for (const LeaderEpoch epoch : epochs) REQUIRE(log.append(of_epoch(epoch)));
  }
  void sync() { disk.complete_sync(disk.begin_sync(sim::Instant{}).id); }
};

// By looking at every record.
EpochEnd end_by_scan(const std::vector<LeaderEpoch>& epochs, LeaderEpoch epoch) {
  EpochEnd found;
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    if (epochs[i] <= epoch) found = {epochs[i], i + 1};
  }
  return found;
}

// Where two logs part, as a follower and a leader find out by asking each other.
Offset parting_by_lookups(OneLog& follower, const OneLog& leader) {
  while (follower.log.end() > 0) {
    const EpochEnd answer = leader.log.end_of(follower.log.last_epoch());
    const EpochEnd own = follower.log.end_of(answer.epoch);
    follower.log.truncate(own.epoch == answer.epoch ? std::min(own.end, answer.end) : own.end);
    if (follower.log.last_epoch() == answer.epoch) break;
  }
  return follower.log.end();
}

}  // namespace

TEST_CASE("kafka log: the end of an epoch is that of the latest one up to it that has records") {
  const OneLog one({1, 1, 3, 3, 3, 7});
  CHECK(one.log.end_of(0) == EpochEnd{0, 0});
  CHECK(one.log.end_of(1) == EpochEnd{1, 2});
  CHECK(one.log.end_of(2) == EpochEnd{1, 2});
  CHECK(one.log.end_of(3) == EpochEnd{3, 5});
  CHECK(one.log.end_of(6) == EpochEnd{3, 5});
  CHECK(one.log.end_of(9) == EpochEnd{7, 6});
  CHECK(one.log.begin_of_later_than(3) == 5);
  CHECK(one.log.begin_of_later_than(7) == 6);
  CHECK(OneLog().log.end_of(5) == EpochEnd{0, 0});
}

TEST_CASE("kafka log: epochs end where a scan says, after any appends and truncations") {
  sim::Stream chance(7, "log");
  OneLog one;
  std::vector<LeaderEpoch> twin;
  LeaderEpoch epoch = 1;
  for (int step = 0; step < 2000; ++step) {
    if (chance.chance({1, 8}) && !twin.empty()) {
      const Offset to = chance.below(twin.size() + 1);
      one.log.truncate(to);
      twin.resize(static_cast<std::size_t>(to));
      ++epoch;
    } else {
      if (chance.chance({1, 4})) epoch += 1 + chance.below(3);
      REQUIRE(one.log.append(of_epoch(epoch)));
      twin.push_back(epoch);
    }
    REQUIRE(one.log.end() == twin.size());
    const LeaderEpoch asked = chance.below(epoch + 2);
    REQUIRE(one.log.end_of(asked) == end_by_scan(twin, asked));
  }
}

TEST_CASE("kafka log: lookups find where two histories part, however many epochs they differ in") {
  // One history of leaders, of which each has a log that continues a beginning of the one before.
  sim::Stream chance(11, "histories");
  for (int run = 0; run < 300; ++run) {
    std::vector<std::vector<LeaderEpoch>> logs(3);
    for (LeaderEpoch epoch = 1; epoch <= 12; ++epoch) {
      const std::size_t leads = static_cast<std::size_t>(chance.below(3));
      std::vector<LeaderEpoch>& log = logs[leads];
      const std::uint64_t records = chance.below(3);
      for (std::uint64_t i = 0; i < records; ++i) log.push_back(epoch);
      // Somebody may follow for a while: it takes the leader's log up to somewhere.
      const std::size_t follows = static_cast<std::size_t>(chance.below(3));
      const bool takes_part = chance.chance({1, 2});
      if (follows == leads || !takes_part) continue;
      std::size_t common = 0;
      std::vector<LeaderEpoch>& other = logs[follows];
      while (common < other.size() && common < log.size() && other[common] == log[common]) ++common;
      const std::size_t upto = common + static_cast<std::size_t>(chance.below(log.size() - common + 1));
      other.assign(log.begin(), log.begin() + static_cast<std::ptrdiff_t>(upto));
    }
    for (std::size_t a = 0; a < 3; ++a) {
      for (std::size_t b = 0; b < 3; ++b) {
        std::size_t common = 0;
        while (common < logs[a].size() && common < logs[b].size() && logs[a][common] == logs[b][common])
          ++common;
        OneLog follower(logs[a]);
        const OneLog leader(logs[b]);
        REQUIRE(parting_by_lookups(follower, leader) == common);
      }
    }
  }
}

TEST_CASE("kafka log: one lookup is not enough where two epochs differ") {
  OneLog follower({1, 1, 2, 4});
  const OneLog leader({1, 1, 3, 3, 5});
  // KIP-101: cut where the leader's next epoch begins, and go on.
  OneLog once({1, 1, 2, 4});
  once.log.truncate(leader.log.begin_of_later_than(once.log.last_epoch()));
  CHECK(once.log.end() == 4);
  CHECK(parting_by_lookups(follower, leader) == 2);
}

TEST_CASE("kafka log: a crash keeps the page cache, and a power loss keeps what was flushed") {
  OneLog one({1, 1});
  one.sync();
  REQUIRE(one.log.append(of_epoch(2)));
  PartitionLog after_crash(one.disk, "log");
  after_crash.recover();
  CHECK(after_crash.end() == 3);
  one.disk.lose_power(sim::Instant{}, sim::Disk::Surviving::nothing, sim::Disk::LastWrite::lost);
  PartitionLog after_power_loss(one.disk, "log");
  after_power_loss.recover();
  CHECK(after_power_loss.end() == 2);
  CHECK(after_power_loss.last_epoch() == 1);
}

TEST_CASE("kafka log: what cannot be read ends the log, and is written over") {
  OneLog one({1, 2, 3});
  one.sync();
  REQUIRE(one.disk.rot("log", 1, sim::Disk::Which::oldest) == 1);
  PartitionLog damaged(one.disk, "log");
  damaged.recover();
  CHECK(damaged.end() == 0);
  REQUIRE(damaged.append(of_epoch(4)));
  PartitionLog again(one.disk, "log");
  again.recover();
  CHECK(again.end() == 1);
  CHECK(again.last_epoch() == 4);
}

TEST_CASE(
    "kafka producers: the next sequence number is fresh, a gap is not, and a copy is known by its offset") {
  ProducerTable table;
  CHECK(table.look_up(numbered(5, 0, 0)).standing == Standing::fresh);
  CHECK(table.look_up(numbered(5, 0, 1)).standing == Standing::out_of_order);
  for (std::uint64_t i = 0; i < 8; ++i) table.took(numbered(5, 0, i), 10 + i);
  CHECK(table.look_up(numbered(5, 0, 8)).standing == Standing::fresh);
  CHECK(table.look_up(numbered(5, 0, 9)).standing == Standing::out_of_order);
  for (std::uint64_t i = 3; i < 8; ++i) {
    const ProducerTable::Answer known = table.look_up(numbered(5, 0, i));
    CHECK(known.standing == Standing::duplicate);
    REQUIRE(known.offset);
    CHECK(*known.offset == 10 + i);
  }
  const ProducerTable::Answer ancient = table.look_up(numbered(5, 0, 2));
  CHECK(ancient.standing == Standing::duplicate);
  CHECK_FALSE(ancient.offset);
}

TEST_CASE("kafka producers: a later epoch begins anew and fences the earlier one") {
  ProducerTable table;
  table.took(numbered(5, 0, 0), 0);
  CHECK(table.look_up(numbered(5, 1, 3)).standing == Standing::out_of_order);
  CHECK(table.look_up(numbered(5, 1, 0)).standing == Standing::fresh);
  table.took(numbered(5, 1, 0), 1);
  CHECK(table.look_up(numbered(5, 0, 1)).standing == Standing::fenced);
  CHECK(table.look_up(numbered(5, 1, 0)).offset == Offset{1});
  CHECK(table.look_up(numbered(6, 0, 0)).standing == Standing::fresh);
}

TEST_CASE("kafka producers: a table is what its log says, also after a truncation") {
  OneLog one;
  ProducerTable kept;
  for (std::uint64_t i = 0; i < 6; ++i) {
    REQUIRE(one.log.append(numbered(5, 0, i)));
    kept.took(one.log.at(i), i);
  }
  ProducerTable rebuilt;
  rebuilt.rebuild(one.log);
  CHECK(rebuilt.look_up(numbered(5, 0, 5)).offset == kept.look_up(numbered(5, 0, 5)).offset);
  one.log.truncate(4);
  rebuilt.rebuild(one.log);
  CHECK(rebuilt.look_up(numbered(5, 0, 4)).standing == Standing::fresh);
  rebuilt.forget();
  CHECK(rebuilt.look_up(numbered(5, 0, 4)).standing == Standing::fresh);
  CHECK(rebuilt.look_up(numbered(5, 0, 2)).standing == Standing::fresh);  // and so it is in the log twice
}

}  // namespace lightcone::tests
