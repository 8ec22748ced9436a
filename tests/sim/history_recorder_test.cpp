#include "sim/history_recorder.hpp"

#include <catch2/catch.hpp>
#include <functional>
#include <set>

using namespace lightcone::sim;

TEST_CASE("history: operations are recorded in the order of invocation, with what is known of them") {
  Instant now{};
  HistoryRecorder recorder(now);
  now = Instant(5ns);
  const auto write = recorder.invoke(1, "write", "x", 7);
  now = Instant(6ns);
  const auto read = recorder.invoke(2, "read", "x", {});
  const auto lost = recorder.invoke(3, "cas", "y", ValueList{1, 2});
  recorder.invoke(4, "read", "z", {});
  now = Instant(8ns);
  recorder.ok(read, 3, "n1");
  recorder.fail(write, "not leader", "n2");
  recorder.unknown(lost, "timeout");
  const History history = recorder.take();
  REQUIRE(history.size() == 4);
  CHECK(history[0] == Operation{1, "write", "x", 7, {}, Outcome::fail, 5, 8, "n2", "not leader"});
  CHECK(history[1] == Operation{2, "read", "x", {}, 3, Outcome::ok, 6, 8, "n1", ""});
  CHECK(history[2] ==
        Operation{3, "cas", "y", ValueList{1, 2}, {}, Outcome::info, 6, Operation::open, "", "timeout"});
  CHECK(history[3] == Operation{4, "read", "z", {}, {}, Outcome::info, 6, Operation::open, "", ""});
}

TEST_CASE("history: the fingerprint is over what was asked and what was answered") {
  const auto fingerprint = [](const std::function<void(HistoryRecorder&)>& use) {
    Instant now{};
    HistoryRecorder recorder(now);
    use(recorder);
    return recorder.fingerprint();
  };
  const auto answered = [&](std::int64_t process, std::string_view f, Value key, Value argument,
                            Value result) {
    return fingerprint(
        [&](HistoryRecorder& recorder) { recorder.ok(recorder.invoke(process, f, key, argument), result); });
  };
  const std::uint64_t same = answered(1, "write", "x", 7, {});
  CHECK(same == answered(1, "write", "x", 7, {}));
  const std::set<std::uint64_t> others = {
      same,
      answered(2, "write", "x", 7, {}),
      answered(1, "read", "x", 7, {}),
      answered(1, "write", "y", 7, {}),
      answered(1, "write", "x", 8, {}),
      answered(1, "write", "x", 7, 1),
      fingerprint([](HistoryRecorder& r) { r.invoke(1, "write", "x", 7); }),
      fingerprint([](HistoryRecorder& r) { r.fail(r.invoke(1, "write", "x", 7), "no"); }),
  };
  CHECK(others.size() == 8);
}
