#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/sim/world.hpp"

namespace {

using namespace lightcone::tests;

constexpr int many = 100'000;

Task<int> at_once(int value) { co_return value; }

Task<int> depth_of(int levels) {
  if (levels == 0) co_return 0;
  const int below = co_await depth_of(levels - 1);
  co_return below + 1;
}

Task<> after(Teller& self, Duration delay, std::vector<int>& order, int name) {
  co_await self.sleep(delay);
  order.push_back(name);
}

class Counted {
 public:
  explicit Counted(int& living) : living_(living) { ++living_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --living_; }

 private:
  int& living_;
};

Task<> alive_for(Teller& self, Duration time, int& living, int& finished) {
  const Counted counted(living);
  co_await self.sleep(time);
  ++finished;
}

void run(Simulation& simulation, Teller::Body body) {
  simulation.add_node(telling("a", std::move(body)));
  simulation.start();
  simulation.run_until(Instant(10s));
}

}  // namespace

TEST_CASE("tasks: a hundred thousand that finish at once, one after another, need no stack") {
  Simulation simulation(1);
  std::int64_t sum = 0;
  run(simulation, [&](Teller&) -> Task<> {
    for (int i = 0; i < many; ++i) {
      const int value = co_await at_once(i);
      sum += value;
    }
  });
  CHECK(sum == std::int64_t{many} * (many - 1) / 2);
}

TEST_CASE("tasks: a hundred thousand that await one another need no stack") {
  Simulation simulation(1);
  int depth = 0;
  run(simulation, [&](Teller&) -> Task<> { depth = co_await depth_of(many); });
  CHECK(depth == many);
}

TEST_CASE("tasks: nested ones return values and can be awaited later than they were made") {
  Simulation simulation(1);
  int sum = 0;
  run(simulation, [&](Teller& self) -> Task<> {
    Task<int> one = at_once(1);
    Task<int> two = at_once(2);
    Task<int> never_awaited = at_once(4);
    co_await self.sleep(1ms);
    sum += co_await std::move(two);
    sum += co_await std::move(one);
  });
  CHECK(sum == 3);
}

TEST_CASE("tasks: when_any says which finished first and destroys the others at once") {
  Simulation simulation(1);
  int living = 0;
  int finished = 0;
  std::size_t which = 9;
  int living_then = 9;
  Instant then{};
  run(simulation, [&](Teller& self) -> Task<> {
    Task<> slow = alive_for(self, 30ms, living, finished);
    Task<> quick = alive_for(self, 10ms, living, finished);
    Task<> slower = alive_for(self, 40ms, living, finished);
    which = co_await when_any(std::move(slow), std::move(quick), std::move(slower));
    living_then = living;
    then = simulation.now();
  });
  CHECK(which == 1);
  CHECK(living_then == 0);
  CHECK(finished == 1);
  CHECK(then == Instant(10ms));
}

TEST_CASE("tasks: of two that finish at one instant, when_any names the lower index") {
  for (const bool swapped : {false, true}) {
    Simulation simulation(1);
    int living = 0;
    int finished = 0;
    std::size_t which = 9;
    run(simulation, [&, swapped](Teller& self) -> Task<> {
      Task<> immediate = alive_for(self, 0ms, living, finished);
      Task<> immediate_too = alive_for(self, 0ms, living, finished);
      if (swapped) std::swap(immediate, immediate_too);
      which = co_await when_any(std::move(immediate), std::move(immediate_too));
    });
    CHECK(which == 0);
    CHECK(living == 0);
  }
}

TEST_CASE("tasks: one that became ready is not resumed when a finished sibling ends it first") {
  Simulation simulation(1);
  int finished = 0;
  run(simulation, [&](Teller&) -> Task<> {
    const auto quick = []() -> Task<> { co_return; };
    const auto long_chain = [&finished]() -> Task<> {
      for (int i = 0; i < 10; ++i) (void)co_await at_once(i);
      ++finished;
    };
    Task<> chain = long_chain();
    Task<> done = quick();
    const std::size_t which = co_await when_any(std::move(chain), std::move(done));
    (void)which;
  });
  CHECK(finished == 0);
}

TEST_CASE("tasks: when_all waits for the last, also of none and of a hundred thousand") {
  Simulation simulation(1);
  std::vector<int> order;
  std::vector<Instant> done;
  int living = 0;
  int finished = 0;
  run(simulation, [&](Teller& self) -> Task<> {
    std::vector<Task<>> none;
    co_await when_all(std::move(none));
    done.push_back(simulation.now());
    std::vector<Task<>> three;
    three.push_back(after(self, 3ms, order, 3));
    three.push_back(after(self, 1ms, order, 1));
    three.push_back(after(self, 2ms, order, 2));
    co_await when_all(std::move(three));
    done.push_back(simulation.now());
    std::vector<Task<>> crowd;
    for (int i = 0; i < many; ++i) crowd.push_back(alive_for(self, Duration(i % 1000), living, finished));
    co_await when_all(std::move(crowd));
    done.push_back(simulation.now());
  });
  CHECK(order == std::vector<int>{1, 2, 3});
  CHECK(done == std::vector<Instant>{Instant{}, Instant(3ms), Instant(3ms + 999ns)});
  CHECK(finished == many);
  CHECK(living == 0);
}

TEST_CASE("tasks: a crash destroys what when_all and when_any wait for, finished or not") {
  Simulation simulation(1);
  int living = 0;
  int finished = 0;
  const NodeId a = simulation.add_node(telling("a", [&](Teller& self) -> Task<> {
    std::vector<Task<>> some;
    for (int i = 0; i < 10; ++i) some.push_back(alive_for(self, i * 10ms, living, finished));
    const auto both = [&self](std::vector<Task<>> tasks) -> Task<> {
      co_await when_all(std::move(tasks));
      co_await self.sleep(0ms);
    };
    Task<> group = both(std::move(some));
    Task<> other = alive_for(self, 1s, living, finished);
    const std::size_t which = co_await when_any(std::move(group), std::move(other));
    (void)which;
  }));
  simulation.start();
  simulation.run_until(Instant(45ms));
  CHECK(finished == 5);
  CHECK(living == 6);
  simulation.crash(a, Simulation::CrashKind::process);
  CHECK(living == 0);
  simulation.run_until(Instant(10s));
  CHECK(finished == 5);
}

TEST_CASE("tasks: handlers can spawn a story beside themselves, and it ends with the incarnation") {
  struct Go {};
  Simulation simulation(1);
  int living = 0;
  int finished = 0;
  std::vector<std::size_t> running;
  const auto linger = [&](Env& env, Duration time) -> Task<> {
    const Counted counted(living);
    co_await sleep(env, time);
    ++finished;
  };
  const NodeId a = simulation.add_node(listening("a", [&](Env& env, Event&) {
    env.stories().spawn(linger(env, 5ms));
    env.stories().spawn(linger(env, 50ms));
  }));
  simulation.add_node(telling("b", [a](Teller& self) -> Task<> {
    self.env().send(a, Go{});
    co_await self.sleep(1ms);
  }));
  simulation.start();
  simulation.run_until(Instant(2ms));
  CHECK(living == 2);
  CHECK(simulation.node(a).stories().running() == 2);
  simulation.run_until(Instant(10ms));
  CHECK(living == 1);
  CHECK(finished == 1);
  CHECK(simulation.node(a).stories().running() == 1);
  simulation.crash(a, Simulation::CrashKind::process);
  CHECK(living == 0);
  simulation.run_until(Instant(1s));
  CHECK(finished == 1);
}

TEST_CASE("tasks: the end of the simulation destroys the frames of all stories") {
  int living = 0;
  int finished = 0;
  {
    Simulation simulation(1);
    simulation.add_node(telling("a", [&](Teller& self) -> Task<> {
      const Counted counted(living);
      co_await alive_for(self, 1h, living, finished);
    }));
    simulation.start();
    simulation.run_until(Instant(1s));
    CHECK(living == 2);
  }
  CHECK(living == 0);
  CHECK(finished == 0);
}
