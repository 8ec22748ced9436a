#include "reports/histories/edn.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "reports/histories/json_lines.hpp"
#include "tests/checkers/shared_histories.hpp"

namespace histories = lightcone::reports::histories;
using histories::Fault;
using histories::Keys;
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
  const auto read = histories::read_edn(text);
  INFO(text);
  REQUIRE(read.problem.has_value());
  INFO(read.problem->message());
  CHECK(read.problem->line == expected.line);
  CHECK(read.problem->fault == expected.fault);
}

History accepted(const std::string& text, Keys keys = Keys::guess) {
  auto read = histories::read_edn(text, keys);
  INFO(text);
  if (read.problem) FAIL(read.problem->message());
  return std::move(read.history);
}

// The value of a write.
Value written(const std::string& edn) {
  const History history = accepted("{:type :invoke :process 0 :f :w :value " + edn + "}");
  REQUIRE(history.size() == 1);
  return history[0].value;
}

}  // namespace

TEST_CASE("EDN: op maps and records, in a vector or one a line, are the same history") {
  const std::string first = "{:type :invoke, :f :write, :process 0, :value 3, :time 10, :index 0}";
  const std::string second = "{:index 1 :time 12 :type :ok, :f :write, :process 0, :value 3}";
  const std::string tag = "#jepsen.history.Op";
  const History lines = accepted(first + "\n" + second + "\n");
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].f == "write");
  CHECK(lines[0].value == Value(3));
  CHECK(lines[0].result == Value(true));
  CHECK(lines[0].outcome == Outcome::ok);
  CHECK(lines[0].invoke == 10);
  CHECK(lines[0].complete == 12);
  CHECK(accepted("[" + first + "\n " + second + "]\n") == lines);
  CHECK(accepted("(" + first + "," + second + ") ; the end") == lines);
  CHECK(accepted(tag + first + "\n" + tag + " " + second) == lines);
  CHECK(accepted("; a comment ) with }\n[" + tag + first + " #_" + first + " #_ #_ {:a 1} 7 " + second +
                 " #_ foo]") == lines);
  CHECK(accepted("#_ [1 2 {3 4}] " + first + second).empty() == false);
}

TEST_CASE("EDN: every kind of value has its place") {
  CHECK(written("nil").is_null());
  CHECK(written("true") == Value(true));
  CHECK(written("-17") == Value(-17));
  CHECK(written("+9223372036854775807") == Value(INT64_MAX));
  CHECK(written("42N") == Value(42));
  CHECK(written("\"a\\n\\\"\\u00e9\\ud83d\\ude00;}\"") == Value("a\n\"\xC3\xA9\xF0\x9F\x98\x80;}"));
  CHECK(written("[\\a \\newline \\{ \\u0041 \\;]") == Value(ValueList{"a", "\n", "{", "A", ";"}));
  CHECK(written(":x") == Value(":x"));
  CHECK(written("foo/bar") == Value("foo/bar"));
  CHECK(written("(1 [2 ()])") == Value(ValueList{1, ValueList{2, ValueList{}}}));
  CHECK(written("#{3 1 2}") == Value(ValueList{1, 2, 3}));
  CHECK(written("{:a 1, \"b\" #{}}") == Value(ValueList{ValueList{":a", 1}, ValueList{"b", ValueList{}}}));
  CHECK(written("#:n{:a 1 :m/b 2}") == Value(ValueList{ValueList{":n/a", 1}, ValueList{":m/b", 2}}));
  CHECK(written("#inst \"2020\"") == Value("2020"));
  CHECK(written("#my.own/tag [#_ 1 2 #_ #_ 3 4]") == Value(ValueList{2}));
}

TEST_CASE("EDN: steps of transactions lose their colon, other keywords keep it") {
  const History history = accepted(
      "{:type :invoke :process 0 :f :txn :value [[:append :x 1] [:r 3 nil]]}"
      "{:type :ok :process 0 :f :txn :value [[:append :x 1] [:r 3 [1 2]]]}");
  CHECK(history[0].value == Value(ValueList{ValueList{"append", ":x", 1}, ValueList{"r", 3, Value()}}));
  CHECK(history[0].result ==
        Value(ValueList{ValueList{"append", ":x", 1}, ValueList{"r", 3, ValueList{1, 2}}}));
  const History blind = accepted(
      "{:type :invoke :process 0 :f :txn :value [[:w 1 1]]}{:type :ok :process 0 :f :txn :value [[:w 1 1]]}");
  CHECK(blind[0].result == blind[0].value);
}

TEST_CASE("EDN: the nemesis leaves notes and no operations") {
  const auto read = histories::read_edn(
      "{:process :nemesis :type :info :f :kill :value {:n1 1.5 :n2 ##Inf}}\n"
      "{:type :invoke :process 1 :f :read :value nil :error [:a 1]}\n"
      "{:type :info :process 1 :f :read :value nil :error [:timeout 1.5]}\n");
  REQUIRE_FALSE(read.problem.has_value());
  REQUIRE(read.notes.size() == 1);
  CHECK(read.notes[0].line == 1);
  REQUIRE(read.history.size() == 1);
  CHECK(read.history[0].outcome == Outcome::info);
  CHECK(read.history[0].complete == Operation::open);
  CHECK(read.history[0].invoke == 1);  // no times: positions
  CHECK(read.history[0].error == "[:timeout 1.5]");
}

TEST_CASE("EDN: independent keys are told from pairs that are values") {
  const std::string keyed =
      "{:type :invoke :process 0 :f :write :value [:x 3]}{:type :ok :process 0 :f :write :value [:x 3]}"
      "{:type :invoke :process 1 :f :read :value [:x nil]}{:type :ok :process 1 :f :read :value [:x 3]}"
      "{:type :invoke :process 2 :f :read :value [:y nil]}{:type :ok :process 2 :f :read :value [:y nil]}"
      "{:type :invoke :process 0 :f :cas :value [:x [3 4]]}{:type :fail :process 0 :f :cas :value [:x [3 "
      "4]]}";
  const History history = accepted(keyed);
  CHECK(history[0].key == Value(":x"));
  CHECK(history[0].value == Value(3));
  CHECK(history[0].result == Value(true));
  CHECK(history[1].value.is_null());
  CHECK(history[1].result == Value(3));
  CHECK(history[2].result.is_null());
  CHECK(history[3].value == Value(ValueList{3, 4}));
  CHECK(accepted(keyed, Keys::none)[0].value == Value(ValueList{":x", 3}));
  const std::string cas = "{:type :invoke :process 0 :f :cas :value [1 2]}";
  CHECK(accepted(cas)[0].key.is_null());
  CHECK(accepted(cas, Keys::independent)[0].key == Value(1));
  CHECK(accepted("{:type :invoke :process 0 :f :w :value #jepsen.independent/tuple [1 2]}")[0].key ==
        Value(1));
}

TEST_CASE("EDN: each thing wrong is named, with its line") {
  const std::string invoke = "{:type :invoke :process 0 :f :r :time 5}\n";
  check_refused("{:type :invoke :process 0 :f :r", {1, Fault::malformed});
  check_refused("[" + invoke, {2, Fault::malformed});
  check_refused(invoke + "]", {2, Fault::malformed});
  check_refused(invoke + "{:a [}", {2, Fault::malformed});
  check_refused(invoke + "7", {2, Fault::malformed});
  check_refused("[" + invoke + "]\n{}", {3, Fault::malformed});
  check_refused("{:a}", {1, Fault::malformed});
  check_refused("{:process 0 :type :ok :f ::r}", {1, Fault::malformed});
  check_refused("{\n:a \"\xFF\"}", {2, Fault::malformed});
  check_refused("#_", {1, Fault::malformed});
  check_refused("{:type :invoke :f :r}", {1, Fault::missing_field});
  check_refused("{:process 0 :f :r}", {1, Fault::missing_field});
  check_refused("{:process 0 :type :ok}", {1, Fault::missing_field});
  check_refused("{:process 0 :type :maybe :f :r}", {1, Fault::unknown_type});
  check_refused("{:process 0 :process 0 :type :ok :f :r}", {1, Fault::wrong_kind});
  check_refused("{:process [1] :type :ok :f :r}", {1, Fault::wrong_kind});
  check_refused("{:type :invoke :process 0 :f :w :value\n 123456789012345678901}",
                {2, Fault::number_out_of_range});
  check_refused("{:type :invoke :process 0 :f :w :value 1.5}", {1, Fault::number_out_of_range});
  check_refused("{:type :invoke :process 0 :f :w :value 1/2}", {1, Fault::number_out_of_range});
  check_refused("{:type :invoke :process 0 :f :w :value 1x}", {1, Fault::malformed});
  check_refused("\n{:type :ok :process 0 :f :r}", {2, Fault::return_without_invoke});
  check_refused(invoke + invoke, {2, Fault::two_in_flight});
  check_refused(invoke + "{:type :ok :process 0 :f :r :time 4}", {2, Fault::time_goes_back});
  check_refused(invoke + "{:type :ok :process 0 :f :r}", {2, Fault::mixed_order});
  check_refused(
      "{:type :invoke :process 0 :f :w :value " + std::string(100, '[') + std::string(100, ']') + "}",
      {1, Fault::too_large});
  check_refused(std::string(100000, '['), {1, Fault::too_large});
  std::string discards;
  for (int i = 0; i < 100000; ++i) discards += "#_ ";
  check_refused(discards + "{} {}", {1, Fault::too_large});
}

TEST_CASE("EDN: the pieces in which a text arrives do not matter") {
  const std::string text =
      "[{:type :invoke :process 0 :f :w :value \"]\\\"\" } ; }\n #_{\\} 1} #jepsen.history.Op{:process 0 "
      ":type :ok :f :w "
      ":value [\\] \\\\]}]";
  const auto whole = histories::read_edn(text);
  if (whole.problem) FAIL(whole.problem->message());
  REQUIRE(whole.history.size() == 1);
  for (std::size_t piece = 1; piece < 40; ++piece) {
    histories::EdnReader reader;
    for (std::size_t at = 0; at < text.size(); at += piece)
      reader.feed(std::string_view(text).substr(at, piece));
    const auto read = reader.finish();
    CHECK_FALSE(read.problem.has_value());
    CHECK(read.history == whole.history);
  }
}

TEST_CASE("EDN: what would claim more than is known is refused") {
  Operation op;
  op.f = "read";
  op.invoke = Operation::unordered;
  CHECK(histories::to_edn({op}).problem.has_value());
  op.invoke = 0;
  Operation keyed = op;
  keyed.key = 1;
  keyed.process = 2;
  CHECK(histories::to_edn({op, keyed}).problem.has_value());
}

TEST_CASE("EDN: an answer that Jepsen cannot tell from an acknowledgement is told") {
  Operation op;
  op.f = "add";
  op.value = 1;
  op.result = 1;
  op.outcome = Outcome::ok;
  op.complete = 4;
  CHECK(accepted(histories::to_edn({op}).text) == History{op});
  op.outcome = Outcome::fail;
  op.result = false;
  op.error = "precondition \"a\"";
  op.node = "n1";
  CHECK(accepted(histories::to_edn({op}).text) == History{op});
}

TEST_CASE("EDN: shared histories survive the way there and back") {
  const auto folder = lightcone::tests::shared_histories();
  if (!folder) return;
  std::size_t converted = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*folder)) {
    if (entry.path().extension() != ".jsonl") continue;
    INFO(entry.path().string());
    const std::string text = lightcone::tests::file_text(entry.path());
    std::vector<History> all;
    if (histories::looks_like_cases(text)) {
      for (auto& each : histories::read_json_cases(text).cases) all.push_back(std::move(each.history));
    } else {
      all.push_back(histories::read_json_lines(text).history);
    }
    for (const History& history : all) {
      const auto written_text = histories::to_edn(history);
      if (written_text.problem) {
        CHECK(written_text.problem->fault == Fault::mixed_order);
        continue;
      }
      const bool has_keys = !history.empty() && !history[0].key.is_null();
      const History back = accepted(written_text.text, has_keys ? Keys::independent : Keys::none);
      REQUIRE(back.size() == history.size());
      bool instants = false;
      for (const Operation& op : history) instants = instants || op.invoke == op.complete;
      if (instants) continue;  // events of one instant are told apart
      REQUIRE(back == history);
      ++converted;
    }
  }
  CHECK(converted > 1000);
}
