// Building blocks: quorums, the stable store, the key-value map.
#include <catch2/catch.hpp>
#include <vector>

#include "models/parts/key_value/store.hpp"
#include "models/parts/raft/quorum.hpp"
#include "models/parts/stable/cell.hpp"
#include "models/parts/stable/wal.hpp"
#include "models/parts/workload/ending.hpp"
#include "sim/disk/disk.hpp"
#include "tests/models/fake_env.hpp"

namespace lightcone::tests {

namespace {

using models::parts::key_value::Command;
using models::parts::key_value::Store;
using models::parts::key_value::Verb;
using models::parts::raft::Configuration;
using models::parts::raft::Counting;
using sim::NodeId;

struct Number {
  std::uint64_t value = 0;
  bool operator==(const Number&) const = default;
};
std::uint64_t wire_bytes(const Number&) { return 8; }

std::vector<NodeId> members(unsigned set) {
  std::vector<NodeId> nodes;
  for (std::uint32_t i = 0; i < 6; ++i) {
    if ((set >> i & 1U) != 0) nodes.push_back(NodeId{i});
  }
  return nodes;
}

// By looking at every set of nodes.
bool quorums_meet(const Configuration& a, const Configuration& b) {
  const auto is_quorum = [](const Configuration& configuration, unsigned set) {
    return reached_by_quorum(configuration, Counting::voters,
                             [set](NodeId node) -> std::uint64_t { return set >> node.index & 1U; }) == 1;
  };
  for (unsigned left = 0; left < 64; ++left) {
    for (unsigned right = 0; right < 64; ++right) {
      if ((left & right) == 0 && is_quorum(a, left) && is_quorum(b, right)) return false;
    }
  }
  return true;
}

sim::Disk disk() { return sim::Disk({}, sim::Stream(1, "disk")); }

}  // namespace

TEST_CASE("quorums: what a majority has reached") {
  const std::vector<NodeId> five = members(0b11111);
  const auto value = [](NodeId node) -> std::uint64_t { return 10 * (node.index + 1); };
  CHECK(models::parts::raft::reached_by_majority(five, value) == 30);
  CHECK(models::parts::raft::reached_by_majority(members(0b1111), value) == 20);
  CHECK(models::parts::raft::reached_by_majority(members(0b1), value) == 10);
  CHECK(models::parts::raft::reached_by_majority({}, value) == 0);
  // Half of them, which is not enough for two to meet.
  const auto half = models::parts::raft::Quorum::half;
  CHECK(models::parts::raft::reached_by_majority(members(0b1111), value, half) == 30);
  CHECK(models::parts::raft::reached_by_majority(five, value, half) == 30);
  CHECK(models::parts::raft::reached_by_majority(members(0b1), value, half) == 10);
}

TEST_CASE("quorums: a joint configuration needs both majorities, learners never count") {
  Configuration joint{members(0b111), members(0b111000), {}};
  const auto in = [](unsigned set) {
    return [set](NodeId node) -> std::uint64_t { return set >> node.index & 1U; };
  };
  CHECK(reached_by_quorum(joint, Counting::voters, in(0b011011)) == 1);
  CHECK(reached_by_quorum(joint, Counting::voters, in(0b000111)) == 0);
  Configuration learning{members(0b111), {}, members(0b111000)};
  CHECK(reached_by_quorum(learning, Counting::voters, in(0b111001)) == 0);
  CHECK(reached_by_quorum(learning, Counting::voters_and_learners, in(0b111001)) == 1);
}

TEST_CASE("quorums: configurations have common quorums exactly when no disjoint ones exist") {
  for (unsigned a = 1; a < 64; ++a) {
    for (unsigned b = 1; b < 64; ++b) {
      const Configuration left{members(a), {}, {}};
      const Configuration right{members(b), {}, {}};
      CHECK(have_common_quorums(left, right) == quorums_meet(left, right));
    }
  }
  const Configuration before{members(0b111), {}, {}};
  const Configuration joint{members(0b111), members(0b111000), {}};
  const Configuration after{members(0b111000), {}, {}};
  CHECK(have_common_quorums(before, joint));
  CHECK(have_common_quorums(joint, after));
  CHECK_FALSE(have_common_quorums(before, after));
}

TEST_CASE("cell: after a power loss the value is the last one synced or a later one, never another") {
  for (std::uint64_t synced = 1; synced <= 40; ++synced) {
    for (std::uint64_t more = 0; more <= 2; ++more) {
      for (const auto last : {sim::Disk::LastWrite::lost, sim::Disk::LastWrite::torn}) {
        sim::Disk device = disk();
        models::parts::stable::Cell<Number> cell(device, "cell");
        for (std::uint64_t i = 1; i <= synced; ++i) REQUIRE(cell.write({i}));
        device.complete_sync(device.begin_sync(sim::Instant{}).id);
        for (std::uint64_t i = 1; i <= more; ++i) REQUIRE(cell.write({synced + i}));
        device.lose_power(sim::Instant{}, sim::Disk::Surviving::random_prefix, last);
        const auto found = cell.read();
        REQUIRE(found.value);
        CHECK(found.value->value >= synced);
        CHECK(found.value->value <= synced + more);
        REQUIRE(cell.write({1000}));
        CHECK(cell.read().value == Number{1000});
      }
    }
  }
}

TEST_CASE("cell: one rotten record costs nothing, both copies are reported") {
  sim::Disk device = disk();
  models::parts::stable::Cell<Number> cell(device, "cell");
  CHECK(cell.read().state == models::parts::stable::Cell<Number>::State::never_written);
  REQUIRE(cell.write({7}));
  device.complete_sync(device.begin_sync(sim::Instant{}).id);
  CHECK(device.rot("cell", 1, sim::Disk::Which::newest) == 1);
  CHECK(cell.read().value == Number{7});
  CHECK(device.rot("cell", 1, sim::Disk::Which::newest) == 1);
  CHECK(cell.read().state == models::parts::stable::Cell<Number>::State::corrupt);
}

TEST_CASE("wal: a torn record is cut off, a damaged one before it is reported") {
  using Wal = models::parts::stable::Wal<Number, Number>;
  for (const auto last : {sim::Disk::LastWrite::lost, sim::Disk::LastWrite::torn}) {
    sim::Disk device = disk();
    Wal wal(device, "wal");
    for (std::uint64_t i = 1; i <= 3; ++i) REQUIRE(wal.append({i}));
    REQUIRE(wal.seal({3}));
    device.complete_sync(device.begin_sync(sim::Instant{}).id);
    REQUIRE(wal.append({4}));
    device.lose_power(sim::Instant{}, sim::Disk::Surviving::nothing, last);
    Wal after(device, "wal");
    const auto found = after.recover();
    CHECK_FALSE(found.is_corrupt);
    CHECK(found.records == std::vector<Number>{{1}, {2}, {3}});
    REQUIRE(after.append({5}));
    CHECK(after.size() == 4);

    CHECK(device.rot("wal", 1, sim::Disk::Which::oldest) == 1);
    Wal damaged(device, "wal");
    const auto rest = damaged.recover();
    CHECK(rest.is_corrupt);
    CHECK(rest.records.empty());
    CHECK(rest.behind == std::vector<Number>{{2}, {3}, {5}});
    CHECK_FALSE(rest.ends_in_damage);
    REQUIRE(rest.last_seal);
    CHECK(rest.last_seal->value == 3);
    CHECK(device.rot("wal", 2, sim::Disk::Which::newest) == 2);
    CHECK(Wal(device, "wal").recover().ends_in_damage);
  }
}

TEST_CASE("wal: truncation and dropping keep the rest in order, across restarts") {
  using Wal = models::parts::stable::Wal<Number, Number>;
  sim::Disk device = disk();
  Wal wal(device, "wal");
  for (std::uint64_t i = 1; i <= 6; ++i) {
    REQUIRE(wal.append({i}));
    REQUIRE(wal.seal({i}));
  }
  wal.truncate(5);
  wal.drop_front(2);
  REQUIRE(wal.append({60}));
  REQUIRE(wal.seal({60}));
  CHECK(wal.size() == 4);
  Wal again(device, "wal");
  CHECK(again.recover().records == std::vector<Number>{{3}, {4}, {5}, {60}});
  again.truncate(1);
  CHECK(Wal(device, "wal").recover().records == std::vector<Number>{{3}});
}

TEST_CASE("key-value: a command with a number takes effect once, and is answered the same again") {
  Store store(Store::Deduplication::by_session);
  Command open;
  open.verb = Verb::open_session;
  CHECK(*store.apply(open, 4) == sim::Value(4));
  Command incr{4, 1, Verb::incr, "n", 1, {}};
  CHECK(*store.apply(incr, 5) == sim::Value(1));
  CHECK(*store.apply(incr, 6) == sim::Value(1));
  CHECK(store.get("n") == sim::Value(1));
  CHECK(store.repeated_effects() == 0);
  incr.session = 99;
  CHECK(store.apply(incr, 7) == nullptr);

  Store forgetful(Store::Deduplication::none);
  Command again{4, 1, Verb::incr, "n", 1, {}};
  forgetful.apply(again, 5);
  CHECK(*forgetful.apply(again, 6) == sim::Value(2));
  CHECK(forgetful.repeated_effects() == 1);
}

TEST_CASE("key-value: a snapshot restores state and sessions") {
  Store store(Store::Deduplication::by_session);
  Command open;
  open.verb = Verb::open_session;
  store.apply(open, 1);
  store.apply({1, 1, Verb::put, "x", 5, {}}, 2);
  store.apply({1, 2, Verb::append, "s", "a ", {}}, 3);
  Store copy(Store::Deduplication::by_session);
  copy.restore(store.snapshot());
  CHECK(copy.digest() == store.digest());
  CHECK(*copy.apply({1, 3, Verb::cas, "x", 6, 5}, 4) == sim::Value(true));
  CHECK(*copy.apply({1, 4, Verb::cas, "x", 7, 5}, 5) == sim::Value(false));
  CHECK(store.get("x") == sim::Value(5));
  CHECK(copy.get("s") == sim::Value("a "));
}

TEST_CASE("ending: the history tells how an operation ended, and who said so") {
  FakeEnv env(NodeId{0});
  using models::parts::Ending;
  const std::vector<Ending> endings = {{sim::Outcome::ok, sim::Value(7), "", NodeId{1}},
                                       {sim::Outcome::fail, {}, "no leader", NodeId{1}},
                                       {sim::Outcome::info, {}, "no answer", sim::no_node}};
  for (std::size_t i = 0; i < endings.size(); ++i) {
    const auto operation = env.history().invoke(static_cast<std::int64_t>(i), "get", sim::Value("k"), {});
    models::parts::record(env, operation, endings[i]);
  }
  const sim::History& history = env.history().history();
  REQUIRE(history.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(history[i].outcome == endings[i].outcome);
    CHECK(history[i].error == endings[i].error);
    CHECK(history[i].node == (i == 2 ? "" : "n"));
  }
  CHECK(history[0].result == sim::Value(7));
}

}  // namespace lightcone::tests
