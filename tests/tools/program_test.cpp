// The program from outside: verbs, exit codes, what it says when something is wrong.
#include "tests/tools/program.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

namespace lightcone::tests {

namespace {

using Catch::Contains;

// A file in the working directory of the tests, removed at the end.
class Scratch {
 public:
  explicit Scratch(std::string name, const std::string& text = "")
      : path_(std::string(LIGHTCONE_SCRATCH_DIR) + "/" + std::move(name)) {
    if (!text.empty()) std::ofstream(path_) << text;
  }
  ~Scratch() { std::remove(path_.c_str()); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

const std::string partition = "scenarios/raft/leader-partition.json";

}  // namespace

TEST_CASE("run: a scenario that holds ends with 0, one that shows its anomaly too") {
  const Ran held = run_program("run " + partition);
  CHECK(held.exit_code == 0);
  CHECK_THAT(held.output, Contains("Every claim held."));
  const Ran expected = run_program("run scenarios/raft/forgotten-vote.json");
  CHECK(expected.exit_code == 0);
  CHECK_THAT(expected.output, Contains("As expected: split-brain was seen."));
}

TEST_CASE("run: a violation that nobody expected ends with 1") {
  const Ran ran = run_program("run scenarios/raft/forgotten-vote.fixed.json --bug raft.no-persist-vote");
  CHECK(ran.exit_code == 1);
  CHECK_THAT(ran.output, Contains("A promise was broken."));
  CHECK_THAT(ran.output, Contains("--seed 1 --bug raft.no-persist-vote"));
}

TEST_CASE("caplab: systems beside each other, as a table or as JSON") {
  const std::string two = "scenarios/caplab/register-raft.json scenarios/caplab/register-crdt.json";
  const Ran table = run_program("caplab " + two);
  CHECK(table.exit_code == 0);
  CHECK_THAT(table.output,
             Contains("PC/EC  linearizable") && Contains("PA/EL  causal") && Contains("stale-read"));
  CHECK_THAT(table.output, Contains("None was both linearizable and answered on every side"));
  const Ran json = run_program("caplab --json --seed 2 scenarios/caplab/register-raft.json");
  CHECK(json.exit_code == 0);
  const auto row = nlohmann::json::parse(json.output);
  CHECK(row["pacelc"] == "PC/EC");
  CHECK(row["linearizable"] == true);
  CHECK(row["available"] == false);
  REQUIRE(row["phases"].size() == 3);
  CHECK(row["phases"][0]["phase"] == "split");
  CHECK(row["phases"][0]["sides"].size() == 2);
  CHECK(row["phases"][0]["sides"][1]["answered"] == 0);
  CHECK(row["phases"][2]["phase"] == "bridge");
  CHECK(row["phases"][2]["consistency"] == "linearizable");
  CHECK_THAT(row["reproduce"].get<std::string>(), Contains("--seed 2"));
}

TEST_CASE("caplab: over many seeds, how often each was what, and what it is without a safeguard") {
  const Ran seeds = run_program("caplab --seeds 1..3 scenarios/caplab/register-raft.json");
  CHECK(seeds.exit_code == 0);
  CHECK_THAT(seeds.output, Contains("3 runs") && Contains("PC/EC") && Contains("linearizable"));
  const Ran each = run_program("caplab --json --seeds 1..3 scenarios/caplab/register-raft.json");
  CHECK(std::count(each.output.begin(), each.output.end(), '\n') == 3);
  const Ran broken = run_program("caplab --bug caplab.minority-reads scenarios/caplab/register-raft.json");
  CHECK(broken.exit_code == 0);
  CHECK_THAT(broken.output, Contains("seen: stale-read"));
  CHECK(run_program("caplab --bug caplab.minority-reads").exit_code == 64);
  CHECK(run_program("caplab --seeds 3..1").exit_code == 64);
  CHECK(run_program("caplab --seeds 1..3 --seed 1").exit_code == 64);
}

TEST_CASE("caplab: what has no two sides with clients cannot be measured") {
  for (const std::string file : {"scenarios/raft/random-faults.json", "scenarios/crdt/normal-day.json"}) {
    const Ran ran = run_program("caplab " + file);
    CHECK(ran.exit_code == 65);
    CHECK_THAT(ran.output, Contains(file + " has no net.part between fixed groups with clients in each"));
  }
  CHECK(run_program("caplab no-such-file.json").exit_code == 66);
}

TEST_CASE("run: an expected anomaly that does not occur ends with 3") {
  Scratch file("expects.json", R"({"title": "t", "system": {"model": "raft"}, "length": "4s", "calm": "1s",
                                   "warm_up": "1s", "expect": {"anomaly": "split-brain"}})");
  CHECK(run_program("run " + file.path()).exit_code == 3);
}

TEST_CASE("run: a fault that affects nothing makes the run invalid") {
  Scratch file("idle.json", R"({"title": "t", "system": {"model": "raft"}, "length": "4s", "calm": "1s",
      "warm_up": "1s", "faults": [{"fault": "net.drop", "at": "1s", "for": "1s", "message": "NoSuchMessage", "share": 1}]})");
  const Ran ran = run_program("run " + file.path());
  CHECK(ran.exit_code == 4);
  CHECK_THAT(ran.output, Contains("This run proves nothing"));
}

TEST_CASE("run: --json prints one object a run, with all that a program wants") {
  const Ran ran = run_program("run --json " + partition);
  CHECK(ran.exit_code == 0);
  const auto json = nlohmann::json::parse(ran.output, nullptr, false);
  REQUIRE(json.is_object());
  for (const char* key : {"scenario", "seed", "fingerprint", "verdict", "claims", "faults", "operations",
                          "events", "simulated_seconds", "wall_seconds", "reproduce"}) {
    INFO(key);
    CHECK(json.contains(key));
  }
  CHECK(json["verdict"] == "held");
  CHECK(json["claims"].size() == 11);
  CHECK(json["faults"][0]["affected"] > 0);
}

TEST_CASE("run: seeds, settings and several files") {
  const Ran seeds = run_program("run --seeds 1..3 " + partition);
  CHECK(seeds.exit_code == 0);
  CHECK_THAT(seeds.output, Contains("3 runs, 3 as expected"));
  const Ran set =
      run_program("run --json --set workload.clients=7 --set system.parameters.read_mode=log " + partition);
  CHECK(set.exit_code == 0);
  CHECK(run_program("run -q " + partition + " scenarios/raft/figure-8.json").output.empty());
}

TEST_CASE("run: wrong usage ends with 64 and says what is right") {
  CHECK(run_program("").exit_code == 64);
  CHECK(run_program("run").exit_code == 64);
  CHECK(run_program("run --seed many " + partition).exit_code == 64);
  CHECK(run_program("run --seeds 5..1 " + partition).exit_code == 64);
  CHECK(run_program("run --frobnicate " + partition).exit_code == 64);
  const Ran verb = run_program("rum " + partition);
  CHECK(verb.exit_code == 64);
  CHECK_THAT(verb.output, Contains("did you mean run?"));
}

TEST_CASE("a bad file ends with 65, says where and what, and nothing is run") {
  Scratch file("bad.json",
               "{\n  \"title\": \"t\",\n  \"system\": {\"model\": \"rafd\"},\n  \"length\": \"10x\"\n}\n");
  const Ran ran = run_program("run " + file.path() + " " + partition);
  CHECK(ran.exit_code == 65);
  CHECK_THAT(ran.output, Contains("bad.json:4:13: $.length: \"10x\" is not a duration"));
  CHECK_THAT(ran.output, !Contains("What was promised"));
  Scratch model("model.json", "{\"title\": \"t\", \"system\": {\"model\": \"rafd\"}}");
  CHECK_THAT(run_program("validate " + model.path()).output, Contains("did you mean \"raft\"?"));
  Scratch node("node.json", R"({"title": "t", "system": {"model": "raft"},
    "faults": [{"fault": "proc.crash", "at": "2s", "for": "1s", "node": "n9"}]})");
  const Ran no_node = run_program("validate " + node.path());
  CHECK(no_node.exit_code == 65);
  CHECK_THAT(no_node.output, Contains("node.json:2:"));
  CHECK_THAT(no_node.output, Contains("$.faults[0].node"));
  CHECK(run_program("run no-such-file.json").exit_code == 66);
}

TEST_CASE("replay: the same run is recognised, and the first record that differs is named") {
  Scratch trace("trace.jsonl");
  REQUIRE(run_program("run -q --trace " + trace.path() + " " + partition).exit_code == 0);
  const Ran same = run_program("replay " + trace.path());
  CHECK(same.exit_code == 0);
  CHECK_THAT(same.output, Contains("the same run"));

  std::ifstream in(trace.path());
  std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::size_t at = text.find("\"granted\":true");
  REQUIRE(at != std::string::npos);
  text.replace(at, 14, "\"granted\":None");
  Scratch damaged("damaged.jsonl", text);
  const Ran other = run_program("replay " + damaged.path());
  CHECK(other.exit_code == 5);
  CHECK_THAT(other.output, Contains("the first record that differs"));
  CHECK_THAT(other.output, Contains("None"));
  CHECK(run_program("replay README.md").exit_code == 65);
}

TEST_CASE("a trace ends with what the run counted, measured and sampled") {
  Scratch trace("trace.jsonl");
  REQUIRE(run_program("run -q --trace " + trace.path() + " scenarios/paxos/normal-day.json").exit_code == 0);
  std::ifstream in(trace.path());
  std::map<std::string, std::vector<nlohmann::json>> by_kind;
  std::string line;
  while (std::getline(in, line)) {
    nlohmann::json record = nlohmann::json::parse(line);
    if (record.contains("lightcone")) by_kind[record["lightcone"]].push_back(std::move(record));
  }
  const auto named = [&](const std::string& kind, const std::string& name) {
    const auto& all = by_kind[kind];
    const auto at =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return one["name"] == name; });
    REQUIRE(at != all.end());
    return *at;
  };
  CHECK(named("counter", "ballots begun")["value"] >= 1);
  CHECK(named("quantiles", "phase 2")["p50"] <= named("quantiles", "phase 2")["max"]);
  const nlohmann::json points = named("series", "who leads")["points"];
  REQUIRE_FALSE(points.empty());
  CHECK(points[0].size() == 2);
  CHECK(
      std::is_sorted(points.begin(), points.end(), [](const auto& a, const auto& b) { return a[0] < b[0]; }));
  REQUIRE(by_kind["end"].size() == 1);
}

TEST_CASE("traces and histories are written whole, compressed by their names, or not at all") {
  Scratch trace("trace.jsonl.zst");
  Scratch history("history.jsonl.gz");
  CHECK(run_program("run -q --trace " + trace.path() + " --history " + history.path() + " " + partition)
            .exit_code == 0);
  CHECK(run_program("replay " + trace.path()).exit_code == 0);
  CHECK(run_program("run -q --trace /nonexistent/x " + partition).exit_code == 73);
}

TEST_CASE("list, doc, schema, completion, man and version say something") {
  CHECK_THAT(run_program("list systems").output, Contains("raft"));
  CHECK_THAT(run_program("list scenarios").output, Contains("scenarios/raft/figure-8.json"));
  CHECK(run_program("list nonsense").exit_code == 64);
  const Ran doc = run_program("doc raft");
  CHECK_THAT(doc.output, Contains("raft.no-persist-vote *"));
  CHECK_THAT(doc.output, Contains("P18.7"));
  CHECK_THAT(run_program("doc raff").output, Contains("did you mean raft?"));
  CHECK(nlohmann::json::parse(run_program("schema").output, nullptr, false).is_object());
  for (const char* shell : {"bash", "zsh", "fish"}) {
    CHECK_THAT(run_program(std::string("completion ") + shell).output,
               Contains("--seeds") || Contains("-l seeds"));
  }
  CHECK_THAT(run_program("man").output, Contains(".SH EXIT STATUS"));
  CHECK_THAT(run_program("--version").output, Contains("lightcone "));
}

TEST_CASE("check: histories are judged, their model is guessed, and a violation is explained") {
  Scratch held("held.jsonl",
               R"({"process":0,"f":"write","value":1,"result":true,"call":0,"return":1,"type":"ok"}
{"process":1,"f":"read","value":null,"result":1,"call":2,"return":3,"type":"ok"}
)");
  const Ran good = run_program("check " + held.path());
  CHECK(good.exit_code == 0);
  CHECK_THAT(good.output, Contains("held"));
  Scratch stale("stale.jsonl",
                R"({"process":0,"f":"write","value":1,"result":true,"call":0,"return":1,"type":"ok"}
{"process":0,"f":"write","value":2,"result":true,"call":2,"return":3,"type":"ok"}
{"process":1,"f":"read","value":null,"result":1,"call":4,"return":5,"type":"ok"}
)");
  const Ran bad = run_program("check --json --consistency linearizable " + stale.path());
  CHECK(bad.exit_code == 1);
  const auto json = nlohmann::json::parse(bad.output, nullptr, false);
  REQUIRE(json.is_object());
  CHECK(json["verdict"] == "violated");
  CHECK(json["anomalies"][0] == "stale-read");
  Scratch broken("broken.jsonl", "{\"process\":0,\n");
  const Ran malformed = run_program("check " + broken.path());
  CHECK(malformed.exit_code == 65);
  CHECK_THAT(malformed.output, Contains("line 1"));
  CHECK(run_program("check --model regster " + held.path()).exit_code == 64);
}

TEST_CASE("history convert: to EDN and back is the same history, of our own runs too") {
  Scratch history("own.jsonl");
  Scratch edn("own.edn");
  Scratch back("back.jsonl");
  REQUIRE(run_program("run -q --history " + history.path() + " " + partition).exit_code == 0);
  REQUIRE(run_program("history convert " + history.path() + " -o " + edn.path()).exit_code == 0);
  REQUIRE(run_program("history convert " + edn.path() + " -o " + back.path()).exit_code == 0);
  const Ran first = run_program("check --model kv --json " + history.path());
  const Ran second = run_program("check --model kv --json " + back.path());
  CHECK(first.exit_code == 0);
  CHECK(second.exit_code == 0);
}

TEST_CASE("output to a pipe has no colours") {
  CHECK_THAT(run_program("run " + partition).output, !Contains("\x1b["));
}

}  // namespace lightcone::tests
