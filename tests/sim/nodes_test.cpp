#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/world.hpp"

namespace {

using namespace lightcone::tests;
using CrashKind = Simulation::CrashKind;

struct Note {
  int number;
};
BOOST_DESCRIBE_STRUCT(Note, (), (number))
struct Alarm {
  int number;
};
BOOST_DESCRIBE_STRUCT(Alarm, (), (number))

using Log = std::vector<std::string>;

// A node `a` that logs what it handles and when, in ms.
struct World {
  explicit World(Distribution service = Distribution(), const Ties& ties = {}) : simulation(3, ties) {
    NodeSpec spec = listening(
        "a", [this](Env&, Event& event) { note(event); },
        [this](Env& env) {
          lives.push_back(env.incarnation());
          if (begin) begin(env);
        });
    spec.service = std::move(service);
    a = simulation.add_node(std::move(spec));
    b = simulation.add_node(listening("b", {}));
  }
  void note(Event& event) {
    const auto ms = std::to_string(simulation.now().time_since_epoch() / 1ms);
    if (const Note* note = event.as<Note>()) log.push_back("note " + std::to_string(note->number) + " " + ms);
    if (const Alarm* alarm = event.as<Alarm>())
      log.push_back("alarm " + std::to_string(alarm->number) + " " + ms);
  }
  Env& env(NodeId node) { return simulation.node(node); }
  void until(Duration time) { simulation.run_until(Instant(time)); }

  Log log;
  std::vector<std::uint32_t> lives;
  std::function<void(Env&)> begin;
  Simulation simulation;
  NodeId a;
  NodeId b;
};

}  // namespace

TEST_CASE("nodes: incarnations count from 1, crashes and restarts of what is already so do nothing") {
  World world;
  world.simulation.start();
  world.simulation.restart(world.a);
  CHECK(world.lives == std::vector<std::uint32_t>{1});
  world.simulation.crash(world.a, CrashKind::process);
  world.simulation.crash(world.a, CrashKind::process);
  CHECK_FALSE(world.simulation.node(world.a).is_up());
  world.simulation.restart(world.a);
  world.simulation.restart(world.a);
  CHECK(world.lives == std::vector<std::uint32_t>{1, 2});
}

TEST_CASE("nodes: each incarnation has streams of its own, the same whatever others draw") {
  const auto draws = [](int extra) {
    std::vector<std::uint64_t> drawn;
    World world;
    world.begin = [&](Env& env) {
      Stream one = env.stream("one");
      for (int i = 0; i < extra; ++i) one.next();
      Stream two = env.stream("two");
      drawn.push_back(two.next());
    };
    world.simulation.start();
    world.simulation.crash(world.a, CrashKind::process);
    world.simulation.restart(world.a);
    return drawn;
  };
  CHECK(draws(0) == draws(5));
  CHECK(draws(0).at(0) != draws(0).at(1));
}

TEST_CASE("nodes: messages to a node that is down are lost, those that arrive after its restart are not") {
  World world;
  Heard heard(world.simulation);
  world.simulation.start();
  world.simulation.crash(world.a, CrashKind::process);
  world.env(world.b).send(world.a, Note{1});
  world.until(1500us);
  world.env(world.b).send(world.a, Note{2});
  world.until(2ms);
  world.simulation.restart(world.a);
  world.until(1s);
  CHECK(world.log == Log{"note 2 2"});
  REQUIRE(heard.count(Happening::lost) == 1);
  for (const auto& record : heard.records) {
    if (record.what == Happening::lost) CHECK(record.text == "down");
  }
}

TEST_CASE("nodes: a crash cancels timers, those of the wall clock and those that wait in the inbox too") {
  World world;
  world.begin = [](Env& env) {
    if (env.incarnation() > 1) return;
    env.after(5ms, Alarm{1});
    env.at(env.wall() + 6ms, Alarm{2});
    env.after(1ms, Alarm{3});
    env.after(1h, Alarm{4});
  };
  world.simulation.start();
  world.simulation.pause(world.a);
  world.until(2ms);
  CHECK(world.simulation.node(world.a).inbox_size() == 1);
  world.simulation.crash(world.a, CrashKind::process);
  CHECK(world.simulation.node(world.a).inbox_size() == 0);
  world.simulation.restart(world.a);
  world.until(2h);
  CHECK(world.log.empty());
}

TEST_CASE("nodes: what comes during a pause is handled when it ends, late and in order") {
  World world;
  world.begin = [](Env& env) {
    for (int i = 1; i <= 3; ++i) env.after(i * 2ms, Alarm{i});
    env.after(20ms, Alarm{4});
  };
  world.simulation.start();
  world.until(1ms);
  world.simulation.pause(world.a);
  world.env(world.b).send(world.a, Note{1});  // arrives at 2 ms, behind the first alarm
  world.until(4ms);
  world.env(world.b).send(world.a, Note{2});  // 5 ms
  world.until(10ms);
  CHECK(world.log.empty());
  CHECK(world.simulation.node(world.a).inbox_size() == 5);
  world.simulation.resume(world.a);
  CHECK(world.log.empty());  // not inside of resume()
  world.until(1s);
  CHECK(world.log == Log{"alarm 1 10", "note 1 10", "alarm 2 10", "note 2 10", "alarm 3 10", "alarm 4 20"});
}

TEST_CASE("nodes: a paused node's clock goes on") {
  World world;
  world.simulation.start();
  world.simulation.pause(world.a);
  world.until(3s);
  CHECK(world.env(world.a).mono() == MonoTime(3s));
}

TEST_CASE("nodes: service times queue what comes meanwhile, one at a time in order of arrival") {
  World world(Distribution::always(3ms));
  world.simulation.start();
  for (int i = 1; i <= 3; ++i) world.env(world.b).send(world.a, Note{i});  // all arrive at 1 ms
  world.until(2ms);
  world.env(world.b).send(world.a, Note{4});  // 3 ms
  world.until(50ms);
  world.env(world.b).send(world.a, Note{5});
  world.until(1s);
  CHECK(world.log == Log{"note 1 4", "note 2 7", "note 3 10", "note 4 13", "note 5 54"});
}

TEST_CASE("nodes: a queue with drawn service times departs as Lindley's recurrence says") {
  const Distribution service = Distribution::exponential(1ms).value();
  Simulation simulation(5);
  std::vector<Instant> departures;
  NodeSpec spec = listening("a", [&](Env&, Event&) { departures.push_back(simulation.now()); });
  spec.service = service;
  const NodeId a = simulation.add_node(std::move(spec));
  const NodeId b = simulation.add_node(listening("b", {}));
  simulation.start();
  Stream gaps(1, "gaps");
  Stream services = simulation.stream("node").split("a").split("service");
  std::vector<Instant> expected;
  Instant arrival{};
  Instant free{};
  for (int i = 0; i < 2000; ++i) {
    arrival += gaps.between(Duration(0), Duration(2ms));
    simulation.at(arrival,
                  [&simulation, a, b, i] { static_cast<Env&>(simulation.node(b)).send(a, Note{i}); });
    const Instant reaches_it = arrival + 1ms;
    free = std::max(free, reaches_it) + service.sample(services);
    expected.push_back(free);
  }
  simulation.run_until(Instant(1h));
  CHECK(departures == expected);
}

TEST_CASE("nodes: a slowdown multiplies service times, and makes an instant node work") {
  World slow(Distribution::always(2ms));
  slow.simulation.start();
  slow.simulation.node(slow.a).set_slowdown(10);
  slow.env(slow.b).send(slow.a, Note{1});
  slow.until(5ms);
  slow.simulation.node(slow.a).set_slowdown(1);  // does not change the work that was begun
  slow.env(slow.b).send(slow.a, Note{2});
  slow.until(1s);
  CHECK(slow.log == Log{"note 1 21", "note 2 23"});
  CHECK(slow.simulation.node(slow.a).slowed_events() == 1);

  World instant;
  instant.simulation.start();
  instant.simulation.node(instant.a).set_slowdown(100);
  instant.env(instant.b).send(instant.a, Note{1});
  instant.env(instant.b).send(instant.a, Note{2});
  instant.until(1s);
  CHECK(instant.log == Log{"note 1 6", "note 2 11"});  // 100 * 50 us each
}

TEST_CASE("nodes: a crash in the middle of service loses the work, and nothing of it reaches the next life") {
  World world(Distribution::always(10ms));
  world.simulation.start();
  world.env(world.b).send(world.a, Note{1});
  world.env(world.b).send(world.a, Note{2});
  world.until(5ms);
  world.simulation.crash(world.a, CrashKind::process);
  world.simulation.restart(world.a);
  world.env(world.b).send(world.a, Note{3});  // arrives at 6 ms; the old work would have ended at 11 ms
  world.until(1s);
  CHECK(world.log == Log{"note 3 16"});
}

TEST_CASE("nodes: a pause in the middle of service holds the event back until work begins anew") {
  World world(Distribution::always(10ms));
  world.simulation.start();
  world.env(world.b).send(world.a, Note{1});
  world.until(5ms);
  world.simulation.pause(world.a);
  world.until(30ms);
  CHECK(world.log.empty());
  world.simulation.resume(world.a);
  world.until(1s);
  CHECK(world.log == Log{"note 1 40"});
}

TEST_CASE("nodes: cancelling a timer that fired, was cancelled or never was is harmless") {
  World world;
  TimerId fired;
  TimerId second;
  world.begin = [&](Env& env) { fired = env.after(1ms, Alarm{1}); };
  world.simulation.start();
  world.until(2ms);
  Env& env = world.env(world.a);
  second = env.after(1ms, Alarm{2});  // takes the memory of the first
  CHECK(second.event == fired.event);
  env.cancel(fired);
  env.cancel(fired);
  TimerId none;
  env.cancel(none);
  TimerId third = env.after(1ms, Alarm{3});
  TimerId copy = third;
  env.cancel(third);
  env.cancel(copy);
  world.until(1s);
  CHECK(world.log == Log{"alarm 1 1", "alarm 2 3"});
}

TEST_CASE("nodes: a timer that waits in the inbox can still be cancelled") {
  for (int cancelled = 1; cancelled <= 3; ++cancelled) {
    World world;
    std::vector<TimerId> timers(4);
    world.begin = [&](Env& env) {
      for (int i = 1; i <= 3; ++i) timers[static_cast<std::size_t>(i)] = env.after(1ms, Alarm{i});
    };
    world.simulation.start();
    world.simulation.pause(world.a);
    world.until(2ms);
    world.env(world.a).cancel(timers[static_cast<std::size_t>(cancelled)]);
    world.env(world.a).after(0ms, Alarm{4});
    world.until(3ms);
    world.simulation.resume(world.a);
    world.until(1s);
    Log expected;
    for (int i = 1; i <= 4; ++i) {
      if (i != cancelled) expected.push_back("alarm " + std::to_string(i) + " 3");
    }
    CHECK(world.log == expected);
  }
}

TEST_CASE("nodes: broadcast reaches each of the others once") {
  Simulation simulation(1);
  std::vector<std::uint32_t> reached;
  std::vector<NodeId> all;
  for (int i = 0; i < 5; ++i) {
    all.push_back(simulation.add_node(
        listening("n" + std::to_string(i), [&](Env& env, Event&) { reached.push_back(env.self().index); })));
  }
  simulation.start();
  static_cast<Env&>(simulation.node(all[2])).broadcast(all, Note{1});
  simulation.run_until(Instant(1s));
  CHECK(reached == std::vector<std::uint32_t>{0, 1, 3, 4});
}

TEST_CASE("nodes: are found by name and by role") {
  World world;
  CHECK(world.simulation.find_node("b") == world.b);
  CHECK(world.simulation.find_node("c") == no_node);
  CHECK(world.simulation.nodes_of_role("server") == std::vector<NodeId>{world.a, world.b});
  CHECK(world.simulation.nodes_of_role("client").empty());
}
