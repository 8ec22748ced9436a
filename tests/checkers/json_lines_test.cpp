#include "reports/histories/json_lines.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/checkers/shared_histories.hpp"

namespace histories = lightcone::reports::histories;
using histories::Fault;
using lightcone::sim::History;
using lightcone::sim::Operation;
using lightcone::sim::Outcome;
using lightcone::sim::Value;
using lightcone::sim::ValueList;

namespace {

struct Refusal {
  std::size_t line;
  Fault fault;
};

void check_refused(const std::string& text, Refusal expected) {
  const auto read = histories::read_json_lines(text);
  INFO(text);
  REQUIRE(read.problem.has_value());
  INFO(read.problem->message());
  CHECK(read.problem->line == expected.line);
  CHECK(read.problem->fault == expected.fault);
}

std::string operation(int process, const std::string& call, const std::string& back,
                      const std::string& type = "ok") {
  return "{\"process\":" + std::to_string(process) +
         ",\"f\":\"read\",\"value\":null,\"result\":1,\"call\":" + call + ",\"return\":" + back +
         ",\"type\":\"" + type + "\"}\n";
}

std::string event(int process, const std::string& type, int time, const std::string& f = "read") {
  return "{\"process\":" + std::to_string(process) + ",\"f\":\"" + f +
         "\",\"value\":1,\"time\":" + std::to_string(time) + ",\"type\":\"" + type + "\"}\n";
}

}  // namespace

TEST_CASE("JSON Lines: an operation keeps every field") {
  const auto read = histories::read_json_lines(
      R"({"process":7,"f":"cas","key":["a",-1],"value":[1,2],"result":false,"call":3,"return":9,"type":"fail","node":"n1","error":["x",1],"extra":{"a":[1.5e3,null]}})");
  REQUIRE_FALSE(read.problem.has_value());
  REQUIRE(read.history.size() == 1);
  const Operation& op = read.history[0];
  CHECK(op.process == 7);
  CHECK(op.f == "cas");
  CHECK(op.key == Value(ValueList{"a", -1}));
  CHECK(op.value == Value(ValueList{1, 2}));
  CHECK(op.result == Value(false));
  CHECK(op.outcome == Outcome::fail);
  CHECK(op.invoke == 3);
  CHECK(op.complete == 9);
  CHECK(op.node == "n1");
  CHECK(op.error == "[\"x\",1]");
}

TEST_CASE("JSON Lines: an unknown outcome stays open, null times order only sessions") {
  const auto open = histories::read_json_lines(operation(1, "4", "null", "info"));
  REQUIRE_FALSE(open.problem.has_value());
  CHECK(open.history[0].complete == Operation::open);
  const auto sessions =
      histories::read_json_lines(operation(1, "null", "null") + operation(0, "null", "null"));
  REQUIRE_FALSE(sessions.problem.has_value());
  CHECK(sessions.history[0].process == 1);
  CHECK(sessions.history[0].invoke == Operation::unordered);
  CHECK(sessions.history[0].complete == Operation::unordered);
}

TEST_CASE("JSON Lines: operations come out in the order of invocation") {
  const auto read =
      histories::read_json_lines(operation(0, "4", "5") + operation(0, "6", "7") + operation(1, "0", "5"));
  REQUIRE_FALSE(read.problem.has_value());
  CHECK(read.history[0].process == 1);
  CHECK(read.history[1].invoke == 4);
}

TEST_CASE("JSON Lines: each thing wrong is named, with its line") {
  check_refused(operation(0, "0", "1") + "\n{\"process\":0,", {3, Fault::malformed});
  check_refused("{} x", {1, Fault::missing_field});
  check_refused("[1]", {1, Fault::malformed});
  check_refused(operation(0, "0", "1").substr(0, 40), {1, Fault::malformed});
  check_refused("{\"process\":0,\"f\":\"\xC0\xAF\"}", {1, Fault::malformed});
  check_refused(R"({"process":0,"f":"\ud800x"})", {1, Fault::malformed});
  check_refused(R"({"process":01,"f":"r"})", {1, Fault::malformed});
  check_refused(R"({"f":"r","type":"ok","call":0,"return":1})", {1, Fault::missing_field});
  check_refused(R"({"process":0,"type":"ok","call":0,"return":1})", {1, Fault::missing_field});
  check_refused(R"({"process":0,"f":"r","call":0,"return":1})", {1, Fault::missing_field});
  check_refused(R"({"process":0,"f":"r","type":"ok","return":1})", {1, Fault::missing_field});
  check_refused(R"({"process":0,"f":"r","type":"ok","call":1})", {1, Fault::missing_field});
  check_refused(operation(0, "1", "null"), {1, Fault::missing_field});
  check_refused(R"({"process":0,"process":1})", {1, Fault::wrong_kind});
  check_refused(operation(0, "-4", "1"), {1, Fault::wrong_kind});
  check_refused(operation(0, "0", "1", "maybe"), {1, Fault::unknown_type});
  check_refused(R"({"process":0,"f":"w","value":1.5})", {1, Fault::number_out_of_range});
  check_refused(R"({"process":0,"f":"w","value":9223372036854775808})", {1, Fault::number_out_of_range});
  check_refused(operation(0, "null", "1"), {1, Fault::return_without_invoke});
  check_refused(operation(0, "1", "9223372036854775807"), {1, Fault::number_out_of_range});
  check_refused(operation(0, "0", "5") + operation(1, "1", "2") + operation(0, "4", "6"),
                {3, Fault::two_in_flight});
  check_refused(operation(0, "5", "6") + operation(0, "3", "4"), {2, Fault::time_goes_back});
  check_refused(operation(0, "5", "4"), {1, Fault::return_before_call});
  check_refused(operation(0, "5", "6") + operation(0, "null", "null"), {2, Fault::mixed_order});
  check_refused(operation(0, "0", "1") + event(0, "invoke", 3), {2, Fault::wrong_kind});
  check_refused(R"({"process":0,"f":"r","value":)" + std::string(100, '[') + std::string(100, ']') + "}",
                {1, Fault::too_large});
  check_refused(R"({"id":"a","ops":[]})", {1, Fault::missing_field});
}

TEST_CASE("JSON Lines: events are paired into operations") {
  const std::string nemesis = R"({"process":"nemesis","type":"info","f":"kill","value":null,"time":4})";
  const auto read =
      histories::read_json_lines(event(0, "invoke", 1) + event(1, "invoke", 3) + nemesis + "\n" +
                                 event(0, "ok", 4) + event(1, "info", 9) + event(0, "invoke", 9));
  REQUIRE_FALSE(read.problem.has_value());
  REQUIRE(read.history.size() == 3);
  CHECK(read.history[0].outcome == Outcome::ok);
  CHECK(read.history[0].complete == 5);  // the nemesis was first at 4
  CHECK(read.history[0].result == Value(true));
  CHECK(read.history[1].outcome == Outcome::info);
  CHECK(read.history[1].complete == Operation::open);
  CHECK(read.history[2].complete == Operation::open);
}

TEST_CASE("JSON Lines: events that cannot be are named") {
  check_refused(event(0, "invoke", 1) + event(0, "ok", 2) + event(0, "ok", 3),
                {3, Fault::return_without_invoke});
  check_refused(event(0, "invoke", 1) + event(0, "ok", 2, "write"), {2, Fault::return_without_invoke});
  check_refused(event(0, "invoke", 1) + event(0, "invoke", 2), {2, Fault::two_in_flight});
  check_refused(event(0, "invoke", 2) + event(0, "ok", 1), {2, Fault::time_goes_back});
  check_refused(event(0, "invoke", 2) + R"({"process":0,"type":"ok","f":"read"})", {2, Fault::mixed_order});
  check_refused(event(0, "invoke", 2) + operation(0, "3", "4"), {2, Fault::wrong_kind});
}

TEST_CASE("JSON Lines: the pieces in which a text arrives do not matter") {
  const std::string text =
      "\xEF\xBB\xBF" + operation(0, "0", "2") + "\r\n" + operation(1, "1", "3") +
      R"({"process":2,"f":"w\u00e9\ud83d\ude00\n","value":"\"\\","call":4,"type":"info"})";
  const auto whole = histories::read_json_lines(text);
  REQUIRE_FALSE(whole.problem.has_value());
  REQUIRE(whole.history.size() == 3);
  CHECK(whole.history[2].f == "w\xC3\xA9\xF0\x9F\x98\x80\n");
  for (std::size_t piece = 1; piece < 40; ++piece) {
    histories::JsonLinesReader reader;
    for (std::size_t at = 0; at < text.size(); at += piece)
      reader.feed(std::string_view(text).substr(at, piece));
    CHECK(reader.finish().history == whole.history);
  }
}

TEST_CASE("JSON Lines: cases carry their other fields as they are") {
  const std::string text = R"({"id":"a","model":"register","initial":{"x": 0},"ops":[)" +
                           operation(0, "0", "1").substr(0, operation(0, "0", "1").size() - 1) + "]}\n\n" +
                           R"({"ops":[],"id":7})";
  const auto read = histories::read_json_cases(text);
  REQUIRE_FALSE(read.problem.has_value());
  REQUIRE(read.cases.size() == 2);
  CHECK(read.cases[0].id == "a");
  CHECK(read.cases[0].model == "register");
  REQUIRE(read.cases[0].field("initial") != nullptr);
  CHECK(*read.cases[0].field("initial") == "{\"x\": 0}");
  CHECK(read.cases[0].history.size() == 1);
  CHECK(read.cases[1].id == "7");
  CHECK(read.cases[1].line == 3);
  CHECK(histories::looks_like_cases(text));
  CHECK_FALSE(histories::looks_like_cases(operation(0, "0", "1")));
  const auto bad = histories::read_json_cases("{\"ops\":[" + operation(0, "3", "1") + "]}");
  REQUIRE(bad.problem.has_value());
}

TEST_CASE("JSON Lines: what is written reads back the same") {
  History history;
  Operation op;
  op.process = -3;
  op.f = "append \"x\"\n\xE2\x82\xAC";
  op.key = "k";
  op.value = ValueList{ValueList{"append", "x", INT64_MIN}, ValueList{}, Value(), true};
  op.result = ValueList{INT64_MAX};
  op.outcome = Outcome::ok;
  op.invoke = 17;
  op.complete = INT64_MAX - 1;
  op.node = "n2";
  history.push_back(op);
  op.outcome = Outcome::info;
  op.complete = Operation::open;
  op.error = "timeout\t";
  op.process = 4;
  history.push_back(op);
  const auto read = histories::read_json_lines(histories::to_json_lines(history));
  REQUIRE_FALSE(read.problem.has_value());
  CHECK(read.history == history);
  history[0].invoke = history[0].complete = history[1].invoke = history[1].complete = Operation::unordered;
  CHECK(histories::read_json_lines(histories::to_json_lines(history)).history == history);
}

TEST_CASE("JSON Lines: every shared history is read and written back") {
  const auto folder = lightcone::tests::shared_histories();
  if (!folder) return;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*folder)) {
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  CHECK(files.size() > 100);
  for (const auto& file : files) {
    INFO(file.string());
    const std::string text = lightcone::tests::file_text(file);
    std::vector<History> read;
    if (histories::looks_like_cases(text)) {
      auto cases = histories::read_json_cases(text);
      if (cases.problem) FAIL(cases.problem->message());
      for (auto& each : cases.cases) read.push_back(std::move(each.history));
    } else {
      auto one = histories::read_json_lines(text);
      if (one.problem) FAIL(one.problem->message());
      read.push_back(std::move(one.history));
    }
    for (const History& history : read) {
      const auto again = histories::read_json_lines(histories::to_json_lines(history));
      REQUIRE_FALSE(again.problem.has_value());
      REQUIRE(again.history == history);
    }
  }
}
