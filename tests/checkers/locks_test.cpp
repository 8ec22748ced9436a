#include "reports/checkers/locks.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

#include "reports/histories/json_lines.hpp"
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

using Names = std::set<std::string>;

TEST_CASE("locks: overlapping beliefs are found, adjacent ones are not") {
  History history{operation(0, "acquire", nullptr, 1, {0, 2}), operation(1, "acquire", nullptr, 2, {1, 8}),
                  operation(0, "release", nullptr, true, {8, 9}),
                  operation(1, "release", nullptr, true, {10, 11})};
  CHECK(checkers::check_lock(history)[0].verdict == Verdict::held);
  history[1].complete = 7;
  CHECK(lightcone::tests::witness(checkers::check_lock(history), "mutex-violation") ==
        std::vector<std::size_t>{0, 1, 2});
  checkers::LockOptions lease;
  lease.lease = 7;  // from 0: over when the other begins to believe
  CHECK(checkers::check_lock(history, lease)[0].verdict == Verdict::held);
  lease.lease = 8;
  CHECK(anomalies(checkers::check_lock(history, lease)) == Names{"mutex-violation"});
}

TEST_CASE("locks: a client that never releases is believed until it is last seen") {
  History history{operation(0, "acquire", nullptr, 1, {0, 2}), operation(1, "acquire", nullptr, 2, {3, 4}),
                  operation(1, "release", nullptr, true, {6, 7})};
  CHECK(checkers::check_lock(history)[0].verdict == Verdict::held);
  history.insert(history.begin() + 2, operation(0, "write", ValueList{1, "x"}, true, {5, 6}));
  CHECK(anomalies(checkers::check_lock(history)) == Names{"mutex-violation"});
}

TEST_CASE("locks: tokens repeat, decline and guard") {
  const auto acquire = [](int process, std::int64_t token, std::int64_t at) {
    return operation(process, "acquire", nullptr, token, {at, at + 1});
  };
  CHECK(anomalies(checkers::check_lock({acquire(0, 1, 0), acquire(1, 1, 4)})) == Names{"split-brain"});
  CHECK(anomalies(checkers::check_lock({acquire(0, 2, 0), acquire(1, 1, 4)})) == Names{"nonmonotonic"});
  CHECK(anomalies(checkers::check_lock({acquire(0, 2, 0), acquire(1, 1, 1)})).empty());
  History effects{acquire(0, 1, 0), acquire(1, 2, 4), operation(1, "write", ValueList{2, "b"}, true, {6, 7}),
                  operation(2, "write", ValueList{1, "a"}, true, {8, 9})};
  CHECK(anomalies(checkers::check_lock(effects)) == Names{"invariant(fencing)"});
  effects[3].outcome = Outcome::fail;
  CHECK(checkers::check_lock(effects)[0].verdict == Verdict::held);
  CHECK(checkers::check_lock({operation(0, "read", nullptr, 1, {0, 1})})[0].verdict == Verdict::invalid);
}

TEST_CASE("locks: honest locks hold, and a release that comes too late is caught") {
  Dice dice(4);
  for (int round = 0; round < 2000; ++round) {
    History history;
    std::int64_t now = 10;
    for (int i = 0; i < 12; ++i) {
      const std::int64_t granted = now + 1 + dice(5);
      const std::int64_t told = granted + dice(5);
      const std::int64_t releasing = told + 1 + dice(5);
      const std::int64_t released = releasing + dice(3);
      history.push_back(operation(i, "acquire", nullptr, i + 1, {granted - dice(4), told}));
      history.push_back(operation(i, "release", nullptr, true, {releasing, released + dice(4)}));
      now = released;
    }
    History late = history;
    lightcone::tests::sort_by_invocation(history);
    REQUIRE(checkers::check_lock(history)[0].verdict == Verdict::held);
    const auto which = 2 * static_cast<std::size_t>(dice(11));
    Operation& release = late[which + 1];
    const std::int64_t next = late[which + 2].complete;
    release.invoke = next + 1 + dice(3);
    release.complete = release.invoke + 1;
    lightcone::tests::sort_by_invocation(late);
    REQUIRE(anomalies(checkers::check_lock(late)).count("mutex-violation") == 1);
  }
}
