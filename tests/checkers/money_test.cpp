#include "reports/checkers/money.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

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
using lightcone::tests::anomalies;
using lightcone::tests::Dice;
using lightcone::tests::operation;

namespace {

using Names = std::set<std::string>;

ValueList balance(Value account, std::int64_t amount) { return {std::move(account), amount}; }

checkers::MoneyOptions two_accounts() {
  checkers::MoneyOptions options;
  options.initial = ValueList{balance("a", 10), balance("b", 10)};
  return options;
}

Operation transfer(int id, const char* from, const char* to, int amount, std::int64_t at,
                   Outcome outcome = Outcome::ok) {
  return operation(0, "transfer", ValueList{id, from, to, amount}, true, {at, at + 1}, outcome);
}

Operation read(std::int64_t a, std::int64_t b, std::int64_t at) {
  return operation(1, "read", nullptr, ValueList{balance("a", a), balance("b", b)}, {at, at + 1});
}

Operation ledger(ValueList ids, std::int64_t at) {
  return operation(2, "ledger", nullptr, std::move(ids), {at, at + 1});
}

Names names(const History& history) { return anomalies(checkers::check_money(history, two_accounts())); }

}  // namespace

TEST_CASE("money: each mistake is called by its name") {
  const Operation pay = transfer(1, "a", "b", 3, 0);
  CHECK(names({pay, read(7, 13, 4)}).empty());
  CHECK(names({pay, read(7, 14, 4)}) == Names{"invariant(conservation)", "wrong-result"});
  CHECK(names({pay, read(10, 10, 4)}) == Names{"missing-effect"});
  CHECK(names({pay, read(4, 16, 4)}) == Names{"duplicate-effect"});
  CHECK(names({pay, read(10, 10, 1)}).empty());
  CHECK(names({transfer(1, "a", "b", 13, 0), read(-3, 23, 4)}) == Names{"invariant(non-negativity)"});
  checkers::MoneyOptions overdraft = two_accounts();
  overdraft.overdrafts = checkers::Overdrafts::allowed;
  CHECK(checkers::check_money({transfer(1, "a", "b", 13, 0), read(-3, 23, 4)}, overdraft)[0].verdict ==
        Verdict::held);
  CHECK(names({pay, ledger({1}, 4)}).empty());
  CHECK(names({pay, ledger({1, 1}, 4)}) == Names{"duplicate-effect"});
  CHECK(names({pay, ledger({}, 4)}) == Names{"missing-effect"});
  CHECK(names({pay, ledger({1, 2}, 4)}) == Names{"phantom"});
  CHECK(names({transfer(1, "a", "b", 3, 0, Outcome::fail), ledger({1}, 4)}) == Names{"dirty-read"});
  CHECK(names({transfer(1, "a", "b", 3, 0, Outcome::info), transfer(1, "a", "b", 3, 2), ledger({1}, 4),
               read(7, 13, 6)})
            .empty());
  CHECK(names({transfer(1, "a", "b", 3, 0, Outcome::info), read(10, 10, 4)}).empty());
  CHECK(names({operation(0, "deposit", ValueList{"a", 5}, true, {0, 1}), read(15, 10, 3)}).empty());
  CHECK(names({operation(0, "deposit", ValueList{"a", 5}, true, {0, 1}), read(10, 10, 3)}) ==
        Names{"invariant(conservation)", "missing-effect"});
  CHECK(checkers::check_money({pay})[0].verdict == Verdict::invalid);
  CHECK(checkers::check_money({operation(0, "steal", 1, true, {0, 1})})[0].verdict == Verdict::unknown);
  CHECK(anomalies(checkers::check_money({read(1, 2, 0), read(2, 2, 3)})) ==
        Names{"invariant(conservation)", "wrong-result"});
}

TEST_CASE(
    "money: honest accounts hold, and a wrong balance is caught unless an unknown outcome explains it") {
  Dice dice(8);
  int caught = 0;
  int excused = 0;
  for (int round = 0; round < 3000; ++round) {
    History history;
    std::map<std::string, std::int64_t> accounts{{"a", 10}, {"b", 10}};
    bool unknown = false;
    for (int i = 0; i < 8; ++i) {
      const bool forth = dice(2) == 0;
      const std::string from = forth ? "a" : "b";
      const std::string to = forth ? "b" : "a";
      const int amount = 1 + dice(3);
      Outcome outcome = dice.outcome();
      if (outcome == Outcome::ok && accounts[from] < amount) outcome = Outcome::fail;
      const bool happens =
          outcome == Outcome::ok || (outcome == Outcome::info && accounts[from] >= amount && dice(2) == 0);
      history.push_back(transfer(i, from.c_str(), to.c_str(), amount, 4 * i, outcome));
      unknown = unknown || outcome == Outcome::info;
      if (happens) accounts[from] -= amount, accounts[to] += amount;
      if (dice(3) == 0) history.push_back(read(accounts["a"], accounts["b"], 4 * i + 2));
    }
    history.push_back(read(accounts["a"], accounts["b"], 50));
    const auto judgements = checkers::check_money(history, two_accounts());
    INFO(histories::to_json_lines(history) << judgements[0].summary);
    REQUIRE(judgements[0].verdict == Verdict::held);
    // Money moves that nobody moved, without a trace in the total.
    const int moved = 1 + dice(3);
    history.back() = read(accounts["a"] - moved, accounts["b"] + moved, 50);
    const bool found = !anomalies(checkers::check_money(history, two_accounts())).empty();
    if (!unknown) REQUIRE(found);
    ++(found ? caught : excused);
  }
  CHECK(caught > 1000);
  CHECK(excused > 100);
}
