// What is measured of a partition, on histories made for it and on the scenarios that come with the program.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "reports/cap.hpp"
#include "tests/shipped_scenarios.hpp"

namespace lightcone::tests {

namespace {

using namespace std::chrono_literals;
using reports::CapRow;
using sim::Duration;
using sim::Outcome;

sim::Operation operation(std::int64_t process, std::string f, sim::Value value, Duration at, Duration lasts,
                         Outcome outcome = Outcome::ok) {
  sim::Operation operation;
  operation.process = process;
  operation.f = std::move(f);
  operation.key = "k";
  if (operation.f == "put") operation.value = value;
  if (operation.f == "get") operation.result = value;
  operation.outcome = outcome;
  operation.invoke = at.count();
  operation.complete = (at + lasts).count();
  return operation;
}

// A partition of {1} and {2} from 10 s to 20 s, in a run of which the longest round trip is 40 ms.
CapRow measured(sim::History history) {
  sim::RunRecord run;
  run.history = std::move(history);
  run.longest_round_trip = 40ms;
  run.phases.faults_begin = 1s;
  reports::PartitionScript script;
  script.phases = {{"split", sim::Instant(10s), sim::Instant(20s)}};
  script.sides = {{1}, {2}};
  return reports::measure_cap(run, script);
}

sim::History healthy(Duration lasts) {
  return {operation(1, "put", 1, 2s, lasts), operation(2, "get", 1, 3s, lasts),
          operation(1, "get", 1, 4s, lasts)};
}

// Three on each side, after all servers.
std::vector<std::vector<std::int64_t>> clients_by_side(const scenarios::Loaded& loaded) {
  const auto first = std::find(loaded.node_roles.begin(), loaded.node_roles.end(), "client");
  const std::int64_t c1 = first - loaded.node_roles.begin();
  return {{c1, c1 + 1, c1 + 2}, {c1 + 3, c1 + 4, c1 + 5}};
}

CapRow measured(const std::string& name, std::uint64_t seed) {
  const scenarios::Loaded loaded = load_shipped(shipped_models(), "scenarios/caplab/" + name + ".json");
  const sim::RunRecord run = run_loaded(loaded, seed);
  return reports::measure_cap(run, {clients_by_side(loaded), reports::PartitionScript::phases_of(run)});
}

// What has to be so in the phases, whatever the system.
void check_phases(const CapRow& row) {
  REQUIRE(row.phases.size() == 3);
  CHECK(row.phases[0].name == "split");
  CHECK(row.phases[1].name == "one way");
  CHECK(row.phases[2].name == "bridge");
  for (const reports::CapPhase& phase : row.phases) {
    REQUIRE(phase.settled.size() == 2);
    CHECK(phase.consistency.is_decided);
    // What the whole history keeps, no part of it breaks.
    if (row.whole.is_linearizable) CHECK(phase.consistency.is_linearizable);
  }
  // Who is not heard is answered no more than who is cut off, unless it needs nobody.
  const auto of_second = [&](std::size_t phase) { return row.phases[phase].settled[1].per_mille(); };
  CHECK((of_second(0) >= 900) == (of_second(1) >= 900));
}

}  // namespace

TEST_CASE("cap: operations count where they began, and as answered if that was in time") {
  sim::History history = healthy(2ms);
  history.push_back(operation(1, "get", 1, 500ms, 2ms));  // before the warm-up ended
  history.push_back(operation(1, "put", 2, 11s, 3ms));
  history.push_back(operation(2, "get", 1, 12s, 5ms, Outcome::fail));
  history.push_back(operation(2, "put", 3, 13s, 1s, Outcome::info));
  history.push_back(operation(2, "get", 2, 14s, 7s));  // only after the heal
  history.push_back(operation(1, "get", 2, 18s, 4ms));
  history.push_back(operation(2, "get", 2, 19500ms, 4ms));  // no time to be answered
  const CapRow row = measured(history);
  CHECK(row.healthy.asked == 3);
  CHECK(row.healthy.answered == 3);
  CHECK(row.healthy.read == 2ms);
  REQUIRE(row.phases.size() == 1);
  REQUIRE(row.phases[0].sides.size() == 2);
  CHECK(row.phases[0].sides[0].asked == 2);
  CHECK(row.phases[0].sides[0].answered == 2);
  CHECK(row.phases[0].sides[0].write == 3ms);
  CHECK(row.phases[0].sides[0].read == 4ms);
  CHECK(row.phases[0].sides[1].asked == 3);
  CHECK(row.phases[0].sides[1].answered == 0);
  CHECK(row.phases[0].sides[1].either == 0ms);
  CHECK(row.phases[0].settled[0].asked == 1);
  CHECK(row.phases[0].settled[1].asked == 0);
}

TEST_CASE("cap: one side without answers is consistent and slow, or neither") {
  sim::History history = healthy(20ms);
  history.push_back(operation(1, "put", 2, 16s, 20ms));
  history.push_back(operation(2, "get", 1, 16s, 1s, Outcome::fail));
  const CapRow row = measured(history);
  CHECK(row.whole.is_linearizable);
  CHECK_FALSE(row.is_available());
  CHECK_FALSE(row.is_fast());
  CHECK(row.pacelc() == "PC/EC");
  CHECK(row.whole.strongest == "linearizable");
}

TEST_CASE("cap: both sides with answers are available, and what their clients saw tells the rest") {
  sim::History history = healthy(2ms);
  history.push_back(operation(1, "put", 2, 16s, 2ms));
  history.push_back(operation(2, "get", 1, 17s, 2ms));
  const CapRow stale = measured(history);
  CHECK(stale.is_available());
  CHECK(stale.is_fast());
  CHECK_FALSE(stale.whole.is_linearizable);
  CHECK(stale.pacelc() == "PA/EL");
  CHECK(stale.whole.strongest == "causal");

  history.push_back(operation(2, "put", 3, 17100ms, 2ms));
  history.push_back(operation(2, "get", 1, 17200ms, 2ms));  // not even its own write
  const CapRow weaker = measured(history);
  CHECK(weaker.whole.strongest.find("causal") == std::string::npos);
  CHECK(weaker.whole.strongest.find("RYW") == std::string::npos);
}

TEST_CASE("cap: a side that is refused, of a history that is not linearizable, is a dash") {
  sim::History history = healthy(15ms);
  history.push_back(operation(1, "put", 2, 16s, 15ms));
  history.push_back(operation(1, "get", 1, 17s, 15ms));
  history.push_back(operation(2, "get", 1, 17s, 1s, Outcome::fail));
  CHECK(measured(history).pacelc() == "P-/E-");
}

TEST_CASE("cap: a phase is judged by what was read in it, given all that was written before") {
  sim::History history = healthy(2ms);
  history.push_back(operation(1, "put", 2, 11s, 3ms));
  history.push_back(operation(2, "get", 1, 12s, 5ms));  // stale, within the first phase
  history.push_back(operation(2, "get", 2, 31s, 5ms));
  history.push_back(operation(1, "get", 2, 41s, 5ms));
  history.push_back(operation(2, "get", 1, 42s, 5ms));  // stale again, in the third
  sim::RunRecord run;
  run.history = history;
  reports::PartitionScript script;
  script.sides = {{1}, {2}};
  script.phases = {{"split", sim::Instant(10s), sim::Instant(20s)},
                   {"one way", sim::Instant(30s), sim::Instant(35s)},
                   {"bridge", sim::Instant(40s), sim::Instant(50s)}};
  const CapRow row = reports::measure_cap(run, script);
  REQUIRE(row.phases.size() == 3);
  CHECK_FALSE(row.phases[0].consistency.is_linearizable);
  CHECK(row.phases[1].consistency.is_linearizable);
  CHECK_FALSE(row.phases[2].consistency.is_linearizable);
  CHECK_FALSE(row.whole.is_linearizable);
}

TEST_CASE("cap: the phases of a run are its partitions, and one that leaves out a server is a bridge") {
  sim::RunRecord run;
  run.node_roles = {"server", "server", "server", "client", "client"};
  const auto fault = [](std::string kind, sim::Duration began, std::vector<std::uint32_t> nodes) {
    sim::FaultRecord record;
    record.kind = std::move(kind);
    record.began = sim::Instant(began);
    record.ended = sim::Instant(began + 1s);
    for (const std::uint32_t node : nodes) record.nodes.push_back(sim::NodeId{node});
    return record;
  };
  run.faults = {fault("net.part", 1s, {0, 1, 2, 3}), fault("proc.crash", 2s, {0}),
                fault("net.oneway", 3s, {0, 1}), fault("net.part", 5s, {0, 2, 3, 4})};
  const auto phases = reports::PartitionScript::phases_of(run);
  REQUIRE(phases.size() == 3);
  CHECK(phases[0].name == "split");
  CHECK(phases[1].name == "one way");
  CHECK(phases[1].ended == sim::Instant(4s));
  CHECK(phases[2].name == "bridge");
}

TEST_CASE(
    "cap: nobody is available on both sides and linearizable, and each system is what it is known for") {
  const std::map<std::string, std::string> expected = {
      {"counter-2pc", "PC/EC"},
      {"counter-crdt", "PA/EL"},
      {"counter-dynamo-abd", "P-/E-"},
      {"counter-dynamo-lww", "PA/EL"},
      {"counter-dynamo-one", "PA/EL"},
      {"counter-dynamo-quorum", "P-/E-"},
      {"counter-dynamo-siblings", "PA/EL"},
      {"counter-dynamo-sloppy", "PA/E-"},
      {"counter-paxos", "PC/EC"},
      {"counter-raft", "PC/EC"},
      {"register-2pc", "PC/EC"},
      {"register-crdt", "PA/EL"},
      {"register-dynamo-abd", "PC/EC"},
      {"register-dynamo-lww", "PA/EL"},
      {"register-dynamo-one", "PA/EL"},
      {"register-dynamo-quorum", "PC/EC"},
      {"register-dynamo-siblings", "PA/EL"},
      {"register-dynamo-sloppy", "PA/E-"},
      {"register-raft", "PC/EC"},
      {"register-paxos", "PC/EC"},
      {"register-raft-local", "P-/E-"},
      {"set-2pc", "PC/EC"},
      {"set-crdt", "PA/EL"},
      {"set-dynamo-abd", "P-/E-"},
      {"set-dynamo-lww", "PA/EL"},
      {"set-dynamo-one", "PA/EL"},
      {"set-dynamo-quorum", "P-/E-"},
      {"set-dynamo-siblings", "PA/EL"},
      {"set-dynamo-sloppy", "PA/E-"},
      {"set-paxos", "PC/EC"},
      {"set-raft", "PC/EC"},
  };
  for (const auto& [name, pacelc] : expected) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      const CapRow row = measured(name, seed);
      INFO(name << ", seed " << seed);
      CHECK(row.whole.is_decided);
      CHECK(row.pacelc() == pacelc);
      CHECK_FALSE((row.is_available() && row.whole.is_linearizable));
      check_phases(row);
      // The side with the witness goes on, whoever it is, unless everybody is needed.
      CHECK((row.phases.at(0).settled.at(0).per_mille() >= 900) == !name.ends_with("-2pc"));
    }
  }
  std::size_t shipped = 0;
  for (const std::string& file : shipped_scenarios())
    shipped += file.starts_with("scenarios/caplab/") ? 1 : 0;
  CHECK(expected.size() == shipped);
}

// What is read and written back loses updates, however strong the quorums are, unless what nobody has read is
// kept and can be merged; and where it is one step, nothing is lost.
TEST_CASE("cap: which counters and sets lose what was acknowledged") {
  const std::map<std::string, bool> loses = {
      {"dynamo-abd", true},    {"dynamo-quorum", true},    {"dynamo-one", true}, {"dynamo-lww", true},
      {"dynamo-sloppy", true}, {"dynamo-siblings", false}, {"crdt", false},      {"2pc", false},
  };
  for (const auto& [system, expected] : loses) {
    for (const std::string object : {"counter-", "set-"}) {
      const CapRow row = measured(object + system, 1);
      INFO(object + system);
      CHECK((std::ranges::count(row.anomalies, "lost-update") > 0) == expected);
    }
  }
}

TEST_CASE("cap: of objects that are no registers nothing is said between linearizable and not") {
  sim::History history = healthy(2ms);
  history.push_back(operation(1, "put", 2, 16s, 2ms));
  history.push_back(operation(2, "get", 1, 17s, 2ms));  // stale
  CHECK(measured(history).whole.strongest == "causal");
  sim::Operation counted = operation(1, "incr", 3, 18s, 2ms);
  counted.value = 1;
  history.push_back(counted);
  CHECK(measured(history).whole.strongest == "not linearizable");
}

// Without a partition, how long a write takes. Round trips are 1 ms within a region, 20 ms to the witness, 40
// ms between the regions.
enum class Latency : std::uint8_t { local, one_round_trip, two_round_trips };

struct Known {
  std::string name;
  bool majority_answers;
  bool minority_answers;
  bool is_linearizable;
  bool loses_writes;
  Latency latency;
};

// SYSTEMS T27 (d), of the systems that are here; Gilbert and Lynch 2002, Abadi 2012.
TEST_CASE("cap: the matrix of the course comes out, with the latencies that it says") {
  const Known matrix[] = {
      {"register-raft", true, false, true, false, Latency::one_round_trip},
      {"register-dynamo-abd", true, false, true, false, Latency::two_round_trips},
      {"register-dynamo-siblings", true, true, false, false, Latency::local},
      {"register-dynamo-lww", true, true, false, true, Latency::local},
      {"register-crdt", true, true, false, false, Latency::local},
  };
  for (const Known& known : matrix) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      const CapRow row = measured(known.name, seed);
      INFO(known.name << ", seed " << seed);
      const auto answers = [&](std::size_t side) {
        return row.phases.at(0).settled.at(side).per_mille() >= 900;
      };
      CHECK(answers(0) == known.majority_answers);
      CHECK(answers(1) == known.minority_answers);
      CHECK(row.whole.is_linearizable == known.is_linearizable);
      CHECK((std::ranges::count(row.anomalies, "lost-write") > 0) == known.loses_writes);
      const Duration write = row.healthy.write;
      CHECK((known.latency == Latency::local) == (write < 4ms));
      CHECK((known.latency == Latency::two_round_trips) == (write > 36ms));
    }
  }
}

}  // namespace lightcone::tests
