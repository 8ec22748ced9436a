#include "reports/checkers/sequential/sequential.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "reports/checkers/linearizability/linearizability.hpp"
#include "reports/histories/json_lines.hpp"
#include "tests/checkers/operations.hpp"
#include "tests/checkers/shared_histories.hpp"

namespace checkers = lightcone::reports::checkers;
namespace histories = lightcone::reports::histories;
using checkers::Object;
using lightcone::reports::Judgement;
using lightcone::reports::Verdict;
using lightcone::sim::History;
using lightcone::sim::Operation;
using lightcone::sim::Outcome;
using lightcone::sim::Value;
using lightcone::tests::Dice;
using lightcone::tests::operation;

namespace {

constexpr lightcone::tests::Times no_times{Operation::unordered, Operation::unordered};

// Plays operations on registers in the given order.
bool explains(const History& history, const std::vector<std::size_t>& order) {
  std::map<Value, Value> registers;
  for (const std::size_t i : order) {
    const Operation& op = history[i];
    if (op.f == "write") {
      registers[op.key] = op.value;
    } else if (op.outcome == Outcome::ok && op.result != registers[op.key]) {
      return false;
    }
  }
  return true;
}

bool keeps_processes(const History& history, const std::vector<std::size_t>& order) {
  std::map<std::int64_t, std::size_t> last;
  for (const std::size_t i : order) {
    const auto [at, fresh] = last.try_emplace(history[i].process, i);
    if (!fresh && at->second > i && history[i].outcome == Outcome::ok) return false;
    if (history[i].outcome == Outcome::ok) at->second = i;
  }
  return true;
}

// Every order of every choice of the optional operations.
bool by_force(const History& history) {
  std::vector<std::size_t> must;
  std::vector<std::size_t> may;
  for (std::size_t i = 0; i < history.size(); ++i)
    (history[i].outcome == Outcome::ok ? must : may).push_back(i);
  for (unsigned chosen = 0; chosen < (1U << may.size()); ++chosen) {
    std::vector<std::size_t> order = must;
    for (std::size_t m = 0; m < may.size(); ++m) {
      if ((chosen >> m & 1U) != 0) order.push_back(may[m]);
    }
    std::sort(order.begin(), order.end());
    do {
      bool in_session = true;  // an optional operation comes after what its process did before it
      for (std::size_t a = 0; a < order.size(); ++a) {
        for (std::size_t b = a + 1; b < order.size(); ++b) {
          const bool same = history[order[a]].process == history[order[b]].process;
          if (same && order[a] > order[b] && history[order[b]].outcome == Outcome::ok) in_session = false;
        }
      }
      if (in_session && explains(history, order)) return true;
    } while (std::next_permutation(order.begin(), order.end()));
  }
  return false;
}

History random_history(Dice& dice, int operations) {
  History history;
  for (int i = 0; i < operations; ++i) {
    const bool write = dice(2) == 0;
    const int value = dice(3);
    history.push_back(operation(dice(3), write ? "write" : "read", write ? Value(value) : Value(),
                                write        ? Value(true)
                                : value == 0 ? Value()
                                             : Value(value),
                                no_times, write && dice(6) == 0 ? Outcome::info : Outcome::ok));
    history.back().key = dice(2);
  }
  return history;
}

}  // namespace

TEST_CASE("sequential: small random histories are judged as every order judges them") {
  Dice dice(12);
  int held = 0;
  int violated = 0;
  for (int round = 0; round < 3000; ++round) {
    const History history = random_history(dice, 2 + dice(5));
    const Judgement judgement = checkers::check_sequential(history, Object{});
    INFO(histories::to_json_lines(history) << judgement.summary);
    REQUIRE((judgement.verdict == Verdict::held) == by_force(history));
    if (judgement.verdict == Verdict::held) {
      ++held;
      REQUIRE(explains(history, judgement.certificate));
      REQUIRE(keeps_processes(history, judgement.certificate));
    } else {
      ++violated;
      REQUIRE(judgement.verdict == Verdict::violated);
      History relaxed = history;
      for (std::size_t i = 0; i < relaxed.size(); ++i) {
        if (!std::binary_search(judgement.operations.begin(), judgement.operations.end(), i))
          relaxed[i].outcome = Outcome::info;
      }
      REQUIRE_FALSE(by_force(relaxed));
    }
  }
  CHECK(held > 300);
  CHECK(violated > 300);
}

TEST_CASE("sequential: what is not linearizable can be sequential, and the other way never") {
  const History stale{operation(0, "write", 1, true, {0, 1}), operation(1, "read", nullptr, nullptr, {2, 3})};
  CHECK(checkers::check_sequential(stale, Object{}).verdict == Verdict::held);
  const auto folder = lightcone::tests::shared_histories();
  if (!folder) return;
  int judged = 0;
  for (const char* file : {"linearizability/small.jsonl", "linearizability/queue_stack.jsonl"}) {
    for (const auto& each : histories::read_json_cases(lightcone::tests::file_text(*folder / file)).cases) {
      const std::string* linearizable = each.field("linearizable");
      if (linearizable == nullptr || *linearizable != "true" || each.history.size() > 14) continue;
      Value initial;
      if (each.field("initial") != nullptr && *each.field("initial") == "0") initial = 0;
      const auto object = checkers::object_named(each.model, initial);
      if (!object || each.model == "multi-register") continue;
      INFO(each.id);
      CHECK(checkers::check_sequential(each.history, *object).verdict == Verdict::held);
      ++judged;
    }
  }
  CHECK(judged > 100);
}

TEST_CASE("sequential: a spent budget is told, and so is a history of something else") {
  Dice dice(1);
  History history = random_history(dice, 30);
  checkers::Budget little;
  little.steps = 3;
  CHECK(checkers::check_sequential(history, Object{}, little).verdict == Verdict::unknown);
  history[0].f = "enqueue";
  CHECK(checkers::check_sequential(history, Object{}).verdict == Verdict::unknown);
}
