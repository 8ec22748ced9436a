#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "reports/checkers/convergence.hpp"
#include "reports/checkers/oracle.hpp"
#include "reports/checkers/phases.hpp"
#include "reports/checkers/unique_ids.hpp"
#include "tests/checkers/operations.hpp"

namespace checkers = lightcone::reports::checkers;
using lightcone::reports::Verdict;
using lightcone::sim::History;
using lightcone::sim::Operation;
using lightcone::sim::Outcome;
using lightcone::sim::Value;
using lightcone::sim::ValueList;
using lightcone::tests::anomalies;
using lightcone::tests::Dice;
using lightcone::tests::operation;
using lightcone::tests::witness;

TEST_CASE("unique ids: a repeated one is found, in one space only") {
  Dice dice(6);
  for (int round = 0; round < 2000; ++round) {
    History history;
    std::set<std::pair<int, int>> given;
    bool repeated = false;
    for (int i = 0; i < 6; ++i) {
      const int key = dice(2);
      const int id = dice(20);
      const Outcome outcome = dice.outcome();
      history.push_back(operation(i, "generate", nullptr, id, {i, i + 1}, outcome));
      history.back().key = key;
      if (outcome == Outcome::ok) repeated = !given.emplace(key, id).second || repeated;
    }
    if (given.empty()) continue;
    REQUIRE((checkers::check_unique_ids(history)[0].anomaly == "duplicate-id") == repeated);
  }
  CHECK(checkers::check_unique_ids({})[0].verdict == Verdict::invalid);
}

TEST_CASE("convergence: the last word of each node after the quiet counts") {
  const auto digest = [](const char* node, const char* state, std::int64_t at) {
    Operation op = operation(0, "digest", nullptr, state, {at, at + 1});
    op.node = node;
    return op;
  };
  History history{digest("a", "old", 1), digest("b", "x", 2), digest("a", "x", 5), digest("b", "x", 6)};
  CHECK(checkers::check_convergence(history, 4)[0].verdict == Verdict::held);
  CHECK(checkers::check_convergence(history, 6)[0].verdict == Verdict::invalid);
  history.push_back(digest("b", "y", 8));
  CHECK(witness(checkers::check_convergence(history, 4), "divergence") == std::vector<std::size_t>{2, 4});
}

TEST_CASE("recovery: goodput that does not come back is metastable") {
  const checkers::Recovery recovery{0, 100, 200, 100, 400, 90};
  const auto run = [&](int after_heal_every) {
    History history;
    for (std::int64_t at = 0; at < 100; ++at) history.push_back(operation(0, "get", nullptr, 1, {at, at}));
    for (std::int64_t at = 200; at < 400; at += after_heal_every)
      history.push_back(operation(0, "get", nullptr, 1, {at, at}));
    return history;
  };
  CHECK(checkers::check_recovery(run(1), recovery)[0].verdict == Verdict::held);
  CHECK(checkers::check_recovery(run(2), recovery)[0].anomaly == "metastable");
  History late = run(2);
  for (std::int64_t at = 290; at < 300; ++at) late.push_back(operation(1, "get", nullptr, 1, {at, at}));
  CHECK(checkers::check_recovery(late, recovery)[0].verdict == Verdict::held);
  checkers::Recovery shorter = recovery;
  shorter.ends_at = 250;
  CHECK(checkers::check_recovery(run(2), shorter)[0].verdict == Verdict::unknown);
  CHECK(checkers::check_recovery({}, recovery)[0].verdict == Verdict::invalid);
}

TEST_CASE("progress: an operation may fail once after the heal, not twice") {
  const checkers::Progress progress{100, 50, 300};
  const auto get = [](std::int64_t at, std::int64_t back, Outcome outcome) {
    return operation(0, "get", nullptr, 1, {at, back}, outcome);
  };
  CHECK(checkers::check_progress({get(10, 20, Outcome::fail), get(110, 120, Outcome::ok)}, progress)[0]
            .verdict == Verdict::held);
  CHECK(checkers::check_progress({get(110, 120, Outcome::info), get(130, 140, Outcome::ok)}, progress)[0]
            .verdict == Verdict::held);
  // While the system may still be recovering, its clients may give up ...
  CHECK(checkers::check_progress(
            {get(110, 120, Outcome::fail), get(130, 140, Outcome::fail), get(160, 165, Outcome::ok)},
            progress)[0]
            .verdict == Verdict::held);
  CHECK(checkers::check_progress({get(110, Operation::open, Outcome::info), get(145, 149, Outcome::ok)},
                                 progress)[0]
            .verdict == Verdict::held);
  // ... but not later.
  CHECK(witness(checkers::check_progress(
                    {get(145, 155, Outcome::fail), get(156, 160, Outcome::fail), get(170, 175, Outcome::ok)},
                    progress),
                "unavailable") == std::vector<std::size_t>{0, 1});
  CHECK(witness(checkers::check_progress({get(110, Operation::open, Outcome::info)}, progress),
                "unavailable") == std::vector<std::size_t>{0});
  CHECK(anomalies(checkers::check_progress({get(110, 170, Outcome::ok)}, progress)).count("unavailable") ==
        1);
  CHECK(checkers::check_progress({get(260, 290, Outcome::fail)}, progress)[0].verdict == Verdict::invalid);
  CHECK(checkers::check_progress({get(-1, -1, Outcome::ok)}, progress)[0].verdict == Verdict::unknown);
}

TEST_CASE("availability: a long time without a success counts when something was tried in it") {
  const checkers::Availability bounds{100, 200, 30};
  const auto get = [](std::int64_t at, std::int64_t back, Outcome outcome = Outcome::ok) {
    return operation(0, "get", nullptr, 1, {at, back}, outcome);
  };
  const History steady{get(99, 110), get(111, 140), get(141, 170), get(170, 199)};
  CHECK(checkers::check_availability(steady, bounds)[0].verdict == Verdict::held);
  History failing{get(99, 110), get(120, 130, Outcome::fail), get(131, 145, Outcome::info), get(146, 171),
                  get(171, 199)};
  CHECK(witness(checkers::check_availability(failing, bounds), "unavailable") ==
        std::vector<std::size_t>{1, 2});
  failing[1].outcome = Outcome::ok;
  CHECK(checkers::check_availability(failing, bounds)[0].verdict == Verdict::violated);
  failing[2].outcome = Outcome::ok;
  CHECK(checkers::check_availability(failing, bounds)[0].verdict == Verdict::held);
  // Nobody asked for a long time, and whoever asked was answered.
  CHECK(checkers::check_availability({get(99, 110), get(160, 165)}, bounds)[0].verdict == Verdict::held);
  CHECK(checkers::check_availability({get(10, 20), get(300, 310)}, bounds)[0].verdict == Verdict::invalid);
  CHECK(checkers::check_availability({get(-1, -1)}, bounds)[0].verdict == Verdict::unknown);
}

TEST_CASE("oracle: answers that lack something are told from wrong ones") {
  const checkers::Oracle oracle = [](const Operation& op) -> std::optional<Value> {
    if (op.f != "search") return std::nullopt;
    return ValueList{1, 2, 3};
  };
  const auto search = [](ValueList found) {
    return operation(0, "search", nullptr, std::move(found), {0, 1});
  };
  CHECK(checkers::check_oracle({search({1, 2, 3})}, oracle)[0].verdict == Verdict::held);
  CHECK(anomalies(checkers::check_oracle({search({3, 1})}, oracle)) ==
        std::set<std::string>{"missing-result"});
  CHECK(anomalies(checkers::check_oracle({search({1, 3, 2}), search({1})}, oracle)) ==
        std::set<std::string>{"missing-result", "wrong-result"});
  CHECK(checkers::check_oracle({operation(0, "index", 1, true, {0, 1})}, oracle)[0].verdict ==
        Verdict::invalid);
}
