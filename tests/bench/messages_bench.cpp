// What a message costs in the whole simulation: nodes, network, timers, fingerprint. Nanoseconds of processor
// time, medians over repetitions, beside a bare std::priority_queue of 16-byte keys that holds as many
// entries as the load has events pending (one pop and one push), measured in the same run.
//
//   messages_bench [REPETITIONS [LOAD]]     default 5, and all loads; or one, by its name in the first column
//
// Each load twice: with handlers, and as stories that do the same, event for event.
//
// Loads:
//   ring        each of n nodes starts a token; whoever gets one sends it to the next node
//   all-to-all  the same, each node sending to every other in turn
//               in both, each message arms a time-out of 100 ms and cancels the one before; latency 0.5-1.5
//               ms
//   phold       n jobs on 100 nodes, each becomes due an exponentially distributed time after its last
//               turn (mean 1 s): Fujimoto's PHOLD (1990), with timers for its events; the times are drawn
//               beforehand, as they are for the simulators that tools/bench-peers puts beside this
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sim/process.hpp"
#include "sim/simulation.hpp"
#include "sim/story/story.hpp"
#include "tests/bench/usage.hpp"

using namespace lightcone;
using namespace lightcone::sim;

namespace {

struct Token {
  std::uint64_t hops;
};
struct TimedOut {
  std::uint64_t hops;
};
struct Job {
  std::uint64_t turns;
};

// How far from itself a node sends.
enum class Route : std::uint8_t { next, every_other };

// Whom a node sends to.
class Path {
 public:
  Path(std::uint32_t nodes, Route route) : nodes_(nodes), route_(route) {}
  NodeId next_from(NodeId self) {
    if (route_ == Route::every_other) distance_ = distance_ % (nodes_ - 1) + 1;
    return NodeId{(self.index + distance_) % nodes_};
  }

 private:
  std::uint32_t nodes_;
  Route route_;
  std::uint32_t distance_ = 1;
};

constexpr Duration patience = 100ms;

class Member final : public Handlers<Member, std::variant<Token, TimedOut>> {
 public:
  Member(Env& env, Path path, std::uint64_t& handled) : env_(env), path_(path), handled_(handled) {}
  void start() override { pass(Token{0}); }
  void on(const Token& token, const From& /*from*/) {
    ++handled_;
    pass(Token{token.hops + 1});
  }
  void on(const TimedOut& /*lost*/) {}

 private:
  void pass(const Token& token) {
    env_.cancel(timeout_);
    env_.send(path_.next_from(env_.self()), token);
    timeout_ = env_.after(patience, TimedOut{token.hops});
  }

  Env& env_;
  Path path_;
  std::uint64_t& handled_;
  TimerId timeout_;
};

class MemberStory final : public Story {
 public:
  MemberStory(Env& env, Path path, std::uint64_t& handled) : Story(env), path_(path), handled_(handled) {}
  Task<> run() override {
    Token token{0};
    for (;;) {
      env().send(path_.next_from(env().self()), token);
      std::optional<Received<Token>> received = co_await receive<Token>(patience);
      if (!received) received = co_await receive<Token>();
      ++handled_;
      token.hops = received->message.hops + 1;
    }
  }

 private:
  Path path_;
  std::uint64_t& handled_;
};

// Exponentially distributed with a mean of 1 s, drawn beforehand; each node begins at its own place.
class Pauses {
 public:
  explicit Pauses(NodeId node) : next_(node.index * std::size_t{7919}) {}
  Duration next() { return drawn()[next_++ % count]; }

 private:
  static constexpr std::size_t count = 65536;
  static const std::vector<Duration>& drawn() {
    static const std::vector<Duration> all = [] {
      const Distribution distribution = Distribution::exponential(1s).value();
      Stream chance(1, "pauses");
      std::vector<Duration> pauses(count);
      for (Duration& pause : pauses) pause = distribution.sample(chance);
      return pauses;
    }();
    return all;
  }
  std::size_t next_;
};

class Worker final : public Handlers<Worker, std::variant<Job>> {
 public:
  Worker(Env& env, std::size_t jobs, std::uint64_t& handled)
      : env_(env), jobs_(jobs), handled_(handled), pauses_(env.self()) {}
  void start() override {
    for (std::size_t i = 0; i < jobs_; ++i) again(Job{0});
  }
  void on(const Job& job) {
    ++handled_;
    again(Job{job.turns + 1});
  }

 private:
  void again(const Job& job) { env_.after(pauses_.next(), job); }

  Env& env_;
  std::size_t jobs_;
  std::uint64_t& handled_;
  Pauses pauses_;
};

// A story for each job.
class WorkerStories final : public Story {
 public:
  WorkerStories(Env& env, std::size_t jobs, std::uint64_t& handled)
      : Story(env), jobs_(jobs), handled_(handled), pauses_(env.self()) {}
  Task<> run() override {
    for (std::size_t i = 0; i < jobs_; ++i) env().stories().spawn(job());
    co_return;
  }

 private:
  Task<> job() {
    for (;;) {
      co_await sleep(pauses_.next());
      ++handled_;
    }
  }

  std::size_t jobs_;
  std::uint64_t& handled_;
  Pauses pauses_;
};

// Nanoseconds for each of `count` turns of `turn`, after a tenth as many to warm up.
template <class Turn>
double nanoseconds_each(std::uint64_t count, const Turn& turn) {
  for (std::uint64_t i = 0; i < count / 10; ++i) turn();
  const double start = cpu_seconds();
  for (std::uint64_t i = 0; i < count; ++i) turn();
  return (cpu_seconds() - start) * 1e9 / static_cast<double>(count);
}

// What runs on each node, given where to count.
using MakeProcess = std::function<std::unique_ptr<Process>(Env&, std::uint64_t& handled)>;

double simulated(const MakeProcess& make, std::uint32_t nodes, std::uint64_t turns) {
  Simulation simulation(1);
  LinkQuality quality;
  quality.latency = Distribution::uniform(500us, 1500us).value();
  simulation.network().set_default(quality);
  std::uint64_t handled = 0;
  for (std::uint32_t i = 0; i < nodes; ++i) {
    simulation.add_node(
        {"n" + std::to_string(i), "member", [&make, &handled](Env& env) { return make(env, handled); }});
  }
  simulation.start();
  return nanoseconds_each(turns, [&] {
    const std::uint64_t before = handled;
    while (handled == before) simulation.step();
  });
}

double bare_queue(std::size_t pending, std::uint64_t turns) {
  using Key = std::pair<std::int64_t, std::uint64_t>;
  static_assert(sizeof(Key) == 16);
  std::priority_queue<Key, std::vector<Key>, std::greater<>> queue;
  Stream chance(1, "queue");
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < pending; ++i) {
    const std::uint64_t due = chance.below(1'000'000'000);
    queue.emplace(static_cast<std::int64_t>(due), ++number);
  }
  return nanoseconds_each(turns, [&] {
    const std::int64_t due = queue.top().first;
    queue.pop();
    const std::uint64_t ahead = chance.below(1'000'000'000);
    queue.emplace(due + static_cast<std::int64_t>(ahead), ++number);
  });
}

double median(int repetitions, const std::function<double()>& measure) {
  std::vector<double> measured;
  for (int i = 0; i < repetitions; ++i) measured.push_back(measure());
  std::sort(measured.begin(), measured.end());
  return measured[measured.size() / 2];
}

struct Load {
  std::string name;
  std::uint32_t nodes;
  std::size_t pending;
  MakeProcess handlers;
  MakeProcess stories;
};

void measure(const Load& load, int repetitions) {
  constexpr std::uint64_t turns = 500'000;
  const double handlers = median(repetitions, [&] { return simulated(load.handlers, load.nodes, turns); });
  const double stories = median(repetitions, [&] { return simulated(load.stories, load.nodes, turns); });
  const double bare = median(repetitions, [&] { return bare_queue(load.pending, turns); });
  std::printf("%-13s %9zu %10.0f %10.0f %9.2f %10.0f %9.2f\n", load.name.c_str(), load.pending, handlers,
              stories, stories / handlers, bare, handlers / bare);
  std::fflush(stdout);
}

Load messages(std::uint32_t nodes, Route route) {
  const Path path(nodes, route);
  return {
      (route == Route::next ? "ring-" : "all-") + std::to_string(nodes), nodes, std::size_t{2} * nodes,
      [path](Env& env, std::uint64_t& handled) { return std::make_unique<Member>(env, path, handled); },
      [path](Env& env, std::uint64_t& handled) { return std::make_unique<MemberStory>(env, path, handled); }};
}

Load phold(std::size_t jobs) {
  constexpr std::uint32_t workers = 100;
  return {"phold-" + std::to_string(jobs), workers, jobs,
          [jobs](Env& env, std::uint64_t& handled) {
            return std::make_unique<Worker>(env, jobs / workers, handled);
          },
          [jobs](Env& env, std::uint64_t& handled) {
            return std::make_unique<WorkerStories>(env, jobs / workers, handled);
          }};
}

}  // namespace

int main(int argc, char** argv) {
  const int repetitions = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
  std::vector<Load> loads;
  for (const Route route : {Route::next, Route::every_other}) {
    for (const std::uint32_t nodes : {5U, 50U, 500U, 10'000U}) loads.push_back(messages(nodes, route));
  }
  for (const std::size_t jobs : {1'000U, 100'000U, 1'000'000U}) loads.push_back(phold(jobs));
  if (argc > 2) std::erase_if(loads, [&](const Load& load) { return load.name != argv[2]; });
  if (loads.empty()) {
    std::fprintf(stderr, "messages_bench: there is no load %s\n", argv[2]);
    return 64;
  }
  std::printf("%-13s %9s %10s %10s %9s %10s %9s\n", "load", "pending", "handlers", "stories", "to those",
              "bare queue", "to that");
  for (const Load& load : loads) measure(load, repetitions);
  return 0;
}
