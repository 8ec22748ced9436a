#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "sim/trace/field_text.hpp"
#include "sim/trace/json_trace.hpp"
#include "tests/sim/world.hpp"

namespace {

using namespace lightcone::tests;
using Json = nlohmann::json;

struct Token {
  int hops;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Token, (), (hops, text))
struct Tick {};
BOOST_DESCRIBE_STRUCT(Tick, (), ())
struct Passed {
  int hops;
};
BOOST_DESCRIBE_STRUCT(Passed, (), (hops))

// A ring of five that passes tokens on after a pause, over a bad network, with a crash and an action.
class Ring {
 public:
  Ring() : simulation(9) {
    LinkQuality quality;
    quality.latency = Distribution::uniform(1ms, 4ms).value();
    quality.loss = {1, 30};
    quality.duplication = {1, 12};
    simulation.network().set_default(quality);
    for (std::uint32_t i = 0; i < 5; ++i) {
      const NodeId next{(i + 1) % 5};
      nodes.push_back(simulation.add_node(listening(
          "n\"" + std::to_string(i),
          [next](Env& env, Event& event) {
            if (Token* token = event.as<Token>()) {
              env.mark(Passed{token->hops});
              if (token->hops % 7 == 0) env.after(1ms, Tick{});
              if (token->hops < 60) env.send(next, Token{token->hops + 1, token->text});
            } else if (event.as<Tick>() != nullptr) {
              env.sync(Passed{-1});
            }
          },
          [next](Env& env) { env.send(next, Token{0, "line\nbreak \\ \x01 \xff"}); })));
    }
    simulation.add_node(telling("story", [](Teller& self) -> Task<> {
      for (int i = 0; i < 5; ++i) co_await self.sleep(10ms);
    }));
  }
  void run() {
    simulation.at(Instant(20ms), [this] {
      simulation.announce(Happening::fault_began, nodes[2], "crash of it");
      simulation.crash(nodes[2], Simulation::CrashKind::power);
      simulation.after(5ms, [this] { simulation.restart(nodes[2]); });
    });
    simulation.start();
    simulation.run_until(Instant(1s));
  }
  Simulation simulation;
  std::vector<NodeId> nodes;
};

std::vector<Json> trace_of(Ring& ring) {
  std::vector<Json> lines;
  JsonTrace trace(ring.simulation, [&](std::string_view line) {
    REQUIRE(line.back() == '\n');
    REQUIRE(line.find('\n') == line.size() - 1);
    lines.push_back(Json::parse(line));
  });
  ring.run();
  return lines;
}

}  // namespace

TEST_CASE("trace: every record is one line of JSON with its time, number and cause") {
  Ring ring;
  const std::vector<Json> lines = trace_of(ring);
  REQUIRE(lines.size() > 200);
  std::int64_t latest = 0;
  std::set<std::string> kinds;
  for (const Json& line : lines) {
    const std::int64_t at = line.at("t");
    CHECK(at >= latest);
    latest = at;
    CHECK(line.at("n").is_number_unsigned());
    CHECK(line.at("c").is_number_unsigned());
    kinds.insert(line.at("what").get<std::string>());
    if (line.contains("type")) CHECK(line.at("fact").is_object());
  }
  CHECK(kinds == std::set<std::string>{"sent", "lost", "delivered", "timer", "synced", "woken", "mark",
                                       "started", "crashed", "fault_began"});
  CHECK(lines[1].at("fact").at("text") == "line\nbreak \\ \x01 \xEF\xBF\xBD");
  CHECK(lines[0].at("node") == "n\"0");
}

TEST_CASE("trace: causes come before what they cause and lead back to the start of the run") {
  Ring ring;
  Heard heard(ring.simulation);
  ring.run();
  std::map<std::uint64_t, std::uint64_t> cause_of;
  for (const auto& record : heard.records) {
    CHECK(((record.number == 0 && record.cause == 0) || record.cause < record.number));
    const auto [known, is_new] = cause_of.emplace(record.number, record.cause);
    if (!is_new) CHECK(known->second == record.cause);  // one event, one cause, whatever is said of it
  }
  std::set<std::uint64_t> unseen;  // actions are no happenings of their own
  for (const auto& record : heard.records) {
    std::uint64_t number = record.number;
    while (number != 0) {
      const auto found = cause_of.find(number);
      if (found == cause_of.end()) {
        unseen.insert(number);
        break;
      }
      REQUIRE(found->second < number);
      number = found->second;
    }
  }
  CHECK(unseen.size() <= 1);  // the restart: its causes are those of what it starts
}

TEST_CASE("trace: a message has one number from sending to arrival or loss, and a copy one of its own") {
  Ring ring;
  Heard heard(ring.simulation);
  ring.run();
  std::map<std::uint64_t, const Heard::Record*> sent;
  std::uint64_t ended = 0;
  std::uint64_t copies = 0;
  std::set<std::uint64_t> numbers;
  for (const auto& record : heard.records) {
    if (record.what == Happening::sent) {
      CHECK(sent.emplace(record.number, &record).second);
    } else if (record.what == Happening::delivered || record.what == Happening::lost) {
      CHECK(numbers.insert(record.number).second);
      const auto found = sent.find(record.number);
      if (found == sent.end()) {
        ++copies;
        continue;
      }
      ++ended;
      CHECK(found->second->node == record.peer);
      CHECK(found->second->peer == record.node);
      CHECK(found->second->cause == record.cause);
    }
  }
  CHECK(ended == sent.size());
  CHECK(copies == ring.simulation.network().counters().duplicated);
  CHECK(copies > 0);
}

TEST_CASE("trace: a mark belongs to the event in which it was made") {
  Ring ring;
  Heard heard(ring.simulation);
  ring.run();
  for (std::size_t i = 1; i < heard.records.size(); ++i) {
    if (heard.records[i].what != Happening::mark) continue;
    CHECK(heard.records[i - 1].what == Happening::delivered);
    CHECK(heard.records[i].number == heard.records[i - 1].number);
    CHECK(heard.records[i].cause == heard.records[i - 1].cause);
  }
}

TEST_CASE("trace: being watched changes nothing of a run") {
  Ring alone;
  alone.run();
  Ring watched;
  Heard heard(watched.simulation);
  Heard landmarks(watched.simulation, Interest::landmarks);
  CHECK_FALSE(trace_of(watched).empty());
  CHECK(alone.simulation.fingerprint() == watched.simulation.fingerprint());
  CHECK(alone.simulation.executed() == watched.simulation.executed());
}

TEST_CASE("trace: who asks for landmarks hears of no message, timer or sync") {
  Ring ring;
  Heard heard(ring.simulation, Interest::landmarks);
  ring.run();
  CHECK(heard.count(Happening::mark) > 50);
  CHECK(heard.count(Happening::started) == 7);
  CHECK(heard.count(Happening::crashed) == 1);
  CHECK(heard.count(Happening::sent) + heard.count(Happening::delivered) + heard.count(Happening::lost) +
            heard.count(Happening::timer) + heard.count(Happening::synced) + heard.count(Happening::woken) ==
        0);
}

TEST_CASE("trace: an observer that outlives the simulation hears nothing of its end") {
  std::size_t records = 0;
  struct Counting final : Observer {
    explicit Counting(std::size_t& c) : count(c) {}
    void on(const Occurrence&) override { ++count; }
    std::size_t& count;
  } counting(records);
  {
    Ring ring;
    ring.simulation.observe(counting, Interest::everything);
    ring.simulation.start();
    ring.simulation.pause(ring.nodes[1]);
    ring.simulation.run_until(Instant(10ms));
    REQUIRE(ring.simulation.node(ring.nodes[1]).inbox_size() > 0);
    records = 0;
  }
  CHECK(records == 0);
}

TEST_CASE("trace: fields read as text for people too") {
  Ring ring;
  const Token token{3, "x"};
  CHECK(fields_as_text(fact_type<Token>, &token, ring.simulation) == "hops=3 text=x");
  const Tick tick;
  CHECK(fields_as_text(fact_type<Tick>, &tick, ring.simulation).empty());
}
