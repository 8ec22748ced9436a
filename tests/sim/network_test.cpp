// Datagrams, rules and the quality of links. Streams: streams_test.cpp.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "tests/sim/chance/goodness.hpp"
#include "tests/sim/world.hpp"

namespace {

using namespace lightcone::tests;
using Action = RuleVerdict::Action;

struct Packet {
  int number;
};
BOOST_DESCRIBE_STRUCT(Packet, (), (number))
struct Parcel {
  std::uint64_t bytes;
  friend std::uint64_t wire_bytes(const Parcel& parcel) { return parcel.bytes; }
};
BOOST_DESCRIBE_STRUCT(Parcel, (), (bytes))
struct Unique {
  explicit Unique(int n) : number(n) {}
  Unique(Unique&&) = default;
  Unique& operator=(Unique&&) = default;
  int number;
};
BOOST_DESCRIBE_STRUCT(Unique, (), (number))

// Some nodes that note what arrives where, when and from whom.
struct World {
  struct Arrival {
    NodeId to;
    NodeId from;
    int number;
    Duration at;
    bool operator==(const Arrival&) const = default;
  };
  explicit World(const std::vector<std::uint32_t>& places = {0, 0, 0}, std::uint64_t seed = 3)
      : simulation(seed) {
    for (const std::uint32_t place : places) {
      NodeSpec spec = listening("n" + std::to_string(nodes.size()), [this](Env& env, Event& event) {
        const Packet* packet = event.as<Packet>();
        arrived.push_back({env.self(), event.peer, packet == nullptr ? -1 : packet->number,
                           simulation.now().time_since_epoch()});
      });
      spec.place = place;
      nodes.push_back(simulation.add_node(std::move(spec)));
    }
    simulation.start();
  }
  template <class M = Packet>
  void send(std::size_t from, std::size_t to, M message) {
    static_cast<Env&>(simulation.node(nodes[from])).send(nodes[to], std::move(message));
  }
  void until(Duration time) { simulation.run_until(Instant(time)); }
  Network& network() { return simulation.network(); }
  const Network::Counters& counters() { return simulation.network().counters(); }
  std::vector<int> numbers() const {
    std::vector<int> all;
    for (const Arrival& arrival : arrived) all.push_back(arrival.number);
    return all;
  }

  std::vector<Arrival> arrived;
  Simulation simulation;
  std::vector<NodeId> nodes;
};

LinkQuality with_latency(Duration latency) {
  LinkQuality quality;
  quality.latency = Distribution::always(latency);
  return quality;
}

// Says what it was told to of each message that it looks at, and whether it looked.
class Verdicts final : public Rule {
 public:
  explicit Verdicts(RuleVerdict on_send, RuleVerdict on_arrival = {})
      : on_send_(on_send), on_arrival_(on_arrival) {}
  RuleVerdict on_send(const Passage& passage) override {
    seen.emplace_back(passage.from, passage.to);
    return on_send_;
  }
  RuleVerdict on_arrival(const Passage&) override {
    ++arrivals;
    return on_arrival_;
  }
  std::vector<std::pair<NodeId, NodeId>> seen;
  int arrivals = 0;

 private:
  RuleVerdict on_send_;
  RuleVerdict on_arrival_;
};

std::string why_lost(const Heard& heard) {
  std::string why;
  for (const auto& record : heard.records) {
    if (record.what == Happening::lost) why += record.text + ";";
  }
  return why;
}

constexpr int many = 20'000;

// How many of `many` messages arrived, and whether that is what a share of 1 in 4 would give.
bool is_a_quarter(std::uint64_t happened) {
  return lightcone::sim::chi_square_excess({happened, many - happened}, {0.25, 0.75}) < 1;
}

}  // namespace

TEST_CASE("network: a message takes its link's latency, drawn for each from the sender's stream") {
  World world;
  LinkQuality quality;
  quality.latency = Distribution::uniform(1ms, 5ms).value();
  world.network().set_default(quality);
  for (int i = 0; i < 100; ++i) world.send(0, 1, Packet{i});
  world.until(1s);
  REQUIRE(world.arrived.size() == 100);
  Stream draws = Stream(3, "network").split("n0");
  std::vector<Duration> expected;
  for (int i = 0; i < 100; ++i) expected.push_back(quality.latency.sample(draws));
  for (const auto& arrival : world.arrived)
    CHECK(arrival.at == expected[static_cast<std::size_t>(arrival.number)]);
}

TEST_CASE("network: what one sender sends shifts nothing of another's") {
  const auto arrivals_of_1 = [](int others) {
    World world;
    LinkQuality quality;
    quality.latency = Distribution::exponential(3ms).value();
    quality.loss = {1, 10};
    quality.duplication = {1, 10};
    quality.reordering = {1, 10};
    world.network().set_default(quality);
    for (int i = 0; i < 200; ++i) {
      for (int other = 0; other < others; ++other) world.send(0, 2, Packet{-1});
      world.send(1, 2, Packet{i});
    }
    world.until(10s);
    std::erase_if(world.arrived, [&](const auto& arrival) { return arrival.from == world.nodes[0]; });
    return world.arrived;
  };
  CHECK(arrivals_of_1(0) == arrivals_of_1(3));
}

TEST_CASE("network: loss, corruption, duplication and reordering happen in their shares") {
  for (const std::string what : {"loss", "corruption", "duplication", "reordering"}) {
    INFO(what);
    World world;
    LinkQuality quality = with_latency(1ms);
    if (what == "loss") quality.loss = {1, 4};
    if (what == "corruption") quality.corruption = {1, 4};
    if (what == "duplication") quality.duplication = {1, 4};
    if (what == "reordering") quality.reordering = {1, 4};
    world.network().set_default(quality);
    for (int i = 0; i < many; ++i) world.send(0, 1, Packet{i});
    world.until(10s);
    CHECK(world.counters().sent == many);
    const std::uint64_t arrived = world.arrived.size();
    if (what == "duplication") {
      CHECK(is_a_quarter(arrived - many));
      CHECK(world.counters().duplicated == arrived - many);
    } else if (what == "reordering") {
      CHECK(arrived == many);
      const auto late = std::count_if(world.arrived.begin(), world.arrived.end(),
                                      [](const auto& arrival) { return arrival.at != 1ms; });
      CHECK(is_a_quarter(static_cast<std::uint64_t>(late)));
      CHECK(std::all_of(world.arrived.begin(), world.arrived.end(),
                        [](const auto& arrival) { return arrival.at >= 1ms && arrival.at <= 6ms; }));
    } else {
      CHECK(is_a_quarter(many - arrived));
      CHECK(world.counters().lost == many - arrived);
    }
    CHECK(world.counters().delivered == arrived);
  }
}

TEST_CASE("network: certain loss loses all, and what is lost is said with its reason") {
  World world;
  Heard heard(world.simulation);
  LinkQuality quality = with_latency(1ms);
  quality.loss = {1, 1};
  world.network().set_link(world.nodes[0], world.nodes[1], quality);
  quality.loss = {0, 1};
  quality.corruption = {1, 1};
  world.network().set_link(world.nodes[0], world.nodes[2], quality);
  world.send(0, 1, Packet{1});
  world.send(0, 2, Packet{2});
  world.until(1s);
  CHECK(world.arrived.empty());
  CHECK(why_lost(heard) == "loss;corrupted;");
}

TEST_CASE("network: bandwidth makes messages wait for one another, each link for itself") {
  World world;
  LinkQuality quality = with_latency(10ms);
  quality.bytes_per_second = 1'000'000;  // a microsecond a byte
  world.network().set_default(quality);
  world.send(0, 1, Parcel{1000});
  world.send(0, 1, Parcel{2000});
  world.send(0, 2, Parcel{500});
  world.until(2ms);
  world.send(0, 1, Parcel{1});
  world.until(20ms);
  world.send(0, 1, Parcel{7});
  world.until(1s);
  std::vector<Duration> times;
  for (const auto& arrival : world.arrived) times.push_back(arrival.at);
  CHECK(times == std::vector<Duration>{10500us, 11ms, 13ms, 13001us, 30007us});
  CHECK(world.counters().bytes == 3508);
}

TEST_CASE(
    "network: a datagram that finds more than the limit queued is lost, one that finds as much is not") {
  for (const std::uint64_t queued : {1000U, 1001U}) {
    World world;
    Heard heard(world.simulation);
    LinkQuality quality = with_latency(1ms);
    quality.bytes_per_second = 1'000'000;
    quality.queue_bytes = 1000;
    world.network().set_default(quality);
    world.send(0, 1, Parcel{queued});
    world.send(0, 1, Parcel{10});
    world.until(1s);
    CHECK(world.arrived.size() == (queued == 1000 ? 2 : 1));
    CHECK(why_lost(heard) == (queued == 1000 ? "" : "queue-full;"));
  }
}

TEST_CASE("network: a link's own quality comes before its zones', and that before the default") {
  World world({0, 1, 1, 2});
  const auto& n = world.nodes;
  world.network().set_default(with_latency(1ms));
  world.network().set_between(0, 1, with_latency(2ms));
  world.network().set_between(1, 1, with_latency(3ms));
  world.network().set_link(n[0], n[2], with_latency(4ms));
  const auto latency = [&](std::size_t from, std::size_t to) {
    return world.network().quality(n[from], n[to]).latency.lower_bound();
  };
  CHECK(latency(0, 1) == 2ms);
  CHECK(latency(1, 0) == 1ms);
  CHECK(latency(1, 2) == 3ms);
  CHECK(latency(0, 2) == 4ms);
  CHECK(latency(2, 0) == 1ms);
  CHECK(latency(0, 3) == 1ms);
  CHECK(world.network().longest_latency() == 4ms);
  world.network().set_between(0, 1, with_latency(5ms));  // the latest entry counts
  world.network().set_link(n[0], n[2], with_latency(6ms));
  CHECK(latency(0, 1) == 5ms);
  CHECK(latency(0, 2) == 6ms);
}

TEST_CASE("network: what a node sends to itself arrives at once and meets no wire, no loss and no rule") {
  World world;
  LinkQuality quality = with_latency(1ms);
  quality.loss = {1, 1};
  world.network().set_default(quality);
  Verdicts drop({Action::drop, {}});
  world.network().add_rule(drop);
  world.send(1, 1, Packet{1});
  CHECK(world.arrived.empty());
  world.until(0s);
  CHECK(world.arrived == std::vector<World::Arrival>{{world.nodes[1], world.nodes[1], 1, 0s}});
  CHECK(drop.seen.empty());
  CHECK(drop.arrivals == 0);
  world.network().remove_rule(drop);
}

TEST_CASE("network: each verdict of a rule does what it says") {
  const auto outcome = [](RuleVerdict verdict, RuleVerdict on_arrival) {
    World world;
    Heard heard(world.simulation);
    Verdicts rule(verdict, on_arrival);
    world.network().add_rule(rule);
    world.send(0, 1, Packet{7});
    world.until(1s);
    std::string text = why_lost(heard);
    for (const auto& arrival : world.arrived) text += std::to_string(arrival.at / 1us) + "us;";
    world.network().remove_rule(rule);
    return text;
  };
  CHECK(outcome({}, {}) == "1000us;");
  CHECK(outcome({Action::cut, {}}, {}) == "cut;");
  CHECK(outcome({Action::drop, {}}, {}) == "dropped;");
  CHECK(outcome({Action::corrupt, {}}, {}) == "corrupted;");
  CHECK(outcome({Action::hold, {}}, {}).empty());
  CHECK(outcome({Action::delay, 3ms}, {}) == "4000us;");
  CHECK(outcome({Action::duplicate, 2ms}, {}) == "1000us;3000us;");
  CHECK(outcome({}, {Action::cut, {}}) == "cut;");
  CHECK(outcome({}, {Action::drop, {}}) == "dropped;");
}

TEST_CASE("network: a cut that begins while a datagram travels stops it, one that ended does not") {
  World world;
  Verdicts cut({Action::cut, {}}, {Action::cut, {}});
  world.send(0, 1, Packet{1});
  world.until(500us);
  world.network().add_rule(cut);
  world.until(2ms);
  world.network().remove_rule(cut);
  world.send(0, 1, Packet{2});
  world.until(2500us);
  world.network().add_rule(cut);
  world.until(2600us);
  world.network().remove_rule(cut);
  world.until(1s);
  CHECK(world.numbers() == std::vector<int>{2});
}

TEST_CASE("network: held messages go on their way in order when they are released or their rule goes") {
  World world;
  Verdicts first({Action::hold, {}});
  Verdicts second({Action::hold, {}});
  world.network().add_rule(first);
  world.send(0, 1, Packet{1});
  world.send(1, 2, Packet{2});
  world.network().remove_rule(first);
  world.network().add_rule(second);
  world.network().add_rule(first);
  for (int i = 3; i < 8; ++i) world.send(0, 1, Packet{i});
  world.until(10ms);
  CHECK(world.numbers() == std::vector<int>{1, 2});
  CHECK(world.network().release_held(first) == 0);  // the first rule that does not pass decides
  CHECK(world.network().release_held(second) == 5);
  world.send(0, 1, Packet{8});
  world.until(20ms);
  CHECK(world.numbers() == std::vector<int>{1, 2, 3, 4, 5, 6, 7});
  world.network().remove_rule(second);
  world.network().remove_rule(first);
  world.until(1s);
  CHECK(world.numbers() == std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8});
}

TEST_CASE("network: what is still held at the end of a run is freed with it") {
  Verdicts hold({Action::hold, {}});
  World world;
  world.network().add_rule(hold);
  world.send(0, 1, Packet{1});
  world.until(1s);
  CHECK(world.arrived.empty());
}

TEST_CASE("network: a message that cannot be copied is never duplicated") {
  World world;
  LinkQuality quality = with_latency(1ms);
  quality.duplication = {1, 1};
  world.network().set_default(quality);
  Verdicts twice({Action::duplicate, 1ms});
  world.network().add_rule(twice);
  world.send(0, 1, Unique(1));
  world.until(1s);
  CHECK(world.arrived.size() == 1);
  CHECK(world.counters().duplicated == 0);
  world.network().remove_rule(twice);
}

TEST_CASE("network: every message that was sent or doubled arrives or is lost once") {
  World world;
  LinkQuality quality;
  quality.latency = Distribution::uniform(0ms, 5ms).value();
  quality.loss = {1, 5};
  quality.corruption = {1, 7};
  quality.duplication = {1, 3};
  quality.reordering = {1, 3};
  quality.bytes_per_second = 100'000;
  quality.queue_bytes = 1000;
  world.network().set_default(quality);
  for (int i = 0; i < 10'000; ++i) {
    world.send(static_cast<std::size_t>(i % 3), static_cast<std::size_t>((i + 1) % 3), Packet{i});
    world.until(world.simulation.now().time_since_epoch() + 20us);
  }
  world.until(1h);
  const auto& counters = world.counters();
  CHECK(counters.sent + counters.duplicated == counters.delivered + counters.lost);
  CHECK(counters.delivered == world.arrived.size());
  CHECK(counters.lost > 3000);
}
