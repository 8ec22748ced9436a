// The event queue and the queues it was measured against, each compared with a sorted list that is too
// simple to be wrong.
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
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
using sim::never;

using SmallHandover = bench::Handover<bench::ListWheel, bench::RadixHeap, 8, 32>;

#define LIGHTCONE_QUEUES                                                                               \
  sim::EventQueue, bench::ListWheel, bench::RadixHeap, bench::ImplicitHeap<2>, bench::ImplicitHeap<4>, \
      SmallHandover, bench::LazyPriorityQueue

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
  std::uint64_t below(std::uint64_t bound) { return draw() % bound; }

 private:
  std::uint64_t state_;
};

Instant at(std::int64_t nanoseconds) { return Instant(Duration(nanoseconds)); }
constexpr std::int64_t last_instant = INT64_MAX - 1;

template <class Queue>
struct Event : Queue::Link {};

// The queue under test and the list, driven together. Every answer is compared.
template <class Queue>
class Pair {
 public:
  explicit Pair(std::size_t events) : events_(events) {}

  bool is_queued(std::size_t event) const {
    return std::any_of(list_.begin(), list_.end(), [&](const Entry& e) { return e.event == event; });
  }
  std::int64_t now() const { return now_; }
  std::size_t size() const { return list_.size(); }
  std::size_t events() const { return events_.size(); }
  std::size_t first() const { return list_.front().event; }
  const std::string& difference() const { return difference_; }

  void push(std::size_t event, std::int64_t due) {
    auto place = list_.begin();
    while (place != list_.end() && place->due <= due) ++place;
    list_.insert(place, Entry{due, event});
    queue_.push(events_[event], at(due));
    compare(events_[event].due() == at(due), "due");
  }

  void pop() {
    typename Queue::Link* link = queue_.pop();
    if (list_.empty()) return compare(link == nullptr, "pop of nothing");
    const Entry expected = list_.front();
    list_.erase(list_.begin());
    now_ = expected.due;
    compare(link == &events_[expected.event], "pop");
    if (link != nullptr) compare(!Queue::is_queued(*link), "is_queued after pop");
  }

  void cancel(std::size_t event) {
    const bool was_queued = is_queued(event);
    std::erase_if(list_, [&](const Entry& e) { return e.event == event; });
    compare(queue_.cancel(events_[event]) == was_queued, "cancel");
    compare(!Queue::is_queued(events_[event]), "is_queued after cancel");
  }

  void look() {
    compare(queue_.size() == list_.size() && queue_.empty() == list_.empty(), "size");
    compare(queue_.next() == (list_.empty() ? never : at(list_.front().due)), "next");
    if constexpr (requires { queue_.upcoming(); }) {
      const auto* link = queue_.upcoming();
      const bool is_queued_here =
          std::any_of(list_.begin(), list_.end(), [&](const Entry& e) { return link == &events_[e.event]; });
      compare(link == nullptr || is_queued_here, "upcoming");
    }
  }

  void look_at_all() {
    look();
    for (std::size_t e = 0; e < events_.size(); ++e)
      compare(Queue::is_queued(events_[e]) == is_queued(e), "is_queued");
  }

  void drain() {
    while (!list_.empty() && difference_.empty()) {
      look();
      pop();
    }
    look();
    pop();
  }

 private:
  struct Entry {
    std::int64_t due;
    std::size_t event;
  };

  void compare(bool equal, const char* what) {
    if (!equal && difference_.empty()) difference_ = what;
  }

  std::vector<Event<Queue>> events_;
  Queue queue_;
  std::vector<Entry> list_;  // sorted by due, equal ones in push order
  std::int64_t now_ = 0;
  std::string difference_;
};

// A distance in time: ties, boundaries of digits and bits, short ones, long ones.
std::int64_t draw_distance(SplitMix& chance, std::uint64_t style) {
  switch (style) {
    case 0:
      return static_cast<std::int64_t>(chance.below(3));
    case 1:
      return static_cast<std::int64_t>(chance.below(4) * 64);
    case 2:
      return static_cast<std::int64_t>(chance.below(5000));
    case 3:
      return (std::int64_t{1} << (6 * chance.below(11))) - 1 + static_cast<std::int64_t>(chance.below(3));
    case 4:
      return static_cast<std::int64_t>(chance.draw() >> (1 + chance.below(63)));
    default:
      return static_cast<std::int64_t>(1'000'000 * chance.below(100));
  }
}

std::int64_t later(std::int64_t now, std::int64_t distance) {
  return distance > last_instant - now ? last_instant : now + distance;
}

struct Mix {
  std::uint64_t push;  // of 100
  std::uint64_t cancel;
  std::uint64_t style;  // of the distances; 6: all of them
};

template <class Queue>
std::string difference_after(std::uint64_t seed, std::size_t events, std::size_t operations, const Mix& mix) {
  SplitMix chance(seed);
  Pair<Queue> pair(events);
  for (std::size_t i = 0; i < operations && pair.difference().empty(); ++i) {
    const std::uint64_t kind = chance.below(100);
    const std::size_t event = chance.below(events);
    if (kind < mix.push) {
      if (pair.is_queued(event)) pair.cancel(event);
      const std::uint64_t style = mix.style < 6 ? mix.style : chance.below(6);
      pair.push(event, later(pair.now(), draw_distance(chance, style)));
    } else if (kind < mix.push + mix.cancel) {
      const bool head = chance.below(4) == 0 && pair.size() > 0;
      pair.cancel(head ? pair.first() : event);
    } else {
      pair.pop();
    }
    if (chance.below(3) == 0) pair.look();
    if (chance.below(64) == 0) pair.look_at_all();
  }
  pair.look_at_all();
  pair.drain();
  return pair.difference();
}

// What one digit of a sequence of operations does; false where it does not apply.
template <class Queue>
bool operate(Pair<Queue>& pair, unsigned operation) {
  constexpr std::array<std::int64_t, 3> times = {0, 1, 64};
  const std::size_t events = pair.events();
  const auto pushes = static_cast<unsigned>(events * times.size());
  if (operation < pushes) {
    const std::size_t event = operation / times.size();
    const std::int64_t due = times[operation % times.size()];
    if (pair.is_queued(event) || due < pair.now()) return false;
    pair.push(event, due);
  } else if (operation < pushes + events) {
    pair.cancel(operation - pushes);
  } else {
    pair.pop();
  }
  return true;
}

template <class Queue>
std::string difference_in_all_sequences(std::size_t events, unsigned length) {
  const auto choices = static_cast<unsigned>(events * 4 + 1);
  std::vector<unsigned> sequence(length, 0);
  for (;;) {
    Pair<Queue> pair(events);
    unsigned done = 0;
    while (done < length && operate(pair, sequence[done])) {
      pair.look_at_all();
      ++done;
    }
    pair.drain();
    if (!pair.difference().empty()) return pair.difference();
    // The next sequence: what follows an operation that does not apply needs no trying.
    unsigned place = std::min(done, length - 1);
    std::fill(sequence.begin() + place + 1, sequence.end(), 0U);
    while (++sequence[place] == choices) {
      sequence[place] = 0;
      if (place == 0) return {};
      --place;
    }
  }
}

}  // namespace

TEMPLATE_TEST_CASE("a queue answers like a sorted list over random operations", "", LIGHTCONE_QUEUES) {
  const std::array<Mix, 5> mixes = {Mix{50, 10, 6}, Mix{40, 40, 6}, Mix{34, 0, 6}, Mix{60, 20, 6},
                                    Mix{45, 5, 6}};
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Mix mix = mixes[seed % mixes.size()];
    mix.style = seed % 7;
    const std::size_t events = std::array<std::size_t, 4>{3, 12, 40, 200}[seed % 4];
    INFO("seed " << seed);
    REQUIRE(difference_after<TestType>(seed, events, 1000, mix) == "");
  }
}

TEMPLATE_TEST_CASE("a queue answers like a sorted list in all short sequences", "", LIGHTCONE_QUEUES) {
  CHECK(difference_in_all_sequences<TestType>(2, 6) == "");
  CHECK(difference_in_all_sequences<TestType>(3, 5) == "");
}

TEMPLATE_TEST_CASE("a queue gives equal times back in the order of pushes", "", LIGHTCONE_QUEUES) {
  Pair<TestType> pair(400);
  for (std::size_t event = 0; event < 400; ++event)
    pair.push(event, 1000 + static_cast<std::int64_t>(event * 7 % 3));
  for (std::size_t event = 0; event < 400; event += 5) pair.cancel(event);
  for (std::size_t event = 0; event < 400; event += 5) pair.push(event, 1001);
  for (int i = 0; i < 200; ++i) pair.pop();
  for (std::size_t event = 0; event < 400; ++event) {
    if (!pair.is_queued(event)) pair.push(event, 1002);
  }
  pair.drain();
  CHECK(pair.difference() == "");
}

TEMPLATE_TEST_CASE("a queue spans the 292 years", "", LIGHTCONE_QUEUES) {
  std::vector<std::int64_t> times = {0, last_instant};
  for (unsigned bit = 0; bit < 63; ++bit) {
    const std::int64_t power = std::int64_t{1} << bit;
    times.insert(times.end(), {power - 1, power, std::min(power + 1, last_instant)});
  }
  Pair<TestType> pair(2 * times.size());
  for (std::size_t event = 0; event < 2 * times.size(); ++event) {
    pair.push(event, times[(event * 101) % times.size()]);
    pair.look();
  }
  pair.drain();
  CHECK(pair.now() == last_instant);
  pair.push(0, last_instant);
  pair.drain();
  CHECK(pair.difference() == "");
}

TEMPLATE_TEST_CASE("a queue accepts a push before the time that it named as next", "", LIGHTCONE_QUEUES) {
  Pair<TestType> pair(100);
  for (std::size_t event = 0; event < 50; ++event)
    pair.push(event, 1'000'000 + static_cast<std::int64_t>(event));
  for (std::size_t event = 50; event < 100; ++event) {
    pair.look();
    pair.push(event, 2'000 - static_cast<std::int64_t>(event));
    if (event % 3 == 0) pair.cancel(pair.first());
  }
  pair.drain();
  CHECK(pair.difference() == "");
}

namespace {

// What a process that does this exits with; its complaint is not shown.
template <class Body>
int exit_code_of(Body body) {
  const pid_t child = fork();
  if (child == 0) {
    close(STDERR_FILENO);
    body();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEMPLATE_TEST_CASE("a queue refuses the past, `never` and what is queued already", "", LIGHTCONE_QUEUES) {
  TestType queue;
  Event<TestType> first;
  Event<TestType> second;
  queue.push(first, at(100));
  queue.pop();
  queue.push(first, at(100));
  CHECK(exit_code_of([&] { queue.push(second, at(100)); }) == 0);
  CHECK(exit_code_of([&] { queue.push(second, at(99)); }) == 70);
  CHECK(exit_code_of([&] { queue.push(second, never); }) == 70);
  CHECK(exit_code_of([&] { queue.push(first, at(100)); }) == 70);
}

TEST_CASE("a queue's link is 16 bytes") { CHECK(sizeof(sim::QueueLink) == 16); }
