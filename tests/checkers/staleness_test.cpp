#include "reports/checkers/staleness.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "reports/histories/json_lines.hpp"
#include "tests/checkers/operations.hpp"

namespace checkers = lightcone::reports::checkers;
namespace histories = lightcone::reports::histories;
using lightcone::reports::Verdict;
using lightcone::sim::History;
using lightcone::sim::Operation;
using lightcone::sim::Outcome;
using lightcone::sim::Value;
using lightcone::tests::Dice;
using lightcone::tests::operation;

namespace {

bool stale(const History& history, const Operation& read, const checkers::StalenessBounds& bounds) {
  const Operation* found = nullptr;
  for (const Operation& op : history) {
    if (op.f == "write" && op.key == read.key && op.value == read.result) found = &op;
  }
  std::uint64_t newer = 0;
  bool late = false;
  for (const Operation& op : history) {
    if (op.f != "write" || op.key != read.key || op.outcome != Outcome::ok || op.complete >= read.invoke)
      continue;
    if (found != nullptr && (found->outcome != Outcome::ok || op.invoke <= found->complete)) continue;
    ++newer;
    late = late || (bounds.time && read.invoke - op.complete > *bounds.time);
  }
  return late || (bounds.versions && newer > *bounds.versions);
}

}  // namespace

TEST_CASE("staleness: random histories are judged as the definition judges them") {
  Dice dice(5);
  int bad = 0;
  int good = 0;
  for (int round = 0; round < 20'000; ++round) {
    History history;
    const int writes = 1 + dice(6);
    for (int i = 0; i < writes; ++i) {
      const auto times = dice.times(30);
      history.push_back(
          operation(i, "write", i + 1, true, times, dice(6) == 0 ? Outcome::info : Outcome::ok));
      history.back().key = dice(2);
    }
    for (int i = 0; i < 4; ++i) {
      const auto times = dice.times(60);
      const Operation from = history[static_cast<std::size_t>(dice(writes))];
      history.push_back(operation(10 + i, "read", nullptr, dice(5) == 0 ? Value() : from.value, times));
      history.back().key = history.back().result.is_null() ? Value(dice(2)) : from.key;
    }
    lightcone::tests::sort_by_invocation(history);
    checkers::StalenessBounds bounds;
    if (dice(2) == 0) bounds.time = dice(20);
    if (!bounds.time || dice(2) == 0) bounds.versions = static_cast<std::uint64_t>(dice(3));
    bool expected = false;
    for (const Operation& op : history) expected = expected || (op.f == "read" && stale(history, op, bounds));
    const auto judgements = checkers::check_staleness(history, bounds);
    INFO(histories::to_json_lines(history) << judgements[0].summary);
    REQUIRE((lightcone::tests::anomalies(judgements) == std::set<std::string>{"stale-read"}) == expected);
    ++(expected ? bad : good);
  }
  CHECK(bad > 1000);
  CHECK(good > 1000);
}

TEST_CASE("staleness: a history without times or with repeated values is not judged") {
  const checkers::StalenessBounds bounds{10, {}};
  CHECK(checkers::check_staleness({operation(0, "read", nullptr, nullptr, {-1, -1})}, bounds)[0].verdict ==
        Verdict::unknown);
  CHECK(checkers::check_staleness(
            {operation(0, "write", 1, true, {0, 1}), operation(0, "write", 1, true, {2, 3})}, bounds)[0]
            .verdict == Verdict::unknown);
  CHECK(lightcone::tests::anomalies(
            checkers::check_staleness({operation(0, "read", nullptr, 4, {0, 1})}, bounds))
            .count("phantom") == 1);
}
