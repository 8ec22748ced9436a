// The page of a run, as far as it can be tested without a browser; tests/page drives it in one.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "reports/histories/json_lines.hpp"
#include "reports/html/page.hpp"
#include "reports/html/recorded_history.hpp"
#include "tests/reports/recorded.hpp"

namespace lightcone::tests {

namespace {

using nlohmann::json;
namespace html = reports::html;

json data_of(const Recorded& recorded, const html::Limits& limits = {}) {
  return json::parse(html::page_data(recorded.run, recorded.report, recorded.recording, {"{}"}, limits));
}

const std::string broken = "scenarios/raft/forgotten-vote.json";

}  // namespace

TEST_CASE("page: watching a run for the page does not change it") {
  const models::Registry registry;
  const scenarios::Loaded loaded = load_shipped(registry, broken);
  CHECK(recorded(broken).run.fingerprint == run_loaded(loaded, loaded.scenario.seed).fingerprint);
}

TEST_CASE("page: it holds every message, and each cause is an event that it holds or a start") {
  const json data = data_of(recorded(broken));
  CHECK(data["window"]["whole"] == true);
  const json& rows = data["rows"];
  CHECK(rows["kind"].size() == data["window"]["rows"]);
  REQUIRE(rows["kind"].size() > 1'000);
  for (const auto& [name, column] : rows.items()) {
    INFO(name);
    CHECK(column.size() == rows["kind"].size());
  }
  std::size_t lost = 0;
  std::int64_t number = 0;
  for (std::size_t i = 0; i < rows["kind"].size(); ++i) {
    number += rows["dnumber"][i].get<std::int64_t>();
    // Causes come before what they cause.
    if (rows["cause"][i].get<std::int64_t>() < 0 || number <= 0) FAIL("row " << i);
    if (rows["fate"][i] == static_cast<int>(reports::Fate::lost)) ++lost;
  }
  CHECK(lost > 0);
}

TEST_CASE("page: what a node believed last is what its process says at the end") {
  const Recorded run = recorded(broken);
  std::map<std::uint32_t, std::string> terms;
  for (const reports::Change& change : run.recording.changes) {
    if (run.recording.texts.at(change.field) == "term")
      terms[change.node.index] = run.recording.texts.at(change.value);
  }
  REQUIRE(terms.size() == 3);
  CHECK(terms[0] == terms[1]);
  CHECK(terms[1] == terms[2]);
  CHECK(std::stoi(terms[0]) >= 1);
}

TEST_CASE("page: a run that is too long is shown around its violation, and says so") {
  const Recorded run = recorded(broken);
  html::Limits limits;
  limits.rows = 400;
  const json data = data_of(run, limits);
  CHECK(data["window"]["whole"] == false);
  CHECK(data["window"]["rows"] == run.recording.rows.size());
  const std::size_t shown = data["rows"]["kind"].size();
  CHECK(shown <= 400);
  CHECK(shown > 100);
  REQUIRE(run.report.violation(run.run) != nullptr);
  const std::int64_t seen = run.report.violation(run.run)->finding->at.time_since_epoch().count();
  CHECK(data["window"]["from"] <= seen);
  CHECK(data["window"]["to"] >= seen);
  CHECK(data["faults"].size() == run.run.faults.size());
}

TEST_CASE("page: nothing of a run is markup, not even a node's name") {
  Recorded run = recorded(broken);
  run.run.node_names[0] = "<script>alert(1)</script>";
  run.run.scenario = "</script><script>alert(2)</script>";
  const std::string data = html::page_data(run.run, run.report, run.recording, {"<!--<script>"});
  CHECK(json::parse(data)["nodes"][0]["name"] == "<script>alert(1)</script>");
  const std::string page = html::page("program()", "style{}", data);
  CHECK(page.find("alert") == std::string::npos);
  CHECK(page.find("<!--") == std::string::npos);
  CHECK(page.find("program()") != std::string::npos);
}

TEST_CASE("page: bytes that are no UTF-8 do not break it") {
  Recorded run = recorded(broken);
  run.run.question = "a\xff\xfe";
  CHECK(data_of(run)["question"] == "a\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_CASE("page: two runs that are compared are shown around where they part") {
  const Recorded a = recorded(broken);
  Recorded b = recorded("scenarios/raft/forgotten-vote.fixed.json");
  b.run.scenario = "</script><b>\xff";
  reports::text::Parting parting;
  parting.differs = true;
  parting.at = 1'000'000'000;
  parting.left = "{\"t\":1}";
  const json data = json::parse(html::comparison_data(
      {{"A", &a.run, &a.report}, a.recording, "{}"}, {{"B", &b.run, &b.report}, b.recording, "{}"}, parting));
  REQUIRE(data["runs"].size() == 2);
  CHECK(data["runs"][0]["fingerprint"] != data["runs"][1]["fingerprint"]);
  CHECK(data["parting"]["at"] == parting.at);
  CHECK(data["parting"]["names"] == json::array({"A", "B"}));
  CHECK(data["parting"]["rows"][0] ==
        json::array({"scenario", "The forgotten vote", "</script><b>\xEF\xBF\xBD"}));
  html::Limits limits;
  limits.rows = 400;
  limits.around = 15'000'000'000;
  const json late = data_of(a, limits);
  CHECK(late["window"]["from"] <= *limits.around);
  CHECK(late["window"]["to"] >= *limits.around);
  CHECK(late["window"]["from"] > 1'000'000'000);
}

TEST_CASE(
    "page: a certificate orders what was answered, key by key, and no operation before one that had ended") {
  const Recorded held = recorded("scenarios/raft/forgotten-vote.fixed.json");
  std::size_t found = 0;
  for (const reports::ClaimReport& claim : held.report.claims) {
    const std::vector<std::size_t> order = reports::certificate_of(held.run, claim);
    const bool is_linearizability = claim.claim.statement == "each key is linearizable";
    CHECK(order.empty() != is_linearizability);
    if (order.empty()) continue;
    ++found;
    std::set<std::size_t> places(order.begin(), order.end());
    CHECK(places.size() == order.size());
    for (std::size_t i = 0; i < held.run.history.size(); ++i)
      if (held.run.history[i].outcome == sim::Outcome::ok && places.count(i) == 0) FAIL("operation " << i);
    std::map<std::string, std::int64_t> latest;  // by key: when the latest of those before began
    for (const std::size_t place : order) {
      const sim::Operation& operation = held.run.history[place];
      std::int64_t& began = latest[operation.key.to_json()];
      if (operation.outcome == sim::Outcome::ok && operation.complete < began) FAIL("operation " << place);
      began = std::max(began, operation.invoke);
    }
  }
  CHECK(found == 1);
  const Recorded violated = recorded("scenarios/raft/stale-leader-read.json");
  for (const reports::ClaimReport& claim : violated.report.claims)
    CHECK(reports::certificate_of(violated.run, claim).empty());
}

TEST_CASE("page: it holds the scenario that the run's was cut down from") {
  const Recorded run = recorded(broken);
  const json data =
      json::parse(html::page_data(run.run, run.report, run.recording, {"less", "more and less"}));
  CHECK(data["scenario"] == "less");
  CHECK(data["before"] == "more and less");
  CHECK(data_of(run)["before"] == "");
}

TEST_CASE("page: clients have their names in what a judge says") {
  const json data = data_of(recorded("scenarios/raft/stale-leader-read.json"));
  std::size_t steps = 0;
  for (const json& claim : data["claims"]) {
    for (const json& step : claim["reason"]) {
      const auto text = step["text"].get<std::string>();
      CHECK(text.find("by process ") == std::string::npos);
      steps += text.find(" by c") != std::string::npos ? 1 : 0;
    }
  }
  CHECK(steps > 0);
}

TEST_CASE("page: a run whose nodes change their minds too often is windowed too, and never cut") {
  Recorded run = recorded(broken);
  html::Limits limits;
  limits.rows = run.recording.rows.size();
  CHECK(data_of(run, limits)["window"]["whole"] == true);
  const std::vector<reports::Change> changes = run.recording.changes;
  while (run.recording.changes.size() <= limits.rows)
    for (const reports::Change& change : changes) run.recording.changes.push_back(change);
  std::sort(run.recording.changes.begin(), run.recording.changes.end(),
            [](const auto& a, const auto& b) { return a.at < b.at; });
  const json data = data_of(run, limits);
  CHECK(data["window"]["whole"] == false);
  const std::int64_t from = data["window"]["from"], to = data["window"]["to"];
  const auto within = static_cast<std::size_t>(std::count_if(
      run.recording.changes.begin(), run.recording.changes.end(), [&](const reports::Change& change) {
        const std::int64_t at = change.at.time_since_epoch().count();
        return from <= at && at <= to;
      }));
  CHECK(data["changes"]["dat"].size() >= within);
  CHECK(within > 0);
}

TEST_CASE("page: a run that packs badly is windowed until it is small enough") {
  const Recorded run = recorded(broken);
  html::Limits limits;
  const std::string whole = html::page_data(run.run, run.report, run.recording, {"{}"}, limits);
  limits.bytes = html::packed_size(whole) / 3;
  const std::string less = html::page_data(run.run, run.report, run.recording, {"{}"}, limits);
  CHECK(html::packed_size(less) <= limits.bytes);
  CHECK(html::packed_size(less) > limits.bytes / 3);
  CHECK(json::parse(whole)["window"]["whole"] == true);
  CHECK(json::parse(less)["window"]["whole"] == false);
  CHECK(html::page("", "", less).size() >= html::packed_size(less));
}

TEST_CASE("page: it tells by how much clocks are off, and since when") {
  const json clocks = data_of(recorded("scenarios/lock/clock-jump.json"))["clocks"];
  REQUIRE(clocks.size() == 1);
  CHECK(clocks[0][1] == 2);
  CHECK(clocks[0][2] == 3'000'000'000);
  const json drifting = data_of(recorded("scenarios/raft/lease-fast-clocks.json"))["clocks"];
  std::map<std::int64_t, std::int64_t> last;
  for (const json& reading : drifting) {
    const std::int64_t node = reading[1], error = reading[2];
    CHECK(std::abs(error - last[node]) >= 1'000'000);
    last[node] = error;
  }
  CHECK(drifting.size() < 1'000);
  REQUIRE(last.size() >= 3);
  CHECK(last[0] < 0);  // n1 was slow, n2 and n3 were fast
  CHECK(last[1] > 0);
  CHECK(data_of(recorded(broken))["clocks"].empty());
}

namespace {

// Each of two reads what the other has not written yet. `step`: between its times.
sim::History write_skew(std::int64_t step) {
  const auto transaction = [step](std::int64_t process, const std::string& value, std::int64_t at) {
    return "{\"process\":" + std::to_string(process) + R"(,"f":"txn","value":)" + value + R"(,"result":)" +
           value + ",\"call\":" + std::to_string(at * step) +
           ",\"return\":" + std::to_string((at + 1) * step) + ",\"type\":\"ok\"}\n";
  };
  auto read =
      reports::histories::read_json_lines(transaction(40, R"([["append","x",1],["append","y",1]])", 0) +
                                          transaction(7, R"([["r","x",[1]],["append","y",2]])", 3) +
                                          transaction(41, R"([["r","y",[1]],["append","x",2]])", 3) +
                                          transaction(9, R"([["r","x",[1,2]],["r","y",[1,2]]])", 9));
  REQUIRE_FALSE(read.problem);
  return std::move(read.history);
}

}  // namespace

TEST_CASE("page: a recorded history is shown as a run of its clients, with the relations of a cycle") {
  reports::checkers::Claims claims;
  std::vector<std::string> names;
  const sim::History history = html::renumbered(write_skew(1'000'000'000), names);
  CHECK(names == std::vector<std::string>{"process 7", "process 9", "process 40", "process 41"});
  const reports::checkers::Checked checked = reports::checkers::check_history(history, claims);
  REQUIRE(checked.verdict == reports::Verdict::violated);
  const html::RecordedHistory shown = html::recorded_history("a.jsonl", history, names, checked, {});
  const json data = json::parse(html::page_data(shown.run, shown.report, {}, {}));
  CHECK(data["recorded"] == true);
  CHECK(data["verdict"] == "violated");
  CHECK(data["nodes"].size() == 4);
  CHECK(data["operations"].size() == 4);
  CHECK(data["operations"][3][7] == 9'000'000'000);
  CHECK(data["claims"][0]["explained"] == true);
  std::vector<std::pair<std::size_t, std::size_t>> edges;
  for (const json& step : data["claims"][0]["reason"]) {
    if (step["relation"] == "") continue;
    CHECK(step["relation"] == "rw");
    edges.emplace_back(step["operations"][0], step["operations"][1]);
  }
  REQUIRE(edges.size() == 2);
  CHECK(edges[0].first == edges[1].second);
  CHECK(edges[0].second == edges[1].first);
  CHECK(json::parse(html::page_data(recorded(broken).run, recorded(broken).report, {}, {}))["recorded"] ==
        false);
}

TEST_CASE("page: times that are positions, or that are not there, are spread out, and the page says so") {
  for (const bool has_order : {true, false}) {
    INFO(has_order);
    std::vector<std::string> names;
    sim::History history = html::renumbered(write_skew(1), names);
    if (!has_order) {
      for (sim::Operation& operation : history)
        operation.invoke = operation.complete = sim::Operation::unordered;
    }
    const reports::checkers::Checked checked = reports::checkers::check_history(history, {});
    const html::RecordedHistory shown =
        html::recorded_history("a", history, names, checked, {"serializable"});
    CHECK(shown.run.look_for.find("millisecond") != std::string::npos);
    for (std::size_t i = 0; i < shown.run.history.size(); ++i) {
      const sim::Operation& operation = shown.run.history[i];
      CHECK(operation.invoke % 1'000'000 == 0);
      CHECK(operation.invoke < operation.complete);
      CHECK(operation.complete < shown.run.phases.end.count());
      CHECK((i == 0 || shown.run.history[i - 1].invoke <= operation.invoke));
    }
  }
}

}  // namespace lightcone::tests
