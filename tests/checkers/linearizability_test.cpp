#include "reports/checkers/linearizability/linearizability.hpp"

#include <catch2/catch.hpp>

#include "reports/checkers/linearizability/object.hpp"

using lightcone::reports::Judgement;
using lightcone::reports::Verdict;
using lightcone::reports::checkers::Budget;
using lightcone::reports::checkers::check_linearizable;
using lightcone::reports::checkers::object_named;
using lightcone::sim::History;
using lightcone::sim::Operation;
using lightcone::sim::Outcome;
using lightcone::sim::Value;
using lightcone::sim::ValueList;

namespace {

Operation ok(std::int64_t process, std::string f, Value value, Value result, std::int64_t invoke,
             std::int64_t complete) {
  Operation operation;
  operation.process = process;
  operation.f = std::move(f);
  operation.value = std::move(value);
  operation.result = std::move(result);
  operation.outcome = Outcome::ok;
  operation.invoke = invoke;
  operation.complete = complete;
  return operation;
}

Judgement judge(const History& history, const char* object, Value initial = {}) {
  return check_linearizable(history, *object_named(object, std::move(initial)), Budget{});
}

}  // namespace

TEST_CASE("a read may return the value of a write that overlaps it, not one overwritten before it began") {
  const History overlapping = {ok(0, "write", 1, {}, 0, 1), ok(0, "write", 2, {}, 2, 6),
                               ok(1, "read", {}, 1, 3, 5)};
  CHECK(judge(overlapping, "register").verdict == Verdict::held);
  const History stale = {ok(0, "write", 1, {}, 0, 1), ok(0, "write", 2, {}, 2, 4),
                         ok(1, "read", {}, 1, 5, 6)};
  CHECK(judge(stale, "register").verdict == Verdict::violated);
}

TEST_CASE("an operation of unknown outcome may take effect late, or never") {
  Operation write = ok(0, "write", 7, {}, 0, 1);
  write.outcome = Outcome::info;
  write.complete = Operation::open;
  const History late = {write, ok(1, "read", {}, 0, 2, 3), ok(1, "read", {}, 7, 4, 5)};
  CHECK(judge(late, "register", 0).verdict == Verdict::held);
  const History never = {write, ok(1, "read", {}, 0, 2, 3), ok(1, "read", {}, 0, 4, 5)};
  CHECK(judge(never, "register", 0).verdict == Verdict::held);
  const History taken_back = {write, ok(1, "read", {}, 7, 2, 3), ok(1, "read", {}, 0, 4, 5)};
  CHECK(judge(taken_back, "register", 0).verdict == Verdict::violated);
}

TEST_CASE("keys are judged one by one") {
  History history = {ok(0, "put", 1, {}, 0, 1), ok(0, "put", 2, {}, 2, 3), ok(1, "get", {}, 1, 4, 5)};
  for (Operation& operation : history) operation.key = "x";
  history[1].key = "y";
  CHECK(judge(history, "kv").verdict == Verdict::held);
  history[1].key = "x";
  CHECK(judge(history, "kv").verdict == Verdict::violated);
}

TEST_CASE("where keys are of several kinds an object is of those that its name says") {
  History history = {ok(0, "put", 1, {}, 0, 1), ok(0, "insert", 1, {}, 2, 3), ok(1, "get", {}, 7, 4, 5),
                     ok(1, "read", {}, Value(ValueList{Value(1)}), 6, 7)};
  history[0].key = "x1";
  history[1].key = "s1";
  history[2].key = "n1";  // what nobody wrote
  history[3].key = "s1";
  CHECK(judge(history, "kv:x").verdict == Verdict::held);
  CHECK(judge(history, "set:s").verdict == Verdict::held);
  const Judgement judgement = judge(history, "kv:xn");
  CHECK(judgement.verdict == Verdict::violated);
  CHECK(judgement.operations == std::vector<std::size_t>{2});
  CHECK(judge(history, "kv").verdict == Verdict::unknown);
  CHECK_FALSE(object_named("kv:"));
  CHECK_FALSE(object_named(":x"));
}

TEST_CASE("a history of another object is not judged, and the operation that does not fit is named") {
  const Judgement judgement = judge({ok(0, "write", 1, {}, 0, 1), ok(0, "enqueue", 1, {}, 2, 3)}, "register");
  CHECK(judgement.verdict == Verdict::unknown);
  CHECK(judgement.summary == "operation 1 is 'enqueue', which a register does not offer");
  CHECK(judgement.operations == std::vector<std::size_t>{1});
}

TEST_CASE("a read of what a failed write wrote is no phantom, and the write is named") {
  Operation write = ok(0, "write", 7, {}, 0, 1);
  write.outcome = Outcome::fail;
  for (const char* object : {"register", "cas-register"}) {
    const Judgement judgement =
        judge({write, ok(1, "read", {}, 0, 0, 1), ok(1, "read", {}, 7, 2, 3)}, object, 0);
    INFO(object);
    CHECK(judgement.verdict == Verdict::violated);
    CHECK(judgement.anomaly == "nonlinearizable");
    REQUIRE_FALSE(judgement.reason.empty());
    CHECK(judgement.reason.back().operations.front() == 0);
  }
  Operation swap = ok(0, "cas", lightcone::sim::ValueList{0, 7}, {}, 0, 1);
  swap.outcome = Outcome::fail;
  CHECK(judge({swap, ok(1, "read", {}, 7, 2, 3)}, "cas-register", 0).anomaly == "nonlinearizable");
  CHECK(judge({write, ok(1, "read", {}, 8, 2, 3)}, "register", 0).anomaly == "phantom");
}
