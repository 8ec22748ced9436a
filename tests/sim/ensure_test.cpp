#include "sim/ensure.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <functional>
#include <string>

#include "tests/sim/world.hpp"

namespace {

using namespace lightcone::tests;

struct Exit {
  int code = -1;
  std::string said;
};

// What `run` says on standard error and exits with, in a process of its own.
Exit exit_of(const std::function<void()>& run) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return {};
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    run();
    _exit(0);
  }
  close(ends[1]);
  Exit exit;
  std::array<char, 4096> buffer{};
  for (ssize_t count = read(ends[0], buffer.data(), buffer.size()); count > 0;
       count = read(ends[0], buffer.data(), buffer.size())) {
    exit.said.append(buffer.data(), static_cast<std::size_t>(count));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status)) exit.code = WEXITSTATUS(status);
  return exit;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

struct Packet {};

}  // namespace

TEST_CASE("ensure: what holds costs nothing and says nothing") {
  const Exit exit = exit_of([] { ensure(true, "one is one"); });
  CHECK(exit.code == 0);
  CHECK(exit.said.empty());
}

TEST_CASE("ensure: what does not hold ends the program with 70, and says what and where") {
  const Exit exit = exit_of([] { ensure(false, "black is white"); });
  CHECK(exit.code == 70);
  CHECK(contains(exit.said, "it must be true that black is white"));
  CHECK(contains(exit.said, "ensure_test.cpp:"));
  CHECK(contains(exit.said, "a defect of Lightcone"));
}

TEST_CASE("ensure: says where the innermost living simulation stands") {
  const Exit exit = exit_of([] {
    Simulation outer(1);
    Simulation simulation(4711);
    simulation.add_node(listening(
        "unlucky", [](Env&, Event&) { ensure(false, "luck lasts"); },
        [](Env& env) {
          env.send(env.self(), Packet{});
          env.after(3ms, Packet{});
        }));
    { Simulation gone(13); }
    simulation.start();
    simulation.run_until(Instant(1s));
  });
  CHECK(exit.code == 70);
  CHECK(contains(exit.said, "luck lasts"));
  CHECK(contains(exit.said, "seed 4711, 0 ns of simulated time, 1 events executed"));
  CHECK(contains(exit.said, "#0 0 ns unlucky Packet"));
}

TEST_CASE("ensure: guards the world against its models' mistakes") {
  const auto said = [](const std::function<void(Simulation&, Env&)>& mistake) {
    const Exit exit = exit_of([&] {
      Simulation simulation(1);
      const NodeId a = simulation.add_node(listening("a", {}));
      simulation.start();
      simulation.run_until(Instant(1s));
      mistake(simulation, simulation.node(a));
    });
    CHECK(exit.code == 70);
    return exit.said;
  };
  CHECK(contains(said([](Simulation& simulation, Env&) { simulation.at(Instant(999ms), [] {}); }), "past"));
  CHECK(contains(said([](Simulation&, Env& env) { env.after(-1ns, Packet{}); }), "now or later"));
  CHECK(contains(said([](Simulation& simulation, Env&) { simulation.add_node(listening("a", {})); }),
                 "name of its own"));
  CHECK(contains(said([](Simulation& simulation, Env&) {
                   LinkQuality quality;
                   quality.transport = Transport::stream;
                   quality.retransmit_after = 0ms;
                   simulation.network().set_default(quality);
                 }),
                 "a stream waits"));
  CHECK(contains(said([](Simulation& simulation, Env&) {
                   HistoryRecorder& history = simulation.history();
                   const auto id = history.invoke(1, "read", {}, {});
                   history.ok(id, {});
                   history.fail(id, "no");
                 }),
                 "completes once"));
}
