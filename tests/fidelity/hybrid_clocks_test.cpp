// How far hybrid logical clocks go, as published: Kulkarni et al., "Logical physical clocks", OPODIS 2014,
// theorem 2 and corollaries 1 to 4. Nodes whose clocks differ by at most `epsilon` ticks exchange messages;
// between two events of a node, and between sending and receiving, pass at least `delay` ticks.
//
//   |l - pt| <= epsilon        c <= N (epsilon + 1)        c <= epsilon / delay + 1
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <map>
#include <vector>

#include "models/parts/clocks/hybrid_clock.hpp"
#include "sim/chance/stream.hpp"

namespace lightcone::tests {

namespace {

using models::parts::clocks::HybridClock;
using models::parts::clocks::HybridTime;

struct World {
  std::uint64_t nodes;
  std::int64_t epsilon;
  std::int64_t delay;
};
struct Extremes {
  std::int64_t ahead = 0;  // of l before a node's own clock
  std::int64_t behind = 0;
  std::int64_t counter = 0;
};

class Run {
 public:
  Run(const World& world, std::uint64_t seed) : world_(world), chance_(seed, "run") {
    nodes_.resize(world.nodes);
    for (Node& node : nodes_) node.offset = chance_.between(std::int64_t{0}, world.epsilon);
  }

  Extremes go(std::int64_t ticks) {
    for (std::int64_t now = 1; now <= ticks; ++now) {
      for (std::uint64_t i = 0; i < nodes_.size(); ++i) step(i, now);
    }
    return extremes_;
  }

 private:
  struct Node {
    HybridClock clock;
    std::int64_t offset = 0;
    std::int64_t next_event = 0;
    std::multimap<std::int64_t, HybridTime> arriving;
  };

  // Clocks wander within the bound and never stand still.
  void step(std::uint64_t i, std::int64_t now) {
    Node& node = nodes_[i];
    if (now < node.next_event) return;
    node.next_event = now + world_.delay + static_cast<std::int64_t>(chance_.below(2));
    if (chance_.chance({1, 8})) node.offset = std::min(node.offset + 1, world_.epsilon);
    const std::int64_t physical = now + node.offset;
    const auto message = node.arriving.begin();
    const HybridTime before = node.clock.latest();
    HybridTime stamp;
    if (message != node.arriving.end() && message->first <= now) {
      stamp = node.clock.receive(physical, message->second);
      REQUIRE(stamp > message->second);
      node.arriving.erase(message);
    } else {
      stamp = node.clock.tick(physical);
      std::uint64_t to = chance_.below(nodes_.size() - 1);
      if (to >= i) ++to;
      nodes_[to].arriving.emplace(now + world_.delay + static_cast<std::int64_t>(chance_.below(3)), stamp);
    }
    REQUIRE(stamp > before);
    extremes_.ahead = std::max(extremes_.ahead, stamp.l - physical);
    extremes_.behind = std::max(extremes_.behind, physical - stamp.l);
    extremes_.counter = std::max<std::int64_t>(extremes_.counter, stamp.c);
  }

  World world_;
  sim::Stream chance_;
  std::vector<Node> nodes_;
  Extremes extremes_;
};

}  // namespace

TEST_CASE("hybrid clocks: they stay within the uncertainty of clocks, and their counters are bounded") {
  std::int64_t furthest = 0;
  std::int64_t greatest = 0;
  for (const World& world : {World{2, 1, 1},
                             {2, 10, 1},
                             {3, 10, 1},
                             {5, 4, 2},
                             {8, 20, 1},
                             {8, 20, 5},
                             {4, 30, 10},
                             {2, 100, 1},
                             {3, 1, 1},
                             {3, 100, 7},
                             {5, 50, 1},
                             {16, 10, 1},
                             {16, 50, 25},
                             {32, 5, 2}}) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      const Extremes extremes = Run(world, seed).go(2'000);
      INFO(world.nodes << " nodes, epsilon " << world.epsilon << ", delay " << world.delay);
      CHECK(extremes.ahead <= world.epsilon);
      CHECK(extremes.behind == 0);
      CHECK(extremes.counter <= static_cast<std::int64_t>(world.nodes) * (world.epsilon + 1));
      CHECK(extremes.counter <= world.epsilon / world.delay + 1);
      furthest = std::max(furthest, extremes.ahead);
      greatest = std::max(greatest, extremes.counter);
    }
  }
  CHECK(furthest > 5);  // the bounds were tried
  CHECK(greatest > 2);
}

TEST_CASE("hybrid clocks: without communication they are physical clocks") {
  HybridClock clock;
  for (std::int64_t physical = 1; physical <= 100; ++physical)
    CHECK(clock.tick(physical) == HybridTime{physical, 0});
}

TEST_CASE("hybrid clocks: a clock that stands still is carried by the counter") {
  HybridClock clock;
  CHECK(clock.tick(10) == HybridTime{10, 0});
  CHECK(clock.tick(10) == HybridTime{10, 1});
  CHECK(clock.receive(10, {10, 5}) == HybridTime{10, 6});
  CHECK(clock.receive(10, {12, 3}) == HybridTime{12, 4});
  CHECK(clock.receive(11, {7, 9}) == HybridTime{12, 5});
  CHECK(clock.receive(20, {12, 9}) == HybridTime{20, 0});
}

}  // namespace lightcone::tests
