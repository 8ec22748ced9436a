#include "reports/checkers/transactions/axioms.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "tests/checkers/transactions/known_cases.hpp"

using namespace lightcone;
using namespace lightcone::reports;
using namespace lightcone::reports::checkers;

namespace {

constexpr std::uint64_t budget = 200'000'000;

struct Named {
  Level level;
  Ordered ordered;
};
const std::map<std::string, Named> levels = {
    {"RC", {Level::read_committed, Ordered::by_sessions}},
    {"RA", {Level::read_atomic, Ordered::by_sessions}},
    {"CC", {Level::causal, Ordered::by_sessions}},
    {"PC", {Level::prefix, Ordered::by_sessions}},
    {"SI", {Level::snapshot_isolation, Ordered::by_sessions}},
    {"SER", {Level::serializable, Ordered::by_sessions}},
    {"STRICT", {Level::serializable, Ordered::by_real_time}},
};

// Executes the transactions one after the other in the given order.
bool explains(const Transactions& transactions, const std::vector<std::uint32_t>& order) {
  std::vector<VersionId> state(transactions.keys.size(), initial_version);
  for (std::uint32_t t : order) {
    for (const MicroOperation& micro : transactions.of(t)) {
      if (writes(micro.kind)) {
        state[micro.key] = micro.version;
        continue;
      }
      // A value that no operation wrote may appear at any time.
      const bool unknown =
          micro.version < initial_version && transactions.versions[micro.version].writer == no_transaction;
      if (micro.answered && !unknown && micro.version != state[micro.key]) return false;
    }
  }
  return true;
}

bool in_time(const Transactions& transactions, const std::vector<std::uint32_t>& order) {
  for (std::size_t i = 0; i < order.size(); ++i)
    for (std::size_t j = i + 1; j < order.size(); ++j)
      if (transactions.list[order[j]].committed() &&
          transactions.list[order[j]].complete < transactions.list[order[i]].invoke)
        return false;
  return true;
}

void check_levels(const std::string& file, const std::string& field) {
  for (const auto& one : tests::known_cases(file)) {
    if (!one.fields.contains(field) || one.fields.at(field).is_null()) continue;
    const Transactions transactions = parse_transactions(one.history, TransactionKind::rw_register);
    REQUIRE(transactions.problem.empty());
    const Axioms axioms(transactions);
    for (const auto& [name, expected] : one.fields.at(field).items()) {
      // Of one tool: no transaction reads a key twice with different results.
      if (name == "RR") continue;
      INFO(one.id << " " << name);
      std::uint64_t steps = 0;
      const Named level = levels.at(name);
      const LevelVerdict verdict = axioms.decide(level.level, level.ordered, steps, {.steps = budget});
      CHECK(verdict.verdict == (expected.get<bool>() ? Verdict::held : Verdict::violated));
      if (level.level == Level::serializable && verdict.verdict == Verdict::held) {
        CHECK(explains(transactions, verdict.order));
        if (level.ordered == Ordered::by_real_time) CHECK(in_time(transactions, verdict.order));
      }
      if (verdict.verdict == Verdict::violated) {
        CHECK_FALSE(verdict.reason.empty());
        CHECK_FALSE(verdict.transactions.empty());
      }
    }
  }
}

}  // namespace

TEST_CASE("axioms: histories judged by brute force over sessions get their levels") {
  check_levels("isolation/sessions.jsonl", "expected");
}

TEST_CASE("axioms: histories judged by brute force in real time get their levels") {
  check_levels("isolation/realtime.jsonl", "expected");
}

TEST_CASE("axioms: cases of other isolation checkers get their levels") {
  check_levels("isolation/dbcop_awdit.jsonl", "expected");
  check_levels("isolation/dbcop_awdit.jsonl", "oracle");
}
