#include "reports/checkers/check_history.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "reports/checkers/checked_report.hpp"
#include "reports/histories/json_lines.hpp"
#include "tests/checkers/operations.hpp"
#include "tests/checkers/shared_histories.hpp"

namespace checkers = lightcone::reports::checkers;
namespace histories = lightcone::reports::histories;
using lightcone::reports::Verdict;
using lightcone::sim::History;
using lightcone::sim::Operation;
using lightcone::sim::Outcome;
using lightcone::sim::Value;
using lightcone::sim::ValueList;
using lightcone::tests::operation;
using nlohmann::json;

namespace {

std::string guessed(const std::vector<std::string>& names) {
  History history;
  for (const std::string& name : names) history.push_back(operation(0, name, 1, true, {0, 1}));
  return checkers::guess_model(history);
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

TEST_CASE("check: the model is guessed from the operations") {
  CHECK(guessed({}).empty());
  CHECK(guessed({"read", "write"}) == "register");
  CHECK(guessed({"read", "cas"}) == "cas-register");
  CHECK(guessed({"get", "put", "append"}) == "kv");
  CHECK(guessed({"enqueue", "dequeue"}) == "fifo-queue");
  CHECK(guessed({"push", "pop"}) == "stack");
  CHECK(guessed({"append", "read"}) == "log");
  CHECK(guessed({"insert", "discard", "read"}) == "set");
  CHECK(guessed({"append", "poll"}) == "stream");
  CHECK(guessed({"acquire", "release"}) == "mutex");
  CHECK(guessed({"add", "read"}) == "counter");
  CHECK(guessed({"add", "contains"}) == "set");
  CHECK(guessed({"generate"}) == "unique-ids");
  CHECK(guessed({"transfer", "read"}) == "bank");
  CHECK(guessed({"dance"}).empty());
  const auto txn = [](const char* head) {
    return checkers::guess_model({operation(0, "txn", ValueList{ValueList{head, 1, 2}}, nullptr, {0, 1})});
  };
  CHECK(txn("append") == "list-append");
  CHECK(txn("w") == "rw-register");
  CHECK(txn("write") == "multi-register");
  CHECK(txn("rp") == "closed-predicate");
  CHECK(checkers::guess_model({operation(0, "acquire", nullptr, 7, {0, 1})}) == "fenced-lock");
  CHECK(checkers::guess_model({operation(0, "read", nullptr, ValueList{}, {0, 1}),
                               operation(0, "add", 1, true, {2, 3})}) == "set");
  CHECK(checkers::guess_model({operation(0, "read", nullptr, 1, {-1, -1})}) == "kv-register");
}

TEST_CASE("check: every model answers, and tells what it cannot judge") {
  const History history{operation(0, "write", 1, true, {0, 1}), operation(1, "read", nullptr, 1, {2, 3})};
  for (const std::string_view model : checkers::model_names()) {
    checkers::Claims claims;
    claims.model = model;
    const checkers::Checked checked = checkers::check_history(history, claims);
    INFO(model);
    CHECK((!checked.problem.empty() || !checked.judgements.empty()));
    const json line = json::parse(checkers::to_json_line(checked, "a \"b\"", 0.5, history));
    CHECK(line["id"] == "a \"b\"");
    CHECK(line["model"] == model);
    CHECK(line["seconds"] == 0.5);
  }
  checkers::Claims claims;
  claims.model = "abacus";
  CHECK_FALSE(checkers::check_history(history, claims).problem.empty());
  claims.model = "register";
  claims.consistency = {"linearizable", "sequential", "RYW", "causal"};
  const checkers::Checked all = checkers::check_history(history, claims);
  CHECK(all.verdict == Verdict::held);
  for (const std::string& name : claims.consistency) CHECK(has(all.holds, name));
  claims.consistency = {"luck"};
  CHECK_FALSE(checkers::check_history(history, claims).problem.empty());
  CHECK_FALSE(checkers::check_history({}, {}).problem.empty());
}

TEST_CASE("check: a violation has its witness in the line") {
  const History history{operation(0, "write", 1, true, {0, 1}), operation(0, "write", 2, true, {2, 3}),
                        operation(1, "read", nullptr, 1, {4, 5})};
  const checkers::Checked checked = checkers::check_history(history, {});
  CHECK(checked.verdict == Verdict::violated);
  const json line = json::parse(checkers::to_json_line(checked, "x", 0, history));
  CHECK(line["verdict"] == "violated");
  CHECK(line["ruled_out"] == json({"linearizable"}));
  CHECK(line["guesses"].size() == 1);
  CHECK(line["witness"]["operations"].size() == line["witness"]["history"].size());
  CHECK(!line["witness"]["reason"].empty());
  CHECK(checkers::in_words(checked, "x", history).find("x: violated") == 0);
}

TEST_CASE("check: shared histories get their verdicts without being told anything") {
  const auto folder = lightcone::tests::shared_histories();
  if (!folder) return;
  const std::filesystem::path linearizability = *folder / "linearizability";
  for (const char* collection : {"porcupine", "knossos"}) {
    const json index = json::parse(lightcone::tests::file_text(linearizability / collection / "index.json"));
    for (const json& each : index["files"]) {
      const std::string file = each["file"];
      INFO(file);
      const auto read =
          histories::read_json_lines(lightcone::tests::file_text(linearizability / collection / file));
      const Verdict expected = each["linearizable"] ? Verdict::held : Verdict::violated;
      CHECK(checkers::check_history(read.history, {}).verdict == expected);
    }
  }
  const auto cases =
      histories::read_json_cases(lightcone::tests::file_text(*folder / "isolation/session_guarantees.jsonl"));
  for (const auto& each : cases.cases) {
    const checkers::Checked checked = checkers::check_history(each.history, {});
    const json expected = json::parse(*each.field("expected"));
    INFO(each.id);
    for (const char* name : {"RYW", "MR", "MW", "WFR", "PRAM", "CAUSAL"}) {
      CHECK(has(checked.holds, name) == expected[name].get<bool>());
      CHECK(has(checked.ruled_out, name) != expected[name].get<bool>());
    }
  }
}
