// A process is written as handlers or as a story, whichever reads better: nothing else changes.
#include <catch2/catch.hpp>
#include <variant>
#include <vector>

#include "tests/sim/world.hpp"

namespace {

using namespace lightcone::tests;

struct Step {
  int number;
};
BOOST_DESCRIBE_STRUCT(Step, (), (number))
struct Done {
  int number;
};
BOOST_DESCRIBE_STRUCT(Done, (), (number))
struct Later {
  int number;
  From to;
};
BOOST_DESCRIBE_STRUCT(Later, (), (number))
struct NextRound {};
BOOST_DESCRIBE_STRUCT(NextRound, (), ())
struct Nudge {};
BOOST_DESCRIBE_STRUCT(Nudge, (), ())

constexpr int rounds = 20;

// Answers after a while that depends on the number.
class Worker final : public Handlers<Worker, std::variant<Step, Later>> {
 public:
  explicit Worker(Env& env) : env_(env) {}
  void start() override {}
  void on(const Step& step, const From& from) { env_.after(step.number % 3 * 2ms, Later{step.number, from}); }
  void on(const Later& later) { env_.reply(later.to, Done{later.number}); }

 private:
  Env& env_;
};

// Works in rounds: waits a little, asks, waits for the reply, tells the other worker.
class AsHandlers final : public Handlers<AsHandlers, std::variant<Done, NextRound>> {
 public:
  AsHandlers(Env& env, NodeId worker, NodeId watcher) : env_(env), worker_(worker), watcher_(watcher) {}
  void start() override { env_.after(1ms, NextRound{}); }
  void on(const NextRound&) { env_.send(worker_, Step{round_}); }
  void on(const Done& done) {
    env_.send(watcher_, Nudge{});
    round_ = done.number + 1;
    if (round_ < rounds) env_.after(1ms, NextRound{});
  }

 private:
  Env& env_;
  NodeId worker_;
  NodeId watcher_;
  int round_ = 0;
};

Teller::Body as_story(NodeId worker, NodeId watcher) {
  return [=](Teller& self) -> Task<> {
    for (int round = 0; round < rounds; ++round) {
      co_await self.sleep(1ms);
      self.env().send(worker, Step{round});
      const auto done = co_await self.receive<Done>();
      self.env().send(watcher, Nudge{});
      round = done->message.number;
    }
  };
}

struct Course {
  std::vector<Heard::Record> heard;
  std::uint64_t executed;
};

Course run(bool story, const LinkQuality& quality) {
  Simulation simulation(11);
  simulation.network().set_default(quality);
  const NodeId worker =
      simulation.add_node({"worker", "server", [](Env& env) { return std::make_unique<Worker>(env); }});
  const NodeId watcher = simulation.add_node(listening("watcher", {}));
  const NodeId client =
      story ? simulation.add_node(telling("client", as_story(worker, watcher)))
            : simulation.add_node({"client", "client", [=](Env& env) {
                                     return std::make_unique<AsHandlers>(env, worker, watcher);
                                   }});
  Heard heard(simulation);
  simulation.start();
  simulation.run_until(Instant(100ms));
  simulation.pause(worker);
  simulation.run_until(Instant(120ms));
  simulation.resume(worker);
  simulation.run_until(Instant(150ms));
  simulation.crash(client, Simulation::CrashKind::process);
  simulation.run_until(Instant(160ms));
  simulation.restart(client);
  simulation.run_until(Instant(1s));
  // A story's own timers carry its wake-up where handlers carry a fact: the name differs, nothing else.
  for (Heard::Record& record : heard.records) {
    if (record.what == Happening::woken) record.what = Happening::timer;
    if (record.type == "Wake" || record.type == "NextRound") record.type = "a timer";
  }
  return {heard.records, simulation.executed()};
}

}  // namespace

TEST_CASE("styles: handlers and a story that do the same give the same trace, event for event") {
  LinkQuality quality;
  quality.latency = Distribution::uniform(500us, 2ms).value();
  const Course handlers = run(false, quality);
  const Course story = run(true, quality);
  CHECK(handlers.heard.size() > 300);
  CHECK(handlers.executed == story.executed);
  CHECK(handlers.heard == story.heard);
}
