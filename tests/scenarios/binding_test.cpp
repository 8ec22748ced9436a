#include "scenarios/binding.hpp"

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <string>

#include "scenarios/json/parse.hpp"
#include "scenarios/json/write.hpp"
#include "scenarios/override.hpp"
#include "tests/scenarios/example.hpp"

namespace lightcone::scenarios {

namespace {

using namespace std::chrono_literals;
using example::Plan;

std::string complaint(const std::string& text) {
  Diagnostics out("a.json", text);
  const std::optional<sim::Literal> document = json::parse(out);
  if (document) read_record<Plan>(*document, out);
  std::string all;
  for (const Diagnostic& each : out.found())
    all += fmt::format("{}{}", all.empty() ? "" : "\n", to_text(each));
  return all;
}

// What is said about one member in a plan that is right otherwise.
std::string complaint_of(const std::string& member) {
  return complaint(fmt::format(R"({{"name":"x",{}}})", member));
}

Plan good(const std::string& text) {
  Diagnostics out("a.json", text);
  const std::optional<sim::Literal> document = json::parse(out);
  REQUIRE(document);
  const std::optional<Plan> plan = read_record<Plan>(*document, out);
  INFO(out.to_text());
  REQUIRE(plan);
  return *plan;
}

const std::string a_duration = R"(a number with a unit (ns, us, ms, s, m, h), such as "150ms")";

}  // namespace

TEST_CASE("a good file fills every kind of field") {
  const Plan plan = good(example::everything);
  CHECK(plan.name == "split");
  CHECK_FALSE(plan.prevote);
  CHECK(plan.replicas == 5);
  CHECK(plan.election_min == 200ms);
  CHECK(plan.election_max == 1500ms);
  CHECK(plan.loss == sim::Ratio{1, 200});
  CHECK(plan.buffer.count == 65536);
  CHECK(plan.read_mode == example::ReadMode::read_index);
  CHECK(plan.nodes == std::vector<std::string>{"n1", "n2"});
  CHECK(plan.network.bandwidth.bytes_per_second == 10'000'000);
  CHECK(plan.network.latency.distribution() == sim::Distribution::uniform(1ms, 3ms).value());
  REQUIRE(plan.faults.size() == 2);
  CHECK(plan.faults[0].at == 10s);
  CHECK(plan.faults[1].lasts == 1500ms);
  CHECK(plan.weights.at("a b") == 3);
  CHECK(plan.limit == 7);
  CHECK(plan.first == sim::Value(sim::ValueList{sim::Value(1), sim::Value("x"), sim::Value()}));
  CHECK(plan.parameters.path == "$.parameters");
  CHECK(quoted(*plan.parameters.literal.find("lease")) == "\"2s\"");
  CHECK(plan.parameters.literal.find("lease")->place.line == 22);
}

TEST_CASE("fields that are absent keep their defaults") {
  const Plan plan = good(R"({"name": "x", "network": {"bandwidth": "1KB/s"}, "$schema": "s.json"})");
  CHECK(plan.prevote);
  CHECK(plan.election_min == 150ms);
  CHECK(plan.network.bandwidth.bytes_per_second == 1000);
  CHECK(plan.network.latency.distribution() == sim::Distribution::constant(5ms).value());
  CHECK_FALSE(plan.limit);
  CHECK(plan.parameters.literal.form == sim::Form::null);
}

TEST_CASE("an unknown key is refused with the nearest known one") {
  CHECK(complaint("{\"name\": \"x\",\n  \"network\": {\"latecny\": \"1ms\"}}") ==
        "a.json:2:15: $.network.latecny: the key \"latecny\" is not known here; expected one of \"latency\", "
        "\"bandwidth\"; did you mean \"latency\"?");
  CHECK(complaint_of(R"("$schema": 1, "network": {"$schema": ""})") ==
        "a.json:1:39: $.network[\"$schema\"]: the key \"$schema\" is not known here; expected one of "
        "\"latency\", "
        "\"bandwidth\"");
  CHECK_THAT(
      complaint_of(R"("electionMin": "1s")"),
      Catch::Contains("\"read_mode\", ") && Catch::Contains("and 3 more; did you mean \"election_min\"?"));
}

TEST_CASE("a missing key is named at its object") {
  CHECK(complaint("\n {}") == "a.json:2:2: $: \"name\" is missing; expected a text");
  CHECK(complaint_of(R"("faults": [{"at": "1s"}, {}])") ==
        "a.json:1:38: $.faults[1]: \"at\" is missing; expected " + a_duration);
  CHECK(complaint("[]") == "a.json:1:1: $: [] is a list; expected an object");
  CHECK(complaint("null") == "a.json:1:1: $: this is null; expected an object");
}

TEST_CASE("a value of the wrong form says what was found") {
  CHECK(complaint_of(R"("prevote": "true")") ==
        "a.json:1:24: $.prevote: \"true\" is a text; expected true or false; did you mean true?");
  CHECK(complaint_of(R"("replicas": "5")") ==
        "a.json:1:25: $.replicas: \"5\" is a text; expected a whole number; did you mean 5?");
  CHECK(complaint_of(R"("replicas": 2.5)") ==
        "a.json:1:25: $.replicas: 2.5 is not a whole number; expected a whole number");
  CHECK(complaint_of(R"("election_min": 150)") ==
        "a.json:1:29: $.election_min: 150 has no unit; expected " + a_duration + "; did you mean \"150ms\"?");
  CHECK(complaint_of(R"("election_min": null)") ==
        "a.json:1:29: $.election_min: this is null; expected " + a_duration);
  CHECK(complaint_of(R"("nodes": "n1")") == "a.json:1:22: $.nodes: \"n1\" is a text; expected a list");
  CHECK(complaint_of(R"("nodes": ["n1", 2])") ==
        "a.json:1:29: $.nodes[1]: 2 is a number; expected a text; did you mean \"2\"?");
  CHECK(complaint_of(R"("network": [1])") == "a.json:1:24: $.network: [...] is a list; expected an object");
  CHECK(complaint_of(R"("weights": {"a": [], "b c": {}})") ==
        "a.json:1:30: $.weights.a: [] is a list; expected a whole number\n"
        "a.json:1:41: $.weights[\"b c\"]: {} is an object; expected a whole number");
  CHECK(complaint_of(R"("limit": "x")") ==
        "a.json:1:22: $.limit: \"x\" is a text; expected a whole number, or null");
  CHECK(complaint_of(R"("first": [1, {}])") ==
        "a.json:1:22: $.first: {} is an object; expected null, a boolean, a whole number, a text or a list "
        "of these");
}

TEST_CASE("a text that is no quantity says which is meant") {
  CHECK(complaint_of(R"("faults": [{"at": "1s"}, {"at": "10x"}])") ==
        "a.json:1:45: $.faults[1].at: \"10x\" is not a duration; expected " + a_duration);
  CHECK_THAT(complaint_of(R"("buffer": "64kib")"),
             Catch::StartsWith(
                 "a.json:1:23: $.buffer: \"64kib\" is not a size; expected a number with a unit (B, ") &&
                 Catch::EndsWith("did you mean \"64KiB\"?"));
  CHECK(complaint_of(R"("loss": "half")") ==
        "a.json:1:21: $.loss: \"half\" is not a ratio; expected a ratio, such as 0.005, \"0.5%\" or \"1/3\"");
  CHECK(complaint_of(R"("read_mode": "lese")") ==
        "a.json:1:26: $.read_mode: \"lese\" is not known here; expected one of \"log\", \"lease\", "
        "\"read_index\"; did "
        "you mean \"lease\"?");
  CHECK(complaint_of(R"("read_mode": 3)") ==
        "a.json:1:26: $.read_mode: 3 is a number; expected one of \"log\", \"lease\", \"read_index\"");
}

TEST_CASE("a value out of bounds says the bounds") {
  CHECK(complaint_of(R"("election_min": "11s")") ==
        "a.json:1:29: $.election_min: \"11s\" is too large; expected 1ms to 10s");
  CHECK(complaint_of(R"("election_min": "-1s")") ==
        "a.json:1:29: $.election_min: \"-1s\" is too small; expected 1ms to 10s");
  CHECK(complaint_of(R"("loss": 1.01)") == "a.json:1:21: $.loss: 1.01 is too large; expected 0 to 1");
  CHECK(complaint_of(R"("replicas": 0)") == "a.json:1:25: $.replicas: 0 is too small; expected at least 1");
  CHECK(complaint_of(R"("replicas": 4294967296)") ==
        "a.json:1:25: $.replicas: 4294967296 is out of range; expected a whole number from 0 to 4294967295");
  CHECK(complaint_of(R"("weights": {"a": -1})") ==
        "a.json:1:30: $.weights.a: -1 is too small; expected at least 0");
  CHECK(complaint_of(R"("nodes": [])") == "a.json:1:22: $.nodes: this is empty; expected 1 to 3 items");
  CHECK(complaint_of(R"("nodes": ["a","b","c","d"])") ==
        "a.json:1:22: $.nodes: this has 4 items; expected 1 to 3 items");
  CHECK(complaint(R"({"name": ""})") == "a.json:1:10: $.name: this is empty; expected at least 1 byte");
}

TEST_CASE("a rule between fields blames the one that was written") {
  CHECK(complaint_of(R"("election_max": "100ms")") ==
        "a.json:1:29: $.election_max: \"100ms\" does not fit; expected that election_max is at least "
        "election_min");
  CHECK(complaint_of(R"("election_min": "1s")") ==
        "a.json:1:1: $.election_max: \"300ms\", the default, does not fit; expected that election_max is at "
        "least "
        "election_min");
}

TEST_CASE("distributions say what is wrong within them") {
  const auto said = [](const std::string& latency) {
    return complaint(fmt::format("{{\"name\":\"x\",\"network\":{{\"latency\":\n{}}}}}", latency));
  };
  CHECK(said(R"({"uniform": ["1ms"]})") ==
        "a.json:2:13: $.network.latency.uniform: this has 1 item; expected 2 items");
  CHECK_THAT(said(R"({"uniform": ["3ms", "1ms"]})"), Catch::StartsWith("a.json:2:1: $.network.latency: "));
  CHECK(said(R"({"uniform": ["1ms", "3x"]})") ==
        "a.json:2:21: $.network.latency.uniform[1]: \"3x\" is not a duration; expected " + a_duration);
  CHECK_THAT(said(R"({})"),
             Catch::StartsWith("a.json:2:1: $.network.latency: no key is given; expected exactly one of "
                               "\"uniform\", \"exponential\", "));
  CHECK_THAT(said(R"({"uniform": ["1ms", "2ms"], "normal": {"mean": "1s", "deviation": "1ms"}})"),
             Catch::StartsWith("a.json:2:1: $.network.latency: 2 keys are given; expected exactly one of"));
  CHECK_THAT(said(R"({"unifrom": ["1ms", "2ms"]})"), Catch::EndsWith("did you mean \"uniform\"?"));
  CHECK(said(R"({"exponential": {"mean": "1ms", "min": "2ms"}})") ==
        "a.json:2:26: $.network.latency.exponential.mean: \"1ms\" does not fit; expected that mean is at "
        "least min");
  CHECK(said(R"({"mixture": [{"weight": 0, "of": "1ms"}]})") ==
        "a.json:2:25: $.network.latency.mixture[0].weight: 0 is too small; expected more than 0");
  CHECK(said(R"({"quantiles": {"50%": "1ms", "105%": "2ms"}})") ==
        "a.json:2:1: $.network.latency: \"105%\" is not a share from \"0%\" to \"100%\" with at most four "
        "decimals");
  CHECK(said("5") == "a.json:2:1: $.network.latency: 5 has no unit; expected " + a_duration +
                         ", or an object; did you mean \"5ms\"?");
  CHECK(said("\"5x\"") == "a.json:2:1: $.network.latency: \"5x\" is not a duration; expected " + a_duration);
}

TEST_CASE("every kind of distribution is read, and written as it was") {
  for (const std::string text :
       {R"("5ms")", R"({"uniform": ["1ms", "3ms"]})", R"({"exponential": {"mean": "5ms", "min": "1ms"}})",
        R"({"pareto": {"scale": "1ms", "shape": 1.5, "cap": "1s"}})",
        R"({"lognormal": {"p50": "1ms", "p99": "10ms"}})", R"({"lognormal": {"p50": "1ms", "sigma": 0.5}})",
        R"({"normal": {"mean": "5ms", "deviation": "1ms"}})",
        R"({"mixture": [{"weight": 0.9, "of": "1ms"}, {"weight": "1/7", "of": {"uniform": ["1ms", "1s"]}}]})",
        R"({"quantiles": {"50%": "1ms", "99%": "10ms"}})"}) {
    const Plan plan = good(fmt::format(R"({{"name": "x", "network": {{"latency": {}}}}})", text));
    const sim::Literal written = write_record(plan, Extent::changed);
    const sim::Literal* network = written.find("network");
    const std::string latency = network == nullptr ? "\"5ms\"" : json::write_line(*network->find("latency"));
    CHECK(latency == text);
  }
  const Plan mixed = good(R"({"name": "x", "network": {"latency":
      {"mixture": [{"weight": 0.9, "of": "1ms"}, {"weight": "1/7", "of": "2ms"}]}}})");
  CHECK(mixed.network.latency.distribution() ==
        sim::Distribution::mixture(
            {{63, sim::Distribution::constant(1ms).value()}, {10, sim::Distribution::constant(2ms).value()}})
            .value());
}

TEST_CASE("all mistakes of a file are found in one go, in its order") {
  CHECK(complaint(R"({
  "nmae": "x",
  "replicas": "many",
  "faults": [{"at": 5}]
})") == "a.json:1:1: $: \"name\" is missing; expected a text\n"
        "a.json:2:3: $.nmae: the key \"nmae\" is not known here; expected one of \"name\", \"prevote\", "
        "\"replicas\", "
        "\"election_min\", \"election_max\", \"loss\", \"buffer\", \"read_mode\", \"nodes\", \"network\", "
        "\"faults\", "
        "\"weights\" and 3 more; did you mean \"name\"?\n"
        "a.json:3:15: $.replicas: \"many\" is a text; expected a whole number\n"
        "a.json:4:21: $.faults[0].at: 5 has no unit; expected " +
            a_duration + "; did you mean \"5ms\"?");
}

TEST_CASE("what was kept open is read later, with its own path and place") {
  const std::string text = "{\"name\": \"x\",\n \"parameters\": {\"at\": \"1s\", \"lests\": \"2s\"}}";
  Diagnostics out("a.json", text);
  const std::optional<Plan> plan = read_record<Plan>(*json::parse(out), out);
  REQUIRE(plan);
  example::Fault fault;
  const Part part{&example::Fault::fields(), &fault};
  CHECK_FALSE(read_open(plan->parameters, std::span(&part, 1), out));
  CHECK(fault.at == 1s);
  REQUIRE(out.found().size() == 1);
  CHECK(to_text(out.found()[0]) ==
        "a.json:2:29: $.parameters.lests: the key \"lests\" is not known here; expected one of \"at\", "
        "\"lasts\"; did "
        "you mean \"lasts\"?");
}

TEST_CASE("one object may hold the fields of several structs") {
  Diagnostics out("a.json", R"({"at": "1s", "bandwidth": "1MB/s", "x": 1})");
  example::Fault fault;
  example::Network network;
  const Part parts[] = {{&example::Fault::fields(), &fault}, {&example::Network::fields(), &network}};
  CHECK_FALSE(read_records(*json::parse(out), parts, out));
  CHECK(fault.at == 1s);
  CHECK(network.bandwidth.bytes_per_second == 1'000'000);
  REQUIRE(out.found().size() == 1);
  CHECK(out.found()[0].expected == R"(one of "at", "lasts", "latency", "bandwidth")");
}

TEST_CASE("a struct survives being written and read, in full and in brief") {
  const Plan plan = good(example::everything);
  const sim::Literal full = write_record(plan, Extent::everything);
  for (const Extent extent : {Extent::everything, Extent::changed}) {
    const Plan again = good(json::write(write_record(plan, extent)));
    CHECK(json::write(write_record(again, Extent::everything)) == json::write(full));
  }
  Plan plain;
  plain.name = "x";
  CHECK(json::write_line(write_record(plain, Extent::changed)) == R"({"name": "x"})");
  plain.network.bandwidth.bytes_per_second = 1;
  plain.faults = {{.at = 1s, .lasts = {}}, {.at = 2s, .lasts = 1s}};
  CHECK(
      json::write_line(write_record(plain, Extent::changed)) ==
      R"({"name": "x", "network": {"bandwidth": "1B/s"}, "faults": [{"at": "1s", "lasts": "0s"}, {"at": "2s"}]})");
}

namespace {

// The plan after `assignments`, in brief, or what is said.
std::string overridden(const std::vector<std::string>& assignments,
                       const std::string& text = R"({"name": "x"})") {
  Diagnostics out("a.json", text);
  std::optional<sim::Literal> document = json::parse(out);
  REQUIRE(document);
  for (const std::string& each : assignments) override_value(*document, Plan::fields(), each, out);
  const std::optional<Plan> plan = out.empty() ? read_record<Plan>(*document, out) : std::nullopt;
  if (plan) return json::write_line(write_record(*plan, Extent::changed));
  std::string all;
  for (const Diagnostic& each : out.found())
    all += fmt::format("{}{}", all.empty() ? "" : "\n", to_text(each));
  return all;
}

}  // namespace

TEST_CASE("an override is read as its field wants it") {
  CHECK(overridden({"name=5", "prevote=false", "replicas=7", "loss=0.5%", "$.read_mode=log"}) ==
        R"({"name": "5", "prevote": false, "replicas": 7, "loss": 0.005, "read_mode": "log"})");
  CHECK(overridden({"network.latency=1ms"}) == R"({"name": "x", "network": {"latency": "1ms"}})");
  CHECK(overridden({R"(network.latency={"uniform":["1ms","2ms"]})"}) ==
        R"({"name": "x", "network": {"latency": {"uniform": ["1ms", "2ms"]}}})");
  CHECK(overridden({"network.latency.uniform=[\"1ms\",\"2ms\"]", "network.latency.uniform[1]=4ms"}) ==
        R"({"name": "x", "network": {"latency": {"uniform": ["1ms", "4ms"]}}})");
  CHECK(overridden({"faults[0].at=3s", "weights[\"a b\"]=4", "limit=9"}) ==
        R"({"name": "x", "faults": [{"at": "3s"}], "weights": {"a b": 4}, "limit": 9})");
  CHECK(overridden({"limit=null"}, R"({"name": "x", "limit": 3})") == R"({"name": "x"})");
  CHECK(overridden({"parameters.lease=3s", "parameters.deep[0].x=1"}) ==
        R"({"name": "x", "parameters": {"lease": "3s", "deep": [{"x": 1}]}})");
  CHECK(overridden({"nodes[1]=n9"}) == R"({"name": "x", "nodes": ["n1", "n9"]})");
}

TEST_CASE("an override that leads nowhere or does not fit is refused") {
  CHECK_THAT(overridden({"nonsense"}),
             Catch::StartsWith("--set: \"nonsense\" is not an assignment; expected PATH=VALUE"));
  for (const char* bad : {"", "=", "a[=1", "a[x]=1", "a.=1", ".a=1", "a[\"x]=1", "[]=2"}) {
    CHECK_THAT(overridden({bad}), Catch::Contains("is not an assignment"));
  }
  CHECK(overridden({"network.latecny=1ms"}) ==
        "--set: $.network.latecny: the key \"latecny\" is not known here; expected one of \"latency\", "
        "\"bandwidth\"; "
        "did you mean \"latency\"?");
  CHECK(overridden({"replicas.x=1"}) ==
        "--set: $.replicas: there is nothing within $.replicas; expected a whole number");
  CHECK(overridden({"faults[2].at=1s"}) == "--set: $.faults: there is no item 2; expected an index up to 0");
  CHECK(overridden({"loss=2"}) == "--set: $.loss: 2 is too large; expected 0 to 1");
  CHECK(overridden({"prevote=yes"}) == "--set: $.prevote: \"yes\" is a text; expected true or false");
}

}  // namespace lightcone::scenarios
