#include "reports/checkers/sets.hpp"

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
using lightcone::sim::ValueList;
using lightcone::tests::Dice;
using lightcone::tests::operation;

namespace {

bool has(const Operation& read, const Value& element) {
  for (const Value& each : *read.result.as_list()) {
    if (each == element) return true;
  }
  return false;
}

// The definitions, element by element and read by read.
std::set<std::string> by_definition(const History& history, std::int64_t stale_for) {
  std::set<std::string> found;
  std::vector<Operation> reads;
  for (const Operation& op : history) {
    if (op.f == "read" && op.outcome == Outcome::ok) reads.push_back(op);
  }
  for (const Operation& read : reads) {
    for (const Value& element : *read.result.as_list()) {
      std::int64_t from = INT64_MAX;
      bool added = false;
      bool possible = false;
      for (const Operation& op : history) {
        if (op.f != "add" || op.value != element) continue;
        added = true;
        possible = possible || op.outcome != Outcome::fail;
        from = std::min(from, op.invoke);
      }
      if (!added || read.complete < from) found.insert("phantom");
      if (added && !possible) found.insert("dirty-read");
      int times = 0;
      for (const Value& each : *read.result.as_list()) times += each == element ? 1 : 0;
      if (added && times > 1) found.insert("duplicate-effect");
    }
  }
  for (const Operation& add : history) {
    if (add.f != "add" || add.outcome == Outcome::fail) continue;
    std::int64_t known = INT64_MAX;
    std::int64_t shown = INT64_MIN;
    for (const Operation& op : history) {
      if (op.f == "add" && op.value == add.value && op.outcome == Outcome::ok)
        known = std::min(known, op.complete);
    }
    for (const Operation& read : reads) {
      if (has(read, add.value))
        known = std::min(known, read.complete), shown = std::max(shown, read.complete);
    }
    for (const Operation& read : reads) {
      if (known == INT64_MAX || read.invoke <= known || has(read, add.value)) continue;
      if (read.invoke > shown) {
        found.insert("lost-write");
      } else if (read.invoke - known > stale_for) {
        found.insert("stale-read");
      }
    }
  }
  return found;
}

}  // namespace

TEST_CASE("sets: random histories, good and bad, are judged as the definitions judge them") {
  Dice dice(3);
  std::set<std::string> seen;
  int held = 0;
  for (int round = 0; round < 20'000; ++round) {
    History history;
    const int adds = 1 + dice(4);
    for (int i = 0; i < adds; ++i) {
      const auto times = dice.times(20);
      history.push_back(operation(i, "add", dice(4), true, times, dice.outcome()));
    }
    const int reads = 1 + dice(4);
    for (int i = 0; i < reads; ++i) {
      ValueList elements;
      const auto times = dice.times(30);
      for (const Operation& add : History(history)) {
        const bool there = add.f == "add" && add.outcome != Outcome::fail && add.invoke < times.complete;
        if (there && dice(12) != 0 &&
            std::find(elements.begin(), elements.end(), add.value) == elements.end())
          elements.push_back(add.value);
      }
      if (dice(8) == 0) elements.emplace_back(dice(5));
      history.push_back(operation(10 + i, "read", nullptr, elements, times));
    }
    lightcone::tests::sort_by_invocation(history);
    checkers::SetOptions options;
    options.stale_for = dice(6);
    const auto judgements = checkers::check_set(history, options);
    const std::set<std::string> expected = by_definition(history, *options.stale_for);
    INFO(histories::to_json_lines(history) << judgements[0].summary);
    // An element can be both stale and then lost; the judge speaks of its last absence.
    std::set<std::string> found = lightcone::tests::anomalies(judgements);
    if (expected.contains("lost-write") && expected.contains("stale-read")) found.insert("stale-read");
    REQUIRE(found == expected);
    seen.insert(expected.begin(), expected.end());
    if (expected.empty()) ++held;
  }
  CHECK(seen.size() == 5);
  CHECK(held > 1000);
}

TEST_CASE("sets: what is recovered is told, what is only stale is not held against anybody without a bound") {
  History history{operation(0, "add", 1, true, {0, 1}),
                  operation(1, "add", 2, nullptr, {0, 0}, Outcome::info),
                  operation(2, "read", nullptr, ValueList{2}, {3, 4}),
                  operation(2, "read", nullptr, ValueList{1, 2}, {5, 6})};
  const auto judgements = checkers::check_set(history);
  CHECK(judgements[0].verdict == Verdict::held);
  CHECK(judgements[0].summary.find("1 recovered") != std::string::npos);
  checkers::SetOptions strict;
  strict.stale_for = 0;
  CHECK(lightcone::tests::witness(checkers::check_set(history, strict), "stale-read") ==
        std::vector<std::size_t>{0, 2, 3});
  history.pop_back();
  CHECK(lightcone::tests::witness(checkers::check_set(history), "lost-write") ==
        std::vector<std::size_t>{0, 2});
}

TEST_CASE("sets: nothing is judged without reads, without times or with other operations") {
  CHECK(checkers::check_set({operation(0, "add", 1, true, {0, 1})})[0].verdict == Verdict::invalid);
  CHECK(checkers::check_set({operation(0, "read", nullptr, ValueList{}, {-1, -1})})[0].verdict ==
        Verdict::unknown);
  CHECK(checkers::check_set({operation(0, "remove", 1, true, {0, 1})})[0].verdict == Verdict::unknown);
}
