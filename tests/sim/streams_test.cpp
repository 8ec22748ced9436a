// The stream transport: in order as over TCP, at the price of waiting.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/sim/world.hpp"

namespace {

using namespace lightcone::tests;
using Action = RuleVerdict::Action;

struct Packet {
  int number;
};
BOOST_DESCRIBE_STRUCT(Packet, (), (number))

LinkQuality stream_quality(Distribution latency = Distribution::always(1ms)) {
  LinkQuality quality;
  quality.latency = std::move(latency);
  quality.transport = Transport::stream;
  return quality;
}

struct World {
  explicit World(const LinkQuality& quality, const Ties& ties = {}, std::uint64_t seed = 3)
      : simulation(seed, ties) {
    simulation.network().set_default(quality);
    const auto note = [this](Env&, Event& event) {
      numbers.push_back(event.as<Packet>()->number);
      times.push_back(simulation.now().time_since_epoch());
    };
    for (const char* name : {"a", "b", "c"}) nodes.push_back(simulation.add_node(listening(name, note)));
    simulation.start();
  }
  void send(int number, std::size_t from = 0, std::size_t to = 1) {
    static_cast<Env&>(simulation.node(nodes[from])).send(nodes[to], Packet{number});
  }
  void until(Duration time) { simulation.run_until(Instant(time)); }

  std::vector<int> numbers;
  std::vector<Duration> times;
  Simulation simulation;
  std::vector<NodeId> nodes;
};

class Cut final : public Rule {
 public:
  explicit Cut(Simulation& simulation) : simulation_(simulation) { simulation.network().add_rule(*this); }
  ~Cut() override { simulation_.network().remove_rule(*this); }
  RuleVerdict on_send(const Passage&) override { return {Action::cut, {}}; }
  RuleVerdict on_arrival(const Passage&) override { return {Action::cut, {}}; }

 private:
  Simulation& simulation_;
};

std::vector<int> first(int count) {
  std::vector<int> numbers;
  for (int i = 0; i < count; ++i) numbers.push_back(i);
  return numbers;
}

}  // namespace

TEST_CASE("streams: keep the order over latencies that differ, losses, damage and a busy line") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    LinkQuality quality = stream_quality(Distribution::exponential(5ms).value());
    quality.loss = {1, 10};
    quality.corruption = {1, 20};
    quality.duplication = {1, 2};  // nothing to a stream
    quality.reordering = {1, 2};   // likewise
    quality.bytes_per_second = 10'000;
    quality.queue_bytes = 100;
    World world(quality, {}, seed);
    for (int i = 0; i < 500; ++i) {
      world.send(i);
      world.until(i * 100us);
    }
    world.until(1h);
    CHECK(world.numbers == first(500));
    CHECK(world.simulation.network().counters().lost == 0);
  }
}

TEST_CASE("streams: keep the order among messages of one instant under every tie policy") {
  for (const TiePolicy policy : {TiePolicy::fifo, TiePolicy::random, TiePolicy::priorities}) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      Ties ties;
      ties.policy = policy;
      ties.quantum = 10ms;
      World world(stream_quality(Distribution::uniform(1ms, 3ms).value()), ties, seed);
      for (int i = 0; i < 20; ++i) world.send(i);
      world.until(1s);
      CHECK(world.numbers == first(20));
    }
  }
}

TEST_CASE("streams: a loss costs retransmissions that double, and what follows waits behind it") {
  LinkQuality quality = stream_quality();
  quality.loss = {1, 2};
  World world(quality);
  Stream draws = Stream(3, "network").split("a");
  std::vector<Duration> expected;
  Duration latest{0};
  for (int i = 0; i < 50; ++i) {
    Duration delay = quality.latency.sample(draws);
    Duration backoff = 200ms;
    while (draws.chance({1, 2})) {
      delay += backoff;
      backoff *= 2;
    }
    latest = std::max(latest, delay);
    expected.push_back(latest);
    world.send(i);
  }
  world.until(1h);
  CHECK(world.numbers == first(50));
  CHECK(world.times == expected);
}

TEST_CASE("streams: a link that loses or damages everything carries nothing, ever") {
  for (const bool damaged : {false, true}) {
    LinkQuality quality = stream_quality();
    (damaged ? quality.corruption : quality.loss) = {1, 1};
    World world(quality);
    Heard heard(world.simulation);
    for (int i = 0; i < 3; ++i) world.send(i);
    world.until(10h);
    CHECK(world.numbers.empty());
    CHECK(world.simulation.network().counters().lost == 3);
    CHECK(heard.records.back().text == "reset");
  }
}

TEST_CASE("streams: stall at a cut and go on in order at the first retry after it healed") {
  World world(stream_quality());
  {
    Cut cut(world.simulation);
    world.send(0);
    world.send(1);
    world.until(500ms);
    world.send(2);
    world.until(700ms);
  }
  world.until(1s);
  world.send(3);  // arrives before the retry and waits behind the others
  world.until(1h);
  CHECK(world.numbers == first(4));
  // Retries at 1 ms + 200 ms, + 400 ms, + 800 ms.
  CHECK(world.times == std::vector<Duration>{1401ms, 1401ms, 1401ms, 1401ms});
}

TEST_CASE("streams: a cut stalls what is under way") {
  World world(stream_quality());
  world.send(0);
  world.until(500us);
  {
    Cut cut(world.simulation);
    world.until(100ms);
    CHECK(world.numbers.empty());
  }
  world.until(1h);
  CHECK(world.times == std::vector<Duration>{201ms});
}

TEST_CASE("streams: give up after a while and are reset, and later messages use a new connection") {
  World world(stream_quality());
  Heard heard(world.simulation);
  {
    Cut cut(world.simulation);
    for (int i = 0; i < 3; ++i) world.send(i);
    world.until(10s);
    CHECK(heard.count(Happening::lost) == 0);
    world.until(60s);
    CHECK(heard.count(Happening::lost) == 3);
    for (const auto& record : heard.records) {
      // The first retry 30 s or more after the stall: 0.2 + 0.4 + ... + 25.6 s.
      if (record.what == Happening::lost) {
        CHECK(record.text == "reset");
        CHECK(record.at == Instant(51001ms));
      }
    }
  }
  world.until(61s);
  world.send(7);
  world.until(1h);
  CHECK(world.numbers == std::vector<int>{7});
  CHECK(world.times == std::vector<Duration>{61001ms});
}

TEST_CASE("streams: a crash of either end resets them and loses what they had stalled") {
  for (const std::size_t crashing : {0U, 1U}) {
    World world(stream_quality());
    Heard heard(world.simulation);
    {
      Cut cut(world.simulation);
      world.send(0);
      world.send(1, 2, 1);
      world.until(100ms);
      world.simulation.crash(world.nodes[crashing], Simulation::CrashKind::process);
      CHECK(heard.count(Happening::lost) == (crashing == 0 ? 1 : 2));
      world.simulation.restart(world.nodes[crashing]);
    }
    world.until(1h);
    CHECK(world.numbers == (crashing == 0 ? std::vector<int>{1} : std::vector<int>{}));
  }
}

TEST_CASE("streams: a stall after a crash has retries of its own, those of the earlier one are void") {
  World world(stream_quality());
  Cut cut(world.simulation);
  world.send(0);
  world.until(50ms);  // stalled at 1 ms, to be tried at 201 ms
  world.simulation.crash(world.nodes[1], Simulation::CrashKind::process);
  world.simulation.restart(world.nodes[1]);
  world.send(1);  // stalls at 51 ms
  const std::uint64_t before = world.simulation.executed();
  world.until(700ms);
  // The arrival, the void retry at 201 ms, and its own at 251 ms and 651 ms.
  CHECK(world.simulation.executed() - before == 4);
}

TEST_CASE("streams: a queue that is full makes a stream wait, not lose") {
  LinkQuality quality = stream_quality();
  quality.bytes_per_second = 8'000;  // a millisecond a packet
  quality.queue_bytes = 8;
  World world(quality);
  for (int i = 0; i < 10; ++i) world.send(i);
  world.until(1s);
  CHECK(world.numbers == first(10));
  CHECK(world.times.back() == 11ms);
}

TEST_CASE("streams: two directions and two pairs do not wait for one another") {
  World world(stream_quality());
  LinkQuality slow = stream_quality(Distribution::always(1s));
  world.simulation.network().set_link(world.nodes[0], world.nodes[1], slow);
  world.send(1, 0, 1);
  world.send(2, 1, 0);
  world.send(3, 0, 2);
  world.until(10s);
  CHECK(world.numbers == std::vector<int>{2, 3, 1});
}
