#include "reports/checkers/rates.hpp"

#include <catch2/catch.hpp>

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

TEST_CASE("rates: random histories are judged as every window judges them") {
  Dice dice(2);
  int over = 0;
  int within = 0;
  for (int round = 0; round < 20'000; ++round) {
    History history;
    for (int i = 0; i < 8; ++i) {
      history.push_back(operation(i, "admit", dice(3) == 0 ? Value(2) : Value(), dice(5) != 0, dice.times(40),
                                  dice(8) == 0 ? Outcome::fail : Outcome::ok));
      history.back().key = dice(2);
    }
    lightcone::tests::sort_by_invocation(history);
    const checkers::RateBound bound{2 + dice(4), 5 + dice(30)};
    bool expected = false;
    for (std::int64_t from = 0; from < 80; ++from) {
      for (int key = 0; key < 2; ++key) {
        std::int64_t units = 0;
        for (const Operation& op : history) {
          const bool inside = op.invoke >= from && op.complete < from + bound.window && op.key == Value(key);
          if (inside && op.outcome == Outcome::ok && op.result == Value(true))
            units += op.value.is_null() ? 1 : 2;
        }
        expected = expected || units > bound.admitted;
      }
    }
    const auto judgements = checkers::check_rate(history, bound);
    INFO(histories::to_json_lines(history) << judgements[0].summary);
    REQUIRE((judgements[0].anomaly == "over-admission") == expected);
    ++(expected ? over : within);
  }
  CHECK(over > 1000);
  CHECK(within > 1000);
}

TEST_CASE("rates: what was refused or is unknown does not count, and extremes do no harm") {
  CHECK(checkers::check_rate({operation(0, "admit", nullptr, false, {0, 1})}, {1, 10})[0].verdict ==
        Verdict::invalid);
  History history;
  for (int i = 0; i < 3; ++i)
    history.push_back(operation(i, "admit", INT64_MAX, true, {INT64_MAX - 3, INT64_MAX - 2}));
  CHECK(checkers::check_rate(history, {INT64_MAX, INT64_MAX})[0].verdict == Verdict::held);
  CHECK(checkers::check_rate(history, {1, 10})[0].anomaly == "over-admission");
}
