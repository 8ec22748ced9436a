// The index of groups answers, at every timestamp that it covers, what the oracle does.
#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "models/zanzibar/index.hpp"
#include "models/zanzibar/membership_index.hpp"
#include "models/zanzibar/oracle.hpp"
#include "models/zanzibar/tuple_table.hpp"
#include "sim/chance/stream.hpp"
#include "tests/models/fake_env.hpp"

namespace lightcone::tests {

using namespace models::zanzibar;

namespace {

constexpr NodeId store{0}, index_node{1}, asker{2};
constexpr std::uint32_t groups = 6;
constexpr UserId users = 4;

Object group(std::uint32_t number) { return {1, Namespace::group, number}; }

Change drawn_change(sim::Stream& chance) {
  const auto which = static_cast<std::uint32_t>(chance.below(groups));
  const auto other = static_cast<std::uint32_t>(chance.below(groups));
  const bool is_group = chance.chance({1, 2});
  const bool is_removal = chance.chance({2, 5});
  const Subject subject = is_group ? userset(group(other), Relation::member) : user(other % users);
  return {{group(which), Relation::member, subject}, is_removal};
}

// A run of changes, one a timestamp, with the table that remembers them all.
struct Run {
  TupleTable table;
  std::vector<Change> changes;  // that at place i has the timestamp i + 1

  explicit Run(std::uint64_t seed) {
    sim::Stream chance(seed, "groups");
    const Userset schema = schema_of(group(0));
    table.apply(0, {{schema.object, schema.relation, user(1)}, false});
    for (Timestamp ts = 1; ts <= 40; ++ts) {
      changes.push_back(drawn_change(chance));
      table.apply(ts, changes.back());
    }
  }
  bool contains(std::uint32_t number, UserId who, Timestamp ts) const {
    return models::zanzibar::contains({group(number), Relation::member}, who,
                                      [&](const Userset& set) { return table.read(set, ts); });
  }
};

void check_all(const MembershipIndex& index, const Run& run) {
  for (Timestamp ts = index.base(); ts <= index.watermark(); ++ts) {
    for (std::uint32_t number = 0; number < groups; ++number) {
      for (UserId who = 0; who < users; ++who) {
        INFO("group " << number << ", u" << who << " at " << ts);
        REQUIRE(index.contains(group(number), who, ts) == run.contains(number, who, ts));
      }
    }
  }
}

Parameters one_shard() {
  Parameters parameters;
  parameters.shards = 1;
  return parameters;
}

// The index server, without a simulation.
class OneIndex {
 public:
  explicit OneIndex(sim::BugSet bugs = {}) : bugs_(std::move(bugs)) { start(); }
  void restart() {
    index_.reset();
    env_.forget_sent();
    env_.lose_power();
    start();
  }
  void feed(Sequence after, const std::vector<Entry>& entries, Timestamp safe) {
    index_->on(Feed{0, after, entries, safe}, sim::From{store});
  }
  IndexAnswer ask(std::uint32_t number, UserId who, Timestamp ts) {
    index_->on(AskIndex{1, group(number), who, ts}, sim::From{asker});
    return env_.take_sent<IndexAnswer>().at(0).message;
  }
  Sequence asks_after() {
    env_.forget_sent();
    env_.fire<FeedDue>(*index_);
    return env_.take_sent<AskFeed>().at(0).message.after;
  }
  void snapshot() {
    env_.fire<SnapshotDue>(*index_);
    env_.complete_all_syncs(*index_);
  }

 private:
  void start() {
    index_ = std::make_unique<Index>(env_, parameters_, bugs_, store, first_);
    index_->start();
  }
  Parameters parameters_ = one_shard();
  sim::BugSet bugs_;
  std::vector<Tuple> first_ = {{group(0), Relation::member, user(3)}};
  FakeEnv env_{index_node};
  std::unique_ptr<Index> index_;
};

Entry joins(Timestamp ts, std::uint32_t number, UserId who) {
  return {1,
          ts,
          {asker, static_cast<std::uint64_t>(ts)},
          {{{group(number), Relation::member, user(who)}, false}}};
}

}  // namespace

TEST_CASE("zanzibar: the index is the oracle at every timestamp, whenever its base moves") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    const Run run(seed);
    MembershipIndex index(0, {});
    for (std::size_t i = 0; i < run.changes.size(); ++i) {
      const auto ts = static_cast<Timestamp>(i + 1);
      index.apply(ts, run.changes[i]);
      index.advance(ts);
      if (ts % 10 == 0) check_all(index, run);
      if (seed % 3 == 0 && ts % 15 == 0) index.compact();
    }
    check_all(index, run);
  }
}

TEST_CASE("zanzibar: an index that starts from tuples is the one that heard of each") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Run run(seed);
    MembershipIndex index(20, run.table.all_of(Namespace::group, 20));
    CHECK(index.tuples() == run.table.all_of(Namespace::group, 20));
    for (std::size_t i = 20; i < run.changes.size(); ++i) {
      index.apply(static_cast<Timestamp>(i + 1), run.changes[i]);
      index.advance(static_cast<Timestamp>(i + 1));
    }
    check_all(index, run);
  }
}

TEST_CASE("zanzibar: compacting forgets the layer below the watermark alone") {
  MembershipIndex index(0, {});
  index.apply(1, {{group(0), Relation::member, user(1)}, false});
  index.advance(1);
  index.apply(2, {{group(0), Relation::member, user(2)}, false});
  CHECK(index.layer_size() == 2);
  index.compact();
  CHECK(index.layer_size() == 1);
  CHECK(index.contains(group(0), 1, 1));
  CHECK_FALSE(index.contains(group(0), 2, 1));
}

TEST_CASE("zanzibar: the index server knows what it has heard, and says when it does not know") {
  OneIndex one;
  one.feed(0, {joins(10, 0, 1)}, 20);
  CHECK(one.ask(0, 3, 0).is_member);
  CHECK_FALSE(one.ask(0, 1, 9).is_member);
  CHECK(one.ask(0, 1, 10).is_member);
  CHECK(one.ask(0, 1, 20).is_known);
  CHECK_FALSE(one.ask(0, 1, 21).is_known);
  OneIndex careless({"zanzibar.index-lag-ignored"});
  careless.feed(0, {}, 20);
  CHECK(careless.ask(0, 1, 21).is_known);
}

TEST_CASE("zanzibar: the index takes each entry once, and none whose predecessor it lacks") {
  OneIndex one;
  one.feed(1, {joins(20, 0, 2)}, 30);
  CHECK_FALSE(one.ask(0, 2, 25).is_known);
  one.feed(0, {joins(10, 0, 1)}, 15);
  one.feed(0, {joins(10, 0, 1), joins(20, 0, 2)}, 30);
  CHECK(one.ask(0, 2, 25).is_member);
  CHECK(one.asks_after() == 2);
}

TEST_CASE("zanzibar: an index that restarts goes on from its snapshot, or from the beginning") {
  OneIndex one;
  one.feed(0, {joins(10, 0, 1)}, 20);
  one.restart();
  CHECK(one.asks_after() == 0);
  one.feed(0, {joins(10, 0, 1)}, 20);
  one.snapshot();
  one.restart();
  CHECK(one.asks_after() == 1);
  CHECK(one.ask(0, 1, 20).is_member);
  CHECK_FALSE(one.ask(0, 1, 19).is_known);
}

TEST_CASE(
    "zanzibar: what the index has heard and may not apply yet is in no snapshot, and is asked for again") {
  OneIndex one;
  one.feed(0, {joins(10, 0, 1), joins(20, 0, 2)}, 15);
  one.snapshot();
  one.restart();
  CHECK(one.asks_after() == 1);
  one.feed(0, {joins(10, 0, 1), joins(20, 0, 2)}, 30);
  CHECK(one.ask(0, 2, 25).is_member);
}

}  // namespace lightcone::tests
