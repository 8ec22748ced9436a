// The failure detector of SWIM, member by member and as a group: who is probed, who is suspected, what
// overrides what, and that news reach everybody.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <vector>

#include "models/parts/gossip/swim.hpp"
#include "sim/chance/stream.hpp"

namespace lightcone::tests {

namespace {

using models::parts::gossip::Swim;
using sim::NodeId;
using State = Swim::State;

NodeId node(std::uint32_t index) { return {index}; }

std::vector<NodeId> group(std::uint32_t size) {
  std::vector<NodeId> nodes;
  for (std::uint32_t i = 0; i < size; ++i) nodes.push_back(node(i));
  return nodes;
}

Swim member(std::uint32_t index, std::uint32_t size, Swim::Options options = {}) {
  return {node(index), group(size), options, sim::Stream(index + 1, "swim")};
}

// Members that probe each other in step; messages arrive at once, between those that are `connected`.
class Group {
 public:
  explicit Group(std::uint32_t size, Swim::Options options = {}) : down_(size, false) {
    for (std::uint32_t i = 0; i < size; ++i) members_.push_back(member(i, size, options));
  }
  void crash(std::uint32_t index) { down_.at(index) = true; }
  void restore(std::uint32_t index) { down_.at(index) = false; }
  void cut(std::uint32_t from, std::uint32_t to) { cuts_.emplace(from, to); }
  Swim& at(std::uint32_t index) { return members_.at(index); }

  void period() {
    for (std::uint32_t i = 0; i < members_.size(); ++i) {
      if (down_[i]) continue;
      const auto probe = members_[i].begin_period();
      if (!probe) continue;
      bool is_answered = reach(i, probe->target.index);
      if (!is_answered) {
        for (const NodeId helper : members_[i].ask_others())
          is_answered = (deliver(i, helper.index) && reach(helper.index, probe->target.index) &&
                         deliver(helper.index, i)) ||
                        is_answered;
      }
      if (is_answered) members_[i].acknowledged(probe->number);
    }
  }
  bool all_think(std::uint32_t who, State state) const {
    for (std::uint32_t i = 0; i < members_.size(); ++i) {
      if (i != who && !down_[i] && members_[i].state(node(who)) != state) return false;
    }
    return true;
  }

 private:
  bool deliver(std::uint32_t from, std::uint32_t to) {
    const auto updates = members_[from].updates_for(node(to));
    if (down_[from] || down_[to] || cuts_.contains({from, to})) return false;
    members_[to].hear(updates);
    return true;
  }
  bool reach(std::uint32_t from, std::uint32_t to) { return deliver(from, to) && deliver(to, from); }

  std::vector<Swim> members_;
  std::vector<bool> down_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> cuts_;
};

}  // namespace

TEST_CASE("swim: in rounds everybody is probed once before anybody is again") {
  Swim swim = member(0, 6);
  NodeId latest{};
  for (int round = 0; round < 20; ++round) {
    std::set<NodeId> probed;
    for (int i = 0; i < 5; ++i) {
      latest = swim.begin_period()->target;
      swim.acknowledged(swim.probe().number);
      CHECK(latest != node(0));
      CHECK(probed.insert(latest).second);
    }
  }
  CHECK(member(0, 1).begin_period() == std::nullopt);
}

TEST_CASE(
    "swim: who answers in time, directly or through others, is not suspected, and late answers are none") {
  Swim swim = member(0, 5);
  auto probe = swim.begin_period();
  REQUIRE(probe);
  swim.acknowledged(probe->number);
  CHECK(swim.ask_others().empty());
  const NodeId silent = swim.begin_period()->target;
  CHECK(swim.state(probe->target) == State::alive);
  const auto helpers = swim.ask_others();
  CHECK(helpers.size() == 3);
  CHECK(std::find(helpers.begin(), helpers.end(), silent) == helpers.end());
  const auto number = swim.probe().number;
  swim.begin_period();
  CHECK(swim.state(silent) == State::suspected);
  swim.acknowledged(number);
  CHECK(swim.state(silent) == State::suspected);
  CHECK(swim.counts().suspicions == 1);
}

TEST_CASE("swim: what overrides what, as in the paper, and a later incarnation is back") {
  const State states[] = {State::alive, State::suspected, State::down};
  for (const State held : states) {
    for (const std::uint64_t held_at : {1U, 2U}) {
      for (const State heard : states) {
        for (const std::uint64_t heard_at : {1U, 2U}) {
          Swim swim = member(0, 3);
          const Swim::Update first{node(1), held, held_at};
          swim.hear(std::vector{first});
          const Swim::Update second{node(1), heard, heard_at};
          const bool is_news = swim.hear(std::vector{second}) == 1;
          const bool expected = heard == State::alive
                                    ? heard_at > held_at
                                    : heard_at > held_at || (heard_at == held_at && heard > held);
          CHECK(is_news == expected);
          CHECK(swim.state(node(1)) == (expected ? heard : held));
        }
      }
    }
  }
}

TEST_CASE("swim: who is suspected refutes it with the next incarnation, and nobody else counts it up") {
  Swim suspected = member(1, 3);
  const std::vector<Swim::Update> held = {{node(1), State::suspected, 0}};
  CHECK(suspected.hear(held) == 1);
  CHECK(suspected.incarnation() == 1);
  for (int i = 0; i < 100; ++i) suspected.updates_for(node(2));
  CHECK(suspected.updates_for(node(0)).empty());
  // Somebody has not heard.
  CHECK(suspected.hear(held) == 1);
  CHECK(suspected.incarnation() == 1);
  const std::vector<Swim::Update> told = suspected.updates_for(node(0));
  REQUIRE(told.size() == 1);
  CHECK(told[0] == Swim::Update{node(1), State::alive, 1});
  Swim other = member(0, 3);
  other.hear(held);
  CHECK(other.state(node(1)) == State::suspected);
  // To the suspected itself first of all.
  CHECK(other.updates_for(node(1)) == held);
  other.hear(told);
  CHECK(other.state(node(1)) == State::alive);
  CHECK(other.counts().refuted == 1);
  CHECK(other.incarnation() == 0);
}

TEST_CASE("swim: a suspicion that nobody refutes is a failure after so many periods, and not before") {
  Swim swim = member(0, 2, {.suspicion = 4});
  REQUIRE(swim.begin_period());
  for (int period = 1; period <= 4; ++period) {
    swim.begin_period();
    CHECK(swim.state(node(1)) == State::suspected);
  }
  swim.begin_period();
  CHECK(swim.state(node(1)) == State::down);
  CHECK(swim.counts().down == 1);
}

TEST_CASE("swim: news are told so many times, the least told first") {
  Swim swim = member(0, 8, {.updates_a_message = 1, .told = 1});
  swim.hear(std::vector<Swim::Update>{{node(1), State::suspected, 0}, {node(2), State::suspected, 0}});
  std::map<NodeId, int> told;
  for (int i = 0; i < 20; ++i) {
    for (const Swim::Update& update : swim.updates_for(node(3))) ++told[update.member];
    if (i == 1) CHECK(told.size() == 2);
  }
  // log2 of eight members, rounded up to the width of the number
  CHECK(told[node(1)] == 4);
  CHECK(told[node(2)] == 4);
}

TEST_CASE("swim: a group of any size agrees that one has crashed, and takes it back") {
  for (const std::uint32_t size : {2U, 3U, 8U, 30U}) {
    Group group(size);
    for (int i = 0; i < 20; ++i) group.period();
    for (std::uint32_t i = 0; i < size; ++i) CHECK(group.all_think(i, State::alive));
    group.crash(0);
    for (int i = 0; i < 100; ++i) group.period();
    CHECK(group.all_think(0, State::down));
    for (std::uint32_t i = 1; i < size; ++i) CHECK(group.all_think(i, State::alive));
    group.restore(0);
    for (int i = 0; i < 100; ++i) group.period();
    CHECK(group.all_think(0, State::alive));
  }
}

TEST_CASE("swim: a link that is cut in one direction makes nobody suspect, as long as others help") {
  for (const std::size_t helpers : {std::size_t{0}, std::size_t{2}}) {
    Group group(5, {.helpers = helpers});
    group.cut(1, 2);
    for (int i = 0; i < 50; ++i) group.period();
    CHECK((group.at(1).counts().suspicions == 0) == (helpers > 0));
    CHECK((group.at(2).incarnation() == 0) == (helpers > 0));
    CHECK(group.at(0).counts().down == 0);
  }
}

TEST_CASE("swim: who leaves the group is probed no more, and who comes is alive") {
  Swim swim = member(0, 3);
  swim.hear(std::vector<Swim::Update>{{node(2), State::down, 0}});
  swim.set_others({node(0), node(1), node(3)});
  CHECK(swim.state(node(2)) == State::down);
  CHECK(swim.state(node(3)) == State::alive);
  std::set<NodeId> probed;
  for (int i = 0; i < 4; ++i) probed.insert(swim.begin_period()->target);
  CHECK(probed == std::set{node(1), node(3)});
}

}  // namespace lightcone::tests
