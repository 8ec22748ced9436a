// What a message costs in the whole simulation: nodes, network, timers, fingerprint. Nanoseconds of processor
// time, medians over repetitions, beside a bare std::priority_queue of 16-byte keys that holds as many
// entries as the load has events pending (one pop and one push), measured in the same run.
//
//   messages_bench [REPETITIONS]     default 5
//
// Loads:
//   ring        each of n nodes starts a token; whoever gets one sends it to the next node
//   all-to-all  the same, each node sending to every other in turn
//               in both, each message arms a time-out of 100 ms and cancels the one before; latency 0.5-1.5
//               ms
//   phold       n jobs on 100 nodes, each becomes due an exponentially distributed time after its last
//               turn (mean 1 s): Fujimoto's PHOLD (1990), with timers for its events
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

class Member final : public Handlers<Member, std::variant<Token, TimedOut>> {
 public:
  Member(Env& env, std::uint32_t nodes, Route route, std::uint64_t& handled)
      : env_(env), nodes_(nodes), route_(route), handled_(handled) {}
  void start() override { pass(Token{0}); }
  void on(const Token& token, const From& /*from*/) {
    ++handled_;
    pass(Token{token.hops + 1});
  }
  void on(const TimedOut& /*lost*/) {}

 private:
  void pass(const Token& token) {
    if (route_ == Route::every_other) distance_ = distance_ % (nodes_ - 1) + 1;
    env_.cancel(timeout_);
    env_.send(NodeId{(env_.self().index + distance_) % nodes_}, token);
    timeout_ = env_.after(100ms, TimedOut{token.hops});
  }

  Env& env_;
  std::uint32_t nodes_;
  Route route_;
  std::uint64_t& handled_;
  std::uint32_t distance_ = 1;
  TimerId timeout_;
};

class Worker final : public Handlers<Worker, std::variant<Job>> {
 public:
  Worker(Env& env, std::size_t jobs, std::uint64_t& handled)
      : env_(env), jobs_(jobs), handled_(handled), chance_(env.stream("jobs")) {}
  void start() override {
    for (std::size_t i = 0; i < jobs_; ++i) again(Job{0});
  }
  void on(const Job& job) {
    ++handled_;
    again(Job{job.turns + 1});
  }

 private:
  void again(const Job& job) { env_.after(pause_.sample(chance_), job); }

  Env& env_;
  std::size_t jobs_;
  std::uint64_t& handled_;
  Stream chance_;
  Distribution pause_ = Distribution::exponential(1s).value();
};

// Nanoseconds for each of `count` turns of `turn`, after a tenth as many to warm up.
template <class Turn>
double nanoseconds_each(std::uint64_t count, const Turn& turn) {
  for (std::uint64_t i = 0; i < count / 10; ++i) turn();
  const double start = cpu_seconds();
  for (std::uint64_t i = 0; i < count; ++i) turn();
  return (cpu_seconds() - start) * 1e9 / static_cast<double>(count);
}

double simulated(const std::function<NodeSpec(std::uint32_t, std::uint64_t&)>& spec, std::uint32_t nodes,
                 std::uint64_t turns) {
  Simulation simulation(1);
  LinkQuality quality;
  quality.latency = Distribution::uniform(500us, 1500us).value();
  simulation.network().set_default(quality);
  std::uint64_t handled = 0;
  for (std::uint32_t i = 0; i < nodes; ++i) simulation.add_node(spec(i, handled));
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

void row(const std::string& load, std::size_t pending, double spent, double bare) {
  std::printf("%-12s %9zu pending %8.0f ns %11.0f /s %8.0f ns %7.1f x\n", load.c_str(), pending, spent,
              1e9 / spent, bare, spent / bare);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const int repetitions = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
  constexpr std::uint64_t turns = 500'000;
  std::printf("%-12s %9s         %11s %14s %11s %9s\n", "load", "", "a message", "", "bare queue", "ratio");
  for (const Route route : {Route::next, Route::every_other}) {
    for (const std::uint32_t nodes : {5U, 50U, 500U, 10'000U}) {
      const auto spec = [nodes, route](std::uint32_t i, std::uint64_t& handled) {
        return NodeSpec{"n" + std::to_string(i), "member", [nodes, route, &handled](Env& env) {
                          return std::make_unique<Member>(env, nodes, route, handled);
                        }};
      };
      const std::size_t pending = std::size_t{2} * nodes;
      row((route == Route::next ? "ring " : "all ") + std::to_string(nodes), pending,
          median(repetitions, [&] { return simulated(spec, nodes, turns); }),
          median(repetitions, [&] { return bare_queue(pending, turns); }));
    }
  }
  constexpr std::uint32_t workers = 100;
  for (const std::size_t jobs : {std::size_t{1000}, std::size_t{100'000}, std::size_t{1'000'000}}) {
    const auto spec = [jobs](std::uint32_t i, std::uint64_t& handled) {
      return NodeSpec{"n" + std::to_string(i), "worker", [jobs, &handled](Env& env) {
                        return std::make_unique<Worker>(env, jobs / workers, handled);
                      }};
    };
    row("phold", jobs, median(repetitions, [&] { return simulated(spec, workers, turns); }),
        median(repetitions, [&] { return bare_queue(jobs, turns); }));
  }
  return 0;
}
