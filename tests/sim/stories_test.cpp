#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "tests/sim/world.hpp"

namespace {

using namespace lightcone::tests;

struct Ping {
  int number;
};
BOOST_DESCRIBE_STRUCT(Ping, (), (number))
struct Pong {
  int number;
};
BOOST_DESCRIBE_STRUCT(Pong, (), (number))
struct Busy {};
BOOST_DESCRIBE_STRUCT(Busy, (), ())

// Lives in a frame; counts how often such objects came to life and died.
struct Lives {
  int born = 0;
  int died = 0;
};
class Alive {
 public:
  explicit Alive(Lives& lives) : lives_(lives) { ++lives_.born; }
  Alive(const Alive&) = delete;
  Alive& operator=(const Alive&) = delete;
  ~Alive() { ++lives_.died; }

 private:
  Lives& lives_;
};

using Log = std::vector<std::string>;

std::string at(const Simulation& simulation, std::string_view what) {
  return std::string(what) + " " + std::to_string(simulation.now().time_since_epoch() / 1ms);
}

// Answers a Ping at once: even numbers with Pong, odd ones with Busy, negative ones never.
NodeSpec echo(std::string name) {
  return listening(std::move(name), [](Env& env, Event& event) {
    const Ping* ping = event.as<Ping>();
    if (ping == nullptr || ping->number < 0) return;
    const From from{event.peer, event.call};
    if (ping->number % 2 == 0) {
      env.reply(from, Pong{ping->number});
    } else {
      env.reply(from, Busy{});
    }
  });
}

void run(Simulation& simulation, Duration length = 10s) {
  simulation.start();
  simulation.run_until(Instant(length));
}

}  // namespace

TEST_CASE("stories: sleep takes as long as it says, also no time") {
  Simulation simulation(1);
  Log log;
  simulation.add_node(telling("a", [&](Teller& self) -> Task<> {
    co_await self.sleep(7ms);
    log.push_back(at(simulation, "slept"));
    co_await self.sleep(0ms);
    log.push_back(at(simulation, "slept"));
  }));
  run(simulation);
  CHECK(log == Log{"slept 7", "slept 7"});
}

TEST_CASE("stories: a call yields whichever reply came, or nothing at its deadline") {
  Simulation simulation(1);
  Log log;
  const NodeId server = simulation.add_node(echo("server"));
  simulation.add_node(telling("client", [&, server](Teller& self) -> Task<> {
    for (const int number : {2, 3, -1}) {
      const Ping ping{number};
      const auto answer = co_await self.call<Pong, Busy>(server, ping, 50ms);
      if (!answer) {
        log.push_back(at(simulation, "nothing"));
      } else if (const Pong* pong = std::get_if<Pong>(&*answer)) {
        log.push_back(at(simulation, "pong " + std::to_string(pong->number)));
      } else {
        log.push_back(at(simulation, "busy"));
      }
    }
  }));
  run(simulation);
  CHECK(log == Log{"pong 2 2", "busy 4", "nothing 54"});
}

TEST_CASE("stories: at the instant of the deadline, what was scheduled first decides") {
  Simulation simulation(1);
  Log log;
  const NodeId server = simulation.add_node(echo("server"));
  simulation.add_node(telling("client", [&, server](Teller& self) -> Task<> {
    const Ping ping{2};
    const auto answer =
        co_await self.call<Pong>(server, ping, 2ms);  // the wake was scheduled before the reply
    log.emplace_back(answer ? "pong" : "nothing");
    const auto again = co_await self.call<Pong>(server, ping, 2ms + 1ns);
    log.emplace_back(again ? "pong" : "nothing");
  }));
  run(simulation);
  CHECK(log == Log{"nothing", "pong"});
}

TEST_CASE("stories: a late reply never answers a later call, however often slots are used again") {
  Simulation simulation(1);
  std::vector<From> asked;
  const NodeId server = simulation.add_node(
      listening("server", [&](Env&, Event& event) { asked.push_back({event.peer, event.call}); }));
  Log log;
  const NodeId client = simulation.add_node(telling("client", [&, server](Teller& self) -> Task<> {
    for (int i = 0; i < 3; ++i) {
      const Ping ping{i};
      const auto answer = co_await self.call<Pong>(server, ping, 5ms);
      log.push_back(answer ? "pong " + std::to_string(answer->number) : "nothing");
    }
  }));
  simulation.start();
  simulation.run_until(Instant(11ms));  // three calls are asked, the third waits
  REQUIRE(asked.size() == 3);
  Env& env = simulation.node(server);
  for (int i = 0; i < 2; ++i) env.reply(asked[static_cast<std::size_t>(i)], Pong{i});
  env.reply(asked[2], Pong{2});
  env.reply(asked[2], Pong{99});  // doubled
  simulation.run_until(Instant(20ms));
  CHECK(log == Log{"nothing", "nothing", "pong 2"});
  CHECK(asked[0].call != asked[1].call);

  // Nor does it answer a call of the next incarnation, which starts in the same slots.
  simulation.crash(client, Simulation::CrashKind::process);
  simulation.restart(client);
  simulation.run_until(Instant(22ms));
  REQUIRE(asked.size() == 4);
  for (int i = 0; i < 3; ++i) env.reply(asked[static_cast<std::size_t>(i)], Pong{i});
  simulation.run_until(Instant(1s));
  CHECK(log == Log{"nothing", "nothing", "pong 2", "nothing", "nothing", "nothing"});
}

TEST_CASE("stories: call numbers go on over incarnations, so none is used twice") {
  Simulation simulation(1);
  std::vector<CallId> calls;
  const NodeId server =
      simulation.add_node(listening("server", [&](Env&, Event& event) { calls.push_back(event.call); }));
  const NodeId client = simulation.add_node(telling("client", [&, server](Teller& self) -> Task<> {
    for (int i = 0; i < 100; ++i) {
      const Ping ping{i};
      const auto answer = co_await self.call<Pong>(server, ping, 1ms);
      (void)answer;
    }
  }));
  simulation.start();
  for (int life = 0; life < 5; ++life) {
    simulation.run_until(simulation.now() + 1s);
    simulation.crash(client, Simulation::CrashKind::process);
    simulation.restart(client);
  }
  simulation.run_until(simulation.now() + 1s);
  REQUIRE(calls.size() == 600);
  CHECK(std::set<CallId>(calls.begin(), calls.end()).size() == 600);
}

TEST_CASE("stories: a request without a call gets its reply as a message") {
  Simulation simulation(1);
  Log log;
  const NodeId server = simulation.add_node(echo("server"));
  simulation.add_node(telling("client", [&, server](Teller& self) -> Task<> {
    self.env().send(server, Ping{4});
    const auto received = co_await self.receive<Pong>();
    log.push_back("pong " + std::to_string(received->message.number));
    log.emplace_back(received->from.node == server ? "from server" : "from elsewhere");
  }));
  run(simulation);
  CHECK(log == Log{"pong 4", "from server"});
}

TEST_CASE("stories: the mailbox keeps the order, and a selective receive takes the oldest of its types") {
  Simulation simulation(1);
  Log log;
  const NodeId reader = simulation.add_node(telling("reader", [&](Teller& self) -> Task<> {
    co_await self.sleep(10ms);
    for (int i = 0; i < 2; ++i) {
      const auto pong = co_await self.receive<Pong>();
      log.push_back("pong " + std::to_string(pong->message.number));
    }
    for (int i = 0; i < 3; ++i) {
      const auto any = co_await self.receive<Pong, Ping>();
      const Ping* ping = std::get_if<Ping>(&any->message);
      log.push_back(ping != nullptr ? "ping " + std::to_string(ping->number)
                                    : "pong " + std::to_string(std::get<Pong>(any->message).number));
    }
    const auto nothing = co_await self.receive<Ping>(5ms);
    log.push_back(nothing ? "something" : at(simulation, "nothing"));
    const auto last = co_await self.receive<Busy>(100ms);
    log.push_back(last ? at(simulation, "busy") : "nothing");
  }));
  simulation.add_node(telling("writer", [&, reader](Teller& self) -> Task<> {
    self.env().send(reader, Ping{1});
    self.env().send(reader, Pong{2});
    self.env().send(reader, Ping{3});
    self.env().send(reader, Pong{4});
    self.env().send(reader, Pong{5});
    co_await self.sleep(20ms);
    self.env().send(reader, Busy{});
  }));
  run(simulation);
  CHECK(log == Log{"pong 2", "pong 4", "ping 1", "ping 3", "pong 5", "nothing 15", "busy 21"});
}

TEST_CASE("stories: synced waits for the disk, and what was written before it is durable then") {
  Simulation simulation(1);
  Log log;
  NodeSpec spec = telling("a", [&](Teller& self) -> Task<> {
    File<Ping>& file = self.env().disk().open<Ping>("log");
    (void)file.append(Ping{1});
    co_await synced(self.env());
    log.push_back(at(simulation, "synced") + ", " + std::to_string(file.unsynced_operations()) + " to go");
    (void)file.append(Ping{2});
    co_await self.sleep(1s);
  });
  spec.disk.sync_latency = Distribution::always(3ms);
  spec.disk.bytes_per_second = 0;
  const NodeId a = simulation.add_node(std::move(spec));
  simulation.start();
  simulation.run_until(Instant(10ms));
  CHECK(log == Log{"synced 3, 0 to go"});
  CHECK(simulation.crash(a, Simulation::CrashKind::power_total).lost == 1);
  CHECK(simulation.node(a).disk().open<Ping>("log").size() == 1);
}

TEST_CASE("stories: a crash destroys each frame once, wherever it waits, and runs no more of it") {
  for (int where = 0; where < 8; ++where) {
    Simulation simulation(1);
    Lives lives;
    int after = 0;
    const NodeId other = simulation.add_node(echo("other"));
    const NodeId crashing = simulation.add_node(telling("a", [&, where, other](Teller& self) -> Task<> {
      const auto wait = [&lives, &after, &self, where, other](const auto& again, int depth) -> Task<> {
        const Alive alive(lives);
        const Ping ping{-1};
        if (depth > 0) {
          co_await again(again, depth - 1);
        } else if (where % 4 == 0) {
          co_await self.sleep(1s);
        } else if (where % 4 == 1) {
          const auto answer = co_await self.call<Pong>(other, ping, 1s);
          (void)answer;
        } else if (where == 2) {
          const auto received = co_await self.receive<Busy>(1s);
          (void)received;
        } else {
          co_await synced(self.env());
        }
        ++after;
      };
      if (where < 4) {
        co_await wait(wait, 3);
      } else {
        Task<> first = wait(wait, 2);
        Task<> second = wait(wait, 0);
        const std::size_t index = co_await when_any(std::move(first), std::move(second));
        (void)index;
      }
    }));
    simulation.start();
    simulation.run_until(Instant(500us));
    INFO("waiting in way " << where);
    CHECK(lives.born == 4);
    CHECK(lives.died == 0);
    simulation.crash(crashing, Simulation::CrashKind::power);
    CHECK(lives.died == 4);
    simulation.run_until(Instant(10s));
    CHECK(lives.born == 4);
    CHECK(lives.died == 4);
    CHECK(after == 0);
  }
}
