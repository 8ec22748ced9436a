// The page of a run, as far as it can be tested without a browser; tests/page drives it in one.
#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "reports/html/page.hpp"
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

}  // namespace lightcone::tests
