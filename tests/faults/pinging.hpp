// A small system to bend: five servers ping each other every 10 ms, write down how often, and answer nobody;
// one client pings them all. Messages take 1 ms, a sync 2 ms. n1 leads, until a test says otherwise.
#pragma once

#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "faults/plan.hpp"
#include "faults/validate.hpp"
#include "scenarios/binding.hpp"
#include "scenarios/json/parse.hpp"
#include "sim/disk/disk.hpp"
#include "sim/process.hpp"
#include "sim/simulation.hpp"

namespace lightcone::faults::pinging {

using sim::Duration;
using sim::Env;
using sim::From;
using sim::Instant;
using sim::NodeId;

enum class Mood : std::uint8_t { calm, loud };
BOOST_DESCRIBE_ENUM(Mood, calm, loud)

struct Ping {
  std::int64_t number;
  Mood mood;
  std::vector<std::int64_t> history;
  NodeId leader;
  Duration age;
};
BOOST_DESCRIBE_STRUCT(Ping, (), (number, mood, history, leader, age))
struct Greeting {
  std::int64_t number;
};
BOOST_DESCRIBE_STRUCT(Greeting, (), (number))
struct Tick {};
BOOST_DESCRIBE_STRUCT(Tick, (), ())
struct Noted {
  std::int64_t number;
};
BOOST_DESCRIBE_STRUCT(Noted, (), (number))
struct Beat {
  std::int64_t number;
};
BOOST_DESCRIBE_STRUCT(Beat, (), (number))

struct Heard {
  Instant at;
  std::string from;
  std::string to;
  std::int64_t number;
};

struct Diary {
  std::vector<Heard> heard;
  std::vector<std::pair<Instant, std::string>> ticks;
  std::vector<std::string> found_at_start;  // "n1:3": records read after a restart
  std::uint64_t refused = 0;
};

struct Shared {
  sim::Simulation* simulation = nullptr;
  std::vector<NodeId> peers;
  Diary diary;
};

class Pinger final : public sim::Handlers<Pinger, std::variant<Ping, Greeting, Tick, Noted>> {
 public:
  Pinger(Env& env, Shared& shared) : env_(env), shared_(shared) {}

  void start() override {
    sim::File<Noted>& file = env_.disk().open<Noted>("notes");
    std::size_t readable = 0;
    for (std::size_t i = 0; i < file.size(); ++i) readable += file.read(i) != nullptr ? 1U : 0U;
    shared_.diary.found_at_start.push_back(std::string(env_.name(env_.self())) + ":" +
                                           std::to_string(readable));
    env_.after(10ms, Tick{});
  }
  void on(const Tick&) {
    ++number_;
    shared_.diary.ticks.emplace_back(shared_.simulation->now(), env_.name(env_.self()));
    env_.mark(Beat{number_});
    const Ping ping{number_,
                    number_ % 2 == 0 ? Mood::loud : Mood::calm,
                    {number_, 7},
                    shared_.peers.front(),
                    number_ * 1ms};
    for (const NodeId peer : shared_.peers) {
      if (peer != env_.self()) env_.send(peer, ping);
    }
    if (!env_.disk().open<Noted>("notes").append(Noted{number_})) ++shared_.diary.refused;
    env_.sync(Noted{number_});
    env_.after(10ms, Tick{});
  }
  void on(const Ping& ping, const From& from) { hear(ping.number, from); }
  void on(const Greeting& greeting, const From& from) { hear(greeting.number, from); }
  void on(const Noted&) {}

 private:
  void hear(std::int64_t number, const From& from) {
    shared_.diary.heard.push_back({shared_.simulation->now(), std::string(env_.name(from.node)),
                                   std::string(env_.name(env_.self())), number});
  }

  Env& env_;
  Shared& shared_;
  std::int64_t number_ = 0;
};

class Greeter final : public sim::Handlers<Greeter, std::variant<Tick>> {
 public:
  Greeter(Env& env, Shared& shared) : env_(env), shared_(shared) {}
  void start() override { env_.after(10ms, Tick{}); }
  void on(const Tick&) {
    for (const NodeId peer : shared_.peers) env_.send(peer, Greeting{++number_});
    env_.after(10ms, Tick{});
  }

 private:
  Env& env_;
  Shared& shared_;
  std::int64_t number_ = 0;
};

// The faults of a scenario's text: what stands between the brackets of "faults".
inline std::vector<FaultSpec> faults_of(const std::string& text) {
  scenarios::Diagnostics out("a.json", "[" + text + "]");
  const std::optional<sim::Literal> document = scenarios::json::parse(out);
  std::vector<FaultSpec> specs;
  if (document) {
    for (const sim::Literal& item : document->items) {
      std::optional<FaultSpec> spec = scenarios::read_record<FaultSpec>(item, out);
      if (spec) specs.push_back(*std::move(spec));
    }
  }
  INFO(out.to_text());
  REQUIRE(out.empty());
  return specs;
}

inline Census census(Duration heal = 1s) {
  return {{"n1", "n2", "n3", "n4", "n5", "c1"},
          {"server", "server", "server", "server", "server", "client"},
          {"transfer-leader", "load.mult", "end-load.mult"},
          {"Pinged"},
          heal};
}

struct Options {
  std::uint64_t seed = 1;
  Duration heal = 1s;
  sim::LinkQuality link{};
  std::int64_t drift_ppb = 0;
};

// Runs with the faults of `text` until `Options::heal` and half a second beyond.
class Run {
 public:
  explicit Run(const std::string& text, const Options& options = {})
      : options_(options), simulation(options.seed), specs_(faults_of(text)) {
    for (const ComplaintInList& each : validate(specs_, census(options.heal)))
      FAIL(each.complaint.why.problem);
    simulation.network().set_default(options.link);
    shared.simulation = &simulation;
    for (const char* name : {"n1", "n2", "n3", "n4", "n5"}) {
      sim::NodeSpec spec(name, "server", [this](Env& env) { return std::make_unique<Pinger>(env, shared); });
      spec.clock_drift_ppb = options.drift_ppb;
      spec.true_time.poll_interval = 10ms;
      spec.disk.bytes_per_second = 0;
      spec.disk.sync_latency = sim::Distribution::always(2ms);
      shared.peers.push_back(simulation.add_node(std::move(spec)));
    }
    simulation.add_node(
        {"c1", "client", [this](Env& env) { return std::make_unique<Greeter>(env, shared); }});
    leader = shared.peers.front();
    World world{simulation, [this] { return leader; },
                [this](std::string_view action, NodeId node) {
                  asked.push_back(std::string(action) + " " +
                                  (node == sim::no_node ? "-" : simulation.node(node).node_name()));
                  return accepts;
                }};
    plan = std::make_unique<Plan>(std::move(world), specs_, options.heal);
    plan->install();
    simulation.start();
  }

  Run& until(Duration end) {
    simulation.run_until(Instant(end));
    return *this;
  }
  Run& whole() { return until(options_.heal + 500ms); }

  sim::Node& node(std::string_view name) { return simulation.node(simulation.find_node(name)); }
  sim::FaultRecord record(std::size_t index = 0) const {
    const std::vector<sim::FaultRecord> records = plan->records();
    REQUIRE(records.size() > index);
    return records[index];
  }
  // How many messages of `from` `to` heard in [begin, end); empty names: anybody.
  std::size_t heard(std::string_view from, std::string_view to, Duration begin, Duration end) const {
    std::size_t count = 0;
    for (const Heard& each : shared.diary.heard) {
      const bool in_time = each.at >= Instant(begin) && each.at < Instant(end);
      count += in_time && (from.empty() || each.from == from) && (to.empty() || each.to == to) ? 1U : 0U;
    }
    return count;
  }
  std::size_t ticks(std::string_view name, Duration begin, Duration end) const {
    std::size_t count = 0;
    for (const auto& [at, who] : shared.diary.ticks) {
      count += at >= Instant(begin) && at < Instant(end) && who == name ? 1U : 0U;
    }
    return count;
  }

 private:
  Options options_;

 public:
  Shared shared;
  sim::Simulation simulation;
  NodeId leader;
  bool accepts = true;
  std::vector<std::string> asked;
  std::unique_ptr<Plan> plan;

 private:
  std::vector<FaultSpec> specs_;
};

}  // namespace lightcone::faults::pinging
