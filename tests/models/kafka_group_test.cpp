// The coordinator of a consumer group on one broker, without a simulation; and who gets what.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <vector>

#include "models/kafka/assignment.hpp"
#include "tests/models/kafka_one_broker.hpp"
#include "tests/models/kafka_one_of_three.hpp"

namespace lightcone::tests {

namespace {

using namespace models::kafka;

constexpr NodeId g1{2}, g2{3};
constexpr MemberId m1 = 11, m2 = 22;
constexpr PartitionId offsets = 2;  // the partition behind the two of clients

Parameters with_group() {
  Parameters parameters;
  parameters.consumers = 2;
  return parameters;
}

class Coordinator : public OneBroker {
 public:
  explicit Coordinator(sim::BugSet bugs = {}) : OneBroker(with_group(), std::move(bugs)) {}

  void join(MemberId member, std::uint64_t round, Holding holding = {}) {
    holding.member = member;
    holding.node = member == m1 ? g1 : g2;
    hear(holding.node, JoinGroup{round, holding});
  }
  void check_after(sim::Duration time) { OneBroker::check_after<GroupCheckDue>(time); }
  // Both are members, of generation 1: m1 leads it and has partition 0, m2 has partition 1.
  void form() {
    join(m1, 1);
    join(m2, 1);
    check_after(std::chrono::milliseconds(300));
    REQUIRE(env().take_sent<Joined>().size() == 2);
    hear(g1, SyncGroup{m1, 1, {{m1, g1, {0}}, {m2, g2, {1}}}});
    hear(g2, SyncGroup{m2, 1, {}});
    REQUIRE(env().take_sent<Synced>().size() == 2);
  }
  void commit(NodeId from, MemberId member, Generation generation, PartitionId partition, Offset offset) {
    hear(from, OffsetCommit{member, generation, {{partition, {offset, 1}}}});
  }
  Offset fetch(PartitionId partition) {
    hear(g1, OffsetFetch{{partition}});
    const auto fetched = env().take_sent<OffsetsFetched>();
    REQUIRE(fetched.size() == 1);
    REQUIRE(fetched[0].message.offsets.size() == 1);
    return fetched[0].message.offsets[0].position.offset;
  }
  std::vector<GroupReason> refusals() {
    std::vector<GroupReason> reasons;
    for (const auto& sent : env().take_sent<GroupRefused>()) reasons.push_back(sent.message.reason);
    return reasons;
  }
  const PartitionLog& log() const { return replica(offsets).log(); }
};

using Reasons = std::vector<GroupReason>;

Holding holding(MemberId member, std::vector<PartitionId> partitions, Generation generation = 1) {
  return {member, g1, generation, std::move(partitions)};
}

std::vector<std::vector<PartitionId>> partitions_of(const std::vector<Share>& shares) {
  std::vector<std::vector<PartitionId>> all;
  for (const Share& share : shares) all.push_back(share.partitions);
  return all;
}

}  // namespace

TEST_CASE(
    "kafka: an empty group waits a moment for more members than the first, and then makes a generation") {
  Coordinator group;
  group.join(m2, 1);
  CHECK(group.count<Joined>() == 0);
  group.join(m1, 1);
  group.check_after(std::chrono::milliseconds(300));
  const auto joined = group.env().take_sent<Joined>();
  REQUIRE(joined.size() == 2);
  CHECK(joined[0].message.generation == 1);
  CHECK(joined[0].message.leader == m1);
  CHECK(joined[0].message.members.size() == 2);
  CHECK(joined[1].message.members.empty());
}

TEST_CASE("kafka: shares are given out once the leader's assignment is in the log") {
  Coordinator group;
  group.join(m1, 1);
  group.join(m2, 1);
  group.check_after(std::chrono::milliseconds(300));
  group.hear(g2, SyncGroup{m2, 1, {}});
  CHECK(group.count<Synced>() == 0);
  group.hear(g1, SyncGroup{m1, 1, {{m1, g1, {0}}, {m2, g2, {1}}}});
  const auto synced = group.env().take_sent<Synced>();
  REQUIRE(synced.size() == 2);
  CHECK(std::holds_alternative<GroupGeneration>(group.log().at(0).content));
}

TEST_CASE("kafka: a member that is not heard of is left out, and the others join again") {
  Coordinator group;
  group.form();
  group.check_after(std::chrono::milliseconds(400));
  group.hear(g1, GroupHeartbeat{m1, 1});
  CHECK(group.count<GroupHeartbeatTaken>() == 1);
  group.check_after(std::chrono::milliseconds(300));
  group.hear(g1, GroupHeartbeat{m1, 1});
  CHECK(group.refusals() == Reasons{GroupReason::rebalance_in_progress});
  group.hear(g2, GroupHeartbeat{m2, 1});
  CHECK(group.refusals() == Reasons{GroupReason::unknown_member});
  group.join(m1, 2);
  const auto joined = group.env().take_sent<Joined>();
  REQUIRE(joined.size() == 1);
  CHECK(joined[0].message.generation == 2);
}

TEST_CASE("kafka: who does not join in time is left out of the next generation") {
  Coordinator group;
  group.form();
  group.join(m1, 2);
  CHECK(group.count<Joined>() == 0);
  group.check_after(std::chrono::milliseconds(300));
  group.hear(g2, GroupHeartbeat{m2, 1});
  CHECK(group.refusals() == Reasons{GroupReason::rebalance_in_progress});
  group.check_after(std::chrono::milliseconds(300));
  REQUIRE(group.count<Joined>() == 1);
  group.hear(g2, GroupHeartbeat{m2, 1});
  CHECK(group.refusals() == Reasons{GroupReason::unknown_member});
}

TEST_CASE("kafka: a member whose answer was lost asks again and is told the same, and an old copy nothing") {
  Coordinator group;
  group.form();
  group.join(m1, 1);
  const auto again = group.env().take_sent<Joined>();
  REQUIRE(again.size() == 1);
  CHECK(again[0].message.generation == 1);
  group.join(m1, 2);
  group.join(m2, 2);
  CHECK(group.count<Joined>() == 2);
  group.join(m1, 1);
  CHECK(group.count<Joined>() == 0);
}

TEST_CASE("kafka: a member that leaves makes room at once") {
  Coordinator group;
  group.form();
  group.hear(g2, LeaveGroup{m2});
  group.join(m1, 2);
  CHECK(group.count<Joined>() == 1);
}

TEST_CASE("kafka: a commit counts in the current generation only, unless nobody looks at it") {
  for (const bool safe : {true, false}) {
    Coordinator group(safe ? sim::BugSet{} : sim::BugSet{"kafka.no-generation-check"});
    group.form();
    group.commit(g1, m1, 1, 0, 5);
    CHECK(group.count<OffsetsCommitted>() == 1);
    CHECK(group.fetch(0) == 5);
    group.commit(g1, 99, 1, 0, 2);
    group.commit(g1, m1, 0, 0, 3);
    CHECK(group.refusals() ==
          (safe ? Reasons{GroupReason::unknown_member, GroupReason::illegal_generation} : Reasons{}));
    CHECK(group.fetch(0) == (safe ? 5 : 3));
  }
}

TEST_CASE("kafka: while members join, the generation before may commit, and while they sync nobody may") {
  Coordinator group;
  group.form();
  group.join(m1, 2);
  group.commit(g2, m2, 1, 1, 4);
  CHECK(group.count<OffsetsCommitted>() == 1);
  group.join(m2, 2);
  group.commit(g2, m2, 1, 1, 5);
  group.commit(g2, m2, 2, 1, 6);
  CHECK(group.refusals() == Reasons{GroupReason::illegal_generation, GroupReason::rebalance_in_progress});
  CHECK(group.fetch(1) == 4);
}

TEST_CASE("kafka: the next coordinator knows members, generation and offsets from the log") {
  Coordinator group;
  group.form();
  group.commit(g1, m1, 1, 0, 5);
  group.restart();
  group.hear(g1, GroupHeartbeat{m1, 1});
  CHECK(group.count<GroupHeartbeatTaken>() == 1);
  CHECK(group.fetch(0) == 5);
  group.join(m1, 2);
  group.join(m2, 2);
  const auto joined = group.env().take_sent<Joined>();
  REQUIRE(joined.size() == 2);
  CHECK(joined[0].message.generation == 2);
}

TEST_CASE("kafka: ranges are dealt to members in their order") {
  const auto shares = assign(Assign::eager, {holding(3, {}), holding(1, {}), holding(2, {})}, 7);
  CHECK(shares[0].member == 1);
  CHECK(partitions_of(shares) == std::vector<std::vector<PartitionId>>{{0, 1, 2}, {3, 4}, {5, 6}});
}

TEST_CASE("kafka: a cooperative group moves as little as is fair, and nothing that somebody still has") {
  const auto first = assign(Assign::cooperative, {holding(1, {0, 1, 2, 3}), holding(2, {})}, 4);
  CHECK(partitions_of(first) == std::vector<std::vector<PartitionId>>{{0, 1}, {}});
  const auto second = assign(Assign::cooperative, {holding(1, {0, 1}), holding(2, {})}, 4);
  CHECK(partitions_of(second) == std::vector<std::vector<PartitionId>>{{0, 1}, {2, 3}});
  const auto claims = assign(Assign::cooperative, {holding(1, {0}, 3), holding(2, {0, 1}, 4)}, 2);
  CHECK(partitions_of(claims) == std::vector<std::vector<PartitionId>>{{}, {0}});
}

TEST_CASE("kafka: whoever claims what, no partition is given to two, and after a second pass all are given") {
  sim::Stream chance(7, "claims");
  for (int i = 0; i < 500; ++i) {
    const std::int64_t partitions = chance.between(1, 9);
    std::vector<Holding> members;
    const std::int64_t count = chance.between(1, 5);
    for (std::int64_t m = 1; m <= count; ++m) {
      const auto generation = static_cast<Generation>(chance.between(1, 3));
      members.push_back(holding(static_cast<MemberId>(m), {}, generation));
      for (PartitionId id = 0; id < static_cast<PartitionId>(partitions); ++id) {
        if (chance.below(3) == 0) members.back().partitions.push_back(id);
      }
    }
    for (int pass = 0; pass < 3; ++pass) {
      const auto shares = assign(Assign::cooperative, members, partitions);
      std::set<PartitionId> given;
      std::size_t all = 0;
      for (std::size_t m = 0; m < shares.size(); ++m) {
        for (const PartitionId id : shares[m].partitions) {
          given.insert(id);
          for (const Holding& other : members) {
            const bool claims = std::count(other.partitions.begin(), other.partitions.end(), id) > 0;
            const bool is_later = other.generation > members[m].generation;
            CHECK_FALSE((claims && is_later && other.member != shares[m].member));
          }
        }
        all += shares[m].partitions.size();
      }
      CHECK(given.size() == all);
      if (pass == 2) CHECK(all == static_cast<std::size_t>(partitions));
      for (std::size_t m = 0; m < shares.size(); ++m) {
        members[m].partitions = shares[m].partitions;
        members[m].generation = static_cast<Generation>(pass) + 4;
      }
    }
  }
}

TEST_CASE("kafka: a new coordinator says nothing before it has read the last of what may be committed") {
  using one_of_three::b1, one_of_three::b2, one_of_three::b3;
  Parameters parameters = one_of_three::one_partition();
  parameters.consumers = 1;
  one_of_three::One one({}, parameters);
  const PartitionId of_offsets = 1;
  one.decide(b2, {b1, b2, b3});
  FetchedRecords fetched{of_offsets, 1, 0, 0, {}, 1, 0, 0, 0};
  for (const auto& sent : one.env().take_sent<FetchRecords>()) {
    if (sent.message.partition == of_offsets) fetched.round = sent.message.round;
  }
  for (const Generation generation : {1U, 2U}) {
    Record record;
    record.epoch = 1;
    record.content = GroupGeneration{generation, {{generation == 1 ? m1 : m2, g1, {0}}}};
    fetched.entries.push_back({generation - 1, 0, {}, record});
  }
  one.hear(b2, fetched);
  one.decide(b1, {b1, b3});
  one.env().forget_sent();
  one.hear(g1, GroupHeartbeat{m2, 2});
  const auto refused = one.env().take_sent<GroupRefused>();
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].message.reason == GroupReason::not_coordinator);
  one.fetch(b3, 2, 0, of_offsets);
  one.hear(g1, GroupHeartbeat{m2, 2});
  CHECK(one.count<GroupHeartbeatTaken>() == 1);
}

}  // namespace lightcone::tests
