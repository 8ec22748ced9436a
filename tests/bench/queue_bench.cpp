// Which queue should the simulation have? Nanoseconds an operation of each contender under the same
// loads, and each one's ratio to a std::priority_queue of 16-byte keys. Medians over
// repetitions, in processor time, so that other programs disturb less.
//
//   queue_bench [--json] [--repetitions N] [--load LOAD] [--queue QUEUE]
//
// Loads. An event has 64 bytes beside the link; it is written to whenever it is popped.
//   hold      n pending; pop one, push it again an exponentially distributed time later (mean 1 s)
//   short     the same with a mean of 100 us
//   ties      the same as hold, times rounded up to 10 ms
//   timeouts  a message about 1 ms ahead and its timeout 100 ms ahead are pushed; when the message is popped,
//             its timeout is cancelled (8 in 10), and so on; one operation is one message
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sim/queue/event_queue.hpp"
#include "tests/bench/queue/handover.hpp"
#include "tests/bench/queue/implicit_heap.hpp"
#include "tests/bench/queue/lazy_priority_queue.hpp"
#include "tests/bench/queue/list_wheel.hpp"
#include "tests/bench/queue/radix_heap.hpp"

namespace {

using namespace lightcone;
using sim::Duration;
using sim::Instant;

class SplitMix {
 public:
  explicit SplitMix(std::uint64_t seed) : state_(seed) {}
  std::uint64_t draw() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

// Drawn beforehand, so that the logarithm is not measured.
class Distances {
 public:
  Distances(double mean_ns, std::int64_t rounded_up_to) : drawn_(count), next_(0) {
    SplitMix chance(1);
    for (std::int64_t& distance : drawn_) {
      const double uniform = (static_cast<double>(chance.draw() >> 11) + 0.5) * 0x1p-53;
      distance = static_cast<std::int64_t>(-std::log(uniform) * mean_ns);
    }
    rounded_up_to_ = rounded_up_to;
  }
  Instant after(Instant now) {
    next_ = (next_ + 1) % count;
    std::int64_t at = now.time_since_epoch().count() + drawn_[next_];
    if (rounded_up_to_ > 1) at = (at / rounded_up_to_ + 1) * rounded_up_to_;
    return Instant(Duration(at));
  }

 private:
  static constexpr std::size_t count = 1U << 16;
  std::vector<std::int64_t> drawn_;
  std::size_t next_;
  std::int64_t rounded_up_to_;
};

template <class Queue>
struct Event : Queue::Link {
  std::uint64_t touched[8] = {};
};

template <class Body>
double nanoseconds_each(std::size_t operations, Body body) {
  const std::clock_t begin = std::clock();
  for (std::size_t i = 0; i < operations; ++i) body();
  const auto took = static_cast<double>(std::clock() - begin);
  return took / CLOCKS_PER_SEC * 1e9 / static_cast<double>(operations);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Load {
  std::string_view name;
  std::size_t pending;
  double mean_ns;
  std::int64_t rounded_up_to = 1;
  bool with_timeouts = false;
};

template <class Queue>
double hold(const Load& load, std::size_t repetitions) {
  Distances distances(load.mean_ns, load.rounded_up_to);
  std::vector<Event<Queue>> events(load.pending);
  Queue queue;
  for (auto& event : events) queue.push(event, distances.after(Instant{}));
  const auto once = [&] {
    auto* event = static_cast<Event<Queue>*>(queue.pop());
    ++event->touched[7];
    queue.push(*event, distances.after(event->due()));
  };
  const std::size_t operations = std::max<std::size_t>(load.pending, 200'000);
  nanoseconds_each(3 * load.pending, once);  // until the order of events in time is unlike that in memory
  std::vector<double> measured;
  for (std::size_t i = 0; i < repetitions; ++i) measured.push_back(nanoseconds_each(operations, once));
  return median(measured);
}

// `pending` is about the number of events queued in the long run: each message in flight has a timeout, and
// two timeouts in ten stay for 100 ms, in which about 100 messages replace one another.
template <class Queue>
double timeouts(const Load& load, std::size_t repetitions) {
  struct Message : Event<Queue> {
    Event<Queue>* timeout = nullptr;  // null in a timeout
  };
  const std::size_t in_flight = std::max<std::size_t>(load.pending / 22, 1);
  Distances distances(load.mean_ns, 1);
  SplitMix chance(2);
  std::vector<Message> messages(in_flight);
  std::vector<std::unique_ptr<Message>> owned;
  std::vector<Message*> idle;
  Queue queue;
  const auto send = [&](Message& message, Instant now) {
    if (idle.empty()) {
      owned.push_back(std::make_unique<Message>());
      idle.push_back(owned.back().get());
    }
    message.timeout = idle.back();
    idle.pop_back();
    queue.push(message, distances.after(now));
    queue.push(*message.timeout, now + std::chrono::milliseconds(100));
  };
  for (auto& message : messages) send(message, Instant{});
  const auto once = [&] {
    for (;;) {
      auto* popped = static_cast<Message*>(static_cast<Event<Queue>*>(queue.pop()));
      ++popped->touched[7];
      if (popped->timeout == nullptr) {
        idle.push_back(popped);
        continue;
      }
      if (chance.draw() % 10 < 8) {
        queue.cancel(*popped->timeout);
        idle.push_back(static_cast<Message*>(popped->timeout));
      }
      send(*popped, popped->due());
      return;
    }
  };
  const std::size_t operations = std::max<std::size_t>(load.pending, 200'000);
  nanoseconds_each(200 * in_flight, once);
  std::vector<double> measured;
  for (std::size_t i = 0; i < repetitions; ++i) measured.push_back(nanoseconds_each(operations, once));
  return median(measured);
}

template <class Queue>
double run(const Load& load, std::size_t repetitions) {
  return load.with_timeouts ? timeouts<Queue>(load, repetitions) : hold<Queue>(load, repetitions);
}

struct Contender {
  std::string_view name;
  double (*run)(const Load&, std::size_t repetitions);
};

const std::vector<Load>& loads() {
  static const std::vector<Load> all = {
      {"hold", 10, 1e9},
      {"hold", 1'000, 1e9},
      {"hold", 10'000, 1e9},
      {"hold", 100'000, 1e9},
      {"hold", 1'000'000, 1e9},
      {"short", 1'000, 1e5},
      {"short", 100'000, 1e5},
      {"short", 1'000'000, 1e5},
      {"ties", 1'000, 1e9, 10'000'000},
      {"ties", 100'000, 1e9, 10'000'000},
      {"ties", 1'000'000, 1e9, 10'000'000},
      {"timeouts", 1'000, 1e6, 1, true},
      {"timeouts", 100'000, 1e6, 1, true},
      {"timeouts", 1'000'000, 1e6, 1, true},
  };
  return all;
}

const std::vector<Contender>& contenders() {
  using bench::ListWheel;
  using bench::RadixHeap;
  static const std::vector<Contender> all = {
      {"std::priority_queue", run<bench::LazyPriorityQueue>},
      {"binary heap", run<bench::ImplicitHeap<2>>},
      {"4-ary heap", run<bench::ImplicitHeap<4>>},
      {"list wheel", run<ListWheel>},
      {"radix heap", run<RadixHeap>},
      {"list wheel, then radix heap", run<bench::Handover<ListWheel, RadixHeap, 10'000, 40'000>>},
      {"chunked wheel", run<sim::ChunkedWheel>},
  };
  return all;
}

struct Options {
  bool json = false;
  std::size_t repetitions = 5;
  std::string load;   // empty: all
  std::string queue;  // empty: all, with their ratios
};

Options read_options(int count, char** words) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--json") {
      options.json = true;
    } else if (word == "--repetitions" && i + 1 < count) {
      options.repetitions = std::max<std::size_t>(std::strtoul(words[++i], nullptr, 10), 1);
    } else if (word == "--load" && i + 1 < count) {
      options.load = words[++i];
    } else if (word == "--queue" && i + 1 < count) {
      options.queue = words[++i];
    } else {
      fmt::print(stderr, "queue_bench [--json] [--repetitions N] [--load LOAD] [--queue QUEUE]\n");
      std::exit(64);
    }
  }
  return options;
}

}  // namespace

int main(int count, char** words) {
  const Options options = read_options(count, words);
  nlohmann::json rows = nlohmann::json::array();
  if (!options.json)
    fmt::print("{:10}{:>10}  {:30}{:>10}{:>10}\n", "load", "pending", "queue", "ns/op", "ratio");
  for (const Load& load : loads()) {
    if (!options.load.empty() && options.load != load.name) continue;
    double yardstick = 0;
    for (const Contender& contender : contenders()) {
      if (!options.queue.empty() && options.queue != contender.name) continue;
      const double ns = contender.run(load, options.repetitions);
      if (yardstick == 0) yardstick = ns;
      if (options.json) {
        rows.push_back({{"load", load.name},
                        {"pending", load.pending},
                        {"queue", contender.name},
                        {"ns_per_operation", ns},
                        {"ratio", ns / yardstick}});
      } else {
        fmt::print("{:10}{:>10}  {:30}{:>10.1f}{:>10.2f}\n", load.name, load.pending, contender.name, ns,
                   ns / yardstick);
        std::fflush(stdout);
      }
    }
  }
  if (options.json) fmt::print("{}\n", rows.dump(2));
}
