// Timers run on the clocks of their node.
#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "tests/sim/world.hpp"

namespace {

using namespace lightcone::tests;

struct Ring {
  int number;
};

struct World {
  explicit World(std::int64_t drift_ppb = 0, Duration offset = {}) : simulation(3) {
    NodeSpec spec = listening("a", [this](Env&, Event& event) {
      rung.emplace_back(event.as<Ring>()->number, simulation.now().time_since_epoch());
    });
    spec.clock_drift_ppb = drift_ppb;
    spec.clock_offset = offset;
    a = simulation.add_node(std::move(spec));
    simulation.start();
  }
  Node& node() { return simulation.node(a); }
  Env& env() { return node(); }
  void until(Duration time) { simulation.run_until(Instant(time)); }
  void set_drift(std::int64_t ppb) {
    node().clock().set_drift(ppb, simulation.now());
    node().retime_timers();
  }
  void step(Duration by) {
    node().clock().step(by);
    node().retime_timers();
  }

  std::vector<std::pair<int, Duration>> rung;
  Simulation simulation;
  NodeId a;
};

using Rung = std::vector<std::pair<int, Duration>>;

}  // namespace

TEST_CASE("timers: on a clock that is fast by 10 % a second is shorter, on a slow one longer") {
  World fast(100'000'000);
  fast.env().after(1100ms, Ring{1});
  fast.until(1h);
  CHECK(fast.rung == Rung{{1, 1s}});
  World slow(-100'000'000);
  slow.env().after(900ms, Ring{1});
  slow.until(1h);
  CHECK(slow.rung == Rung{{1, 1s}});
}

TEST_CASE("timers: fire at the first instant at which the drifting clock shows their time") {
  Stream chance(1, "drifts");
  for (int i = 0; i < 300; ++i) {
    const std::int64_t drift = chance.between(-100'000'000, 100'000'000);
    World world(drift);
    world.until(chance.between(Duration(0), Duration(100s)));
    const Duration delay = chance.between(Duration(0), Duration(1s));
    const MonoTime due = world.env().mono() + delay;
    const Instant set = world.simulation.now();
    world.env().after(delay, Ring{1});
    world.until(1h);
    REQUIRE(world.rung.size() == 1);
    const Instant fired(world.rung[0].second);
    CHECK(world.node().clock().mono(fired) >= due);
    if (fired > set) CHECK(world.node().clock().mono(fired - Duration(1)) < due);
  }
}

TEST_CASE("timers: a change of drift moves those that are pending, and only what is left of them") {
  World world;
  world.env().after(2s, Ring{1});
  world.until(1s);
  world.set_drift(-100'000'000);  // the second second takes 1 / 0.9 s
  world.until(1h);
  CHECK(world.rung == Rung{{1, 1s + Duration(1'111'111'112)}});
}

TEST_CASE("timers: of equal times keep the order in which they were set when drift changes") {
  World world;
  for (int i = 0; i < 20; ++i) world.env().after(1s, Ring{i});
  world.until(100ms);
  world.set_drift(50'000'000);
  world.until(200ms);
  world.set_drift(0);
  world.until(1h);
  REQUIRE(world.rung.size() == 20);
  for (int i = 0; i < 20; ++i) CHECK(world.rung[static_cast<std::size_t>(i)].first == i);
}

TEST_CASE("timers: many drift changes never let a monotonic timer fire early or twice") {
  Stream chance(2, "drifts");
  World world;
  std::vector<MonoTime> due;
  for (int i = 0; i < 200; ++i) {
    const Duration delay = chance.between(Duration(0), Duration(10s));
    due.push_back(world.env().mono() + delay);
    world.env().after(delay, Ring{i});
    world.until(world.simulation.now().time_since_epoch() + 50ms);
    for (const auto& [number, at] : world.rung)
      REQUIRE(due.at(static_cast<std::size_t>(number)) <= world.env().mono());
    world.set_drift(chance.between(-100'000'000, 100'000'000));
  }
  world.until(1h);
  CHECK(world.rung.size() == 200);
}

TEST_CASE("timers: of the wall clock are moved by steps, back and forth, monotonic ones are not") {
  World world(0, 5s);
  world.env().at(WallTime(8s), Ring{1});  // true 3 s
  world.env().at(WallTime(9s), Ring{2});  // true 4 s
  world.env().after(4s, Ring{3});
  world.until(1s);
  world.step(1500ms);  // now 7.5 s
  world.until(1600ms);
  CHECK(world.rung == Rung{{1, 1500ms}});
  world.step(-1s);  // 7.1 s
  world.until(1h);
  CHECK(world.rung == Rung{{1, 1500ms}, {2, 3500ms}, {3, 4s}});
}

TEST_CASE("timers: a step past its time makes a wall timer fire now") {
  World world;
  world.env().at(WallTime(8s), Ring{1});
  world.env().at(WallTime(-1s), Ring{2});
  world.until(1s);
  world.step(1h);
  world.until(1s);
  CHECK(world.rung == Rung{{2, 0s}, {1, 1s}});
}

TEST_CASE("timers: of a frozen wall clock wait until it goes on, a monotonic timer does not") {
  World world;
  world.env().at(WallTime(2s), Ring{1});
  TimerId cancelled = world.env().at(WallTime(2s), Ring{9});
  world.env().after(2s, Ring{2});
  world.until(1s);
  world.node().clock().freeze(world.simulation.now());
  world.node().retime_timers();
  world.env().at(WallTime(3s), Ring{3});
  world.env().at(WallTime(1s), Ring{4});  // the clock shows it already
  world.env().cancel(cancelled);
  world.until(5s);
  CHECK(world.rung == Rung{{4, 1s}, {2, 2s}});
  world.node().clock().thaw(world.simulation.now());
  world.node().retime_timers();
  world.until(1h);
  CHECK(world.rung == Rung{{4, 1s}, {2, 2s}, {1, 5s}, {3, 5s}});
}

TEST_CASE("timers: a step while the wall clock is frozen shows at once and lasts") {
  World world;
  world.node().clock().freeze(world.simulation.now());
  world.env().at(WallTime(10s), Ring{1});
  world.until(1s);
  world.step(10s);
  world.until(2s);
  CHECK(world.rung == Rung{{1, 1s}});
  world.node().clock().thaw(world.simulation.now());
  CHECK(world.env().wall() == WallTime(12s));
}
