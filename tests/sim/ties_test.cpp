#include "sim/ties.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <vector>

#include "tests/sim/world.hpp"

namespace {

using namespace lightcone::tests;

struct Packet {
  int number;
};

Ties of(TiePolicy policy, Duration quantum = {}) {
  Ties ties;
  ties.policy = policy;
  ties.quantum = quantum;
  return ties;
}

struct Course {
  std::vector<int> order;
  std::uint64_t fingerprint;
  bool operator==(const Course&) const = default;
};

// Eight nodes send ten messages each to a ninth; all of them arrive at one instant.
Course run(const Ties& ties, std::uint64_t seed) {
  Simulation simulation(seed, ties);
  std::vector<int> order;
  const NodeId to = simulation.add_node(
      listening("to", [&](Env&, Event& event) { order.push_back(event.as<Packet>()->number); }));
  for (int i = 0; i < 8; ++i) {
    simulation.add_node(listening("from " + std::to_string(i), {}, [to, i](Env& env) {
      for (int k = 0; k < 10; ++k) env.send(to, Packet{i * 10 + k});
    }));
  }
  simulation.start();
  simulation.run_until(Instant(1s));
  return {order, simulation.fingerprint()};
}

// Timers of eight nodes at one instant, five each.
std::vector<int> ring(const Ties& ties, std::uint64_t seed) {
  Simulation simulation(seed, ties);
  std::vector<int> order;
  for (int i = 0; i < 8; ++i) {
    simulation.add_node(listening(
        "n" + std::to_string(i), [&](Env&, Event& event) { order.push_back(event.as<Packet>()->number); },
        [i](Env& env) {
          for (int k = 0; k < 5; ++k) env.after(1ms, Packet{i * 5 + k});
        }));
  }
  simulation.start();
  simulation.run_until(Instant(1s));
  return order;
}

std::vector<int> sorted(std::vector<int> order) {
  std::sort(order.begin(), order.end());
  return order;
}

}  // namespace

TEST_CASE("ties: fifo runs what was scheduled first, whatever the seed") {
  const Course one = run(of(TiePolicy::fifo), 1);
  CHECK(one.order == sorted(one.order));
  CHECK(one.order.size() == 80);
  CHECK(run(of(TiePolicy::fifo), 2) == one);
}

TEST_CASE("ties: random and priorities give the same order twice, and another for another seed") {
  for (const TiePolicy policy : {TiePolicy::random, TiePolicy::priorities}) {
    std::set<std::vector<int>> orders;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const std::vector<int> order = ring(of(policy), seed);
      CHECK(order == ring(of(policy), seed));
      CHECK(sorted(order) == ring(of(TiePolicy::fifo), seed));  // nothing lost, nothing twice
      orders.insert(order);
    }
    CHECK(orders.size() == 20);
  }
}

TEST_CASE("ties: the policies give fingerprints that differ, each the same twice") {
  std::set<std::uint64_t> fingerprints;
  for (const TiePolicy policy : {TiePolicy::fifo, TiePolicy::random, TiePolicy::priorities}) {
    const auto fingerprint = [&] {
      Simulation simulation(5, of(policy));
      for (int i = 0; i < 8; ++i) {
        simulation.add_node(listening(
            "n" + std::to_string(i),
            [](Env& env, Event& event) {
              const Packet* packet = event.as<Packet>();
              if (packet->number < 20) env.after(1ms, Packet{packet->number + 1});
            },
            [](Env& env) { env.after(1ms, Packet{0}); }));
      }
      simulation.start();
      simulation.run_until(Instant(1s));
      return simulation.fingerprint();
    };
    CHECK(fingerprint() == fingerprint());
    fingerprints.insert(fingerprint());
  }
  CHECK(fingerprints.size() == 3);
}

TEST_CASE("ties: random lets each of the tied events go first") {
  std::set<int> went_first;
  for (std::uint64_t seed = 0; seed < 400; ++seed)
    went_first.insert(run(of(TiePolicy::random), seed).order[0]);
  CHECK(went_first.size() > 75);
}

TEST_CASE("ties: by priorities a node runs until it has nothing at the instant, but for a few changes") {
  Ties ties = of(TiePolicy::priorities);
  ties.changes = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const std::vector<int> order = ring(ties, seed);
    for (std::size_t i = 0; i < order.size(); i += 5) {
      for (std::size_t k = 0; k < 5; ++k) CHECK(order[i + k] == order[i] + static_cast<int>(k));
    }
  }
  ties.changes = 3;
  ties.span = 20;
  int interrupted = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const std::vector<int> order = ring(ties, seed);
    for (std::size_t i = 0; i + 1 < order.size(); ++i) {
      if (order[i] % 5 != 4 && order[i + 1] != order[i] + 1) ++interrupted;
    }
  }
  CHECK(interrupted > 5);
  CHECK(interrupted <= 30);
}

TEST_CASE("ties: messages arrive on the grid, at its next point, and timers do not care") {
  Simulation simulation(1, of(TiePolicy::fifo, 10ms));
  std::vector<Duration> times;
  const NodeId a = simulation.add_node(listening(
      "a", [&](Env&, Event&) { times.push_back(simulation.now().time_since_epoch()); },
      [](Env& env) { env.after(3ms, Packet{0}); }));
  const NodeId b = simulation.add_node(listening("b", {}));
  simulation.start();
  static_cast<Env&>(simulation.node(b)).send(a, Packet{1});  // 1 ms
  simulation.run_until(Instant(9ms));
  static_cast<Env&>(simulation.node(b)).send(a, Packet{2});  // 10 ms exactly
  simulation.run_until(Instant(9ms + 1ns));
  static_cast<Env&>(simulation.node(b)).send(a, Packet{3});  // just later
  simulation.run_until(Instant(1s));
  CHECK(times == std::vector<Duration>{3ms, 10ms, 10ms, 20ms});
}

TEST_CASE("ties: a tied timer can be cancelled or its node crash before its turn") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Simulation simulation(seed, of(TiePolicy::random));
    std::vector<int> rung;
    std::vector<TimerId> timers(6);
    const NodeId a = simulation.add_node(listening(
        "a",
        [&](Env& env, Event& event) {
          rung.push_back(event.as<Packet>()->number);
          for (TimerId& timer : timers) env.cancel(timer);  // of those at the same instant
        },
        [&](Env& env) {
          for (int i = 0; i < 6; ++i) timers[static_cast<std::size_t>(i)] = env.after(1ms, Packet{i});
        }));
    simulation.add_node(listening("b", {}, [](Env& env) { env.after(1ms, Packet{0}); }));
    const NodeId c = simulation.add_node(listening(
        "c", [&](Env&, Event&) { rung.push_back(100); },
        [](Env& env) {
          for (int i = 0; i < 6; ++i) env.after(1ms, Packet{i});
        }));
    simulation.at(Instant(1ms), [&] { simulation.crash(c, Simulation::CrashKind::process); });
    simulation.start();
    simulation.run_until(Instant(1s));
    CHECK(std::count_if(rung.begin(), rung.end(), [](int number) { return number < 100; }) == 1);
    CHECK(simulation.node(a).is_up());
  }
}

TEST_CASE("ties: a disk's syncs of one instant complete in order under every policy") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Simulation simulation(seed, of(TiePolicy::random));
    std::vector<int> order;
    NodeSpec spec = listening(
        "a", [&](Env&, Event& event) { order.push_back(event.as<Packet>()->number); },
        [](Env& env) {
          for (int i = 0; i < 10; ++i) env.sync(Packet{i});
        });
    spec.disk.sync_latency = Distribution::always(0ms);
    simulation.add_node(std::move(spec));
    simulation.start();
    simulation.run_until(Instant(1s));
    CHECK(order == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  }
}
