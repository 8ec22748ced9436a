// What a model claims of its transactions, and what clocks have to do with it.
#include "reports/claimed_transactions.hpp"

#include <catch2/catch.hpp>

#include "reports/judge.hpp"

namespace lightcone::tests {

namespace {

using reports::Verdict;
using sim::Value;
using sim::ValueList;
using sim::judged_by::Transactions;

sim::Operation transaction(std::int64_t process, std::string f, ValueList micro, std::int64_t invoke,
                           std::int64_t complete) {
  sim::Operation operation;
  operation.process = process;
  operation.f = std::move(f);
  operation.value = operation.result = std::move(micro);
  operation.outcome = sim::Outcome::ok;
  operation.invoke = invoke;
  operation.complete = complete;
  return operation;
}
Value read(const char* key, ValueList list) { return ValueList{"r", key, std::move(list)}; }
Value append(const char* key, int element) { return ValueList{"append", key, element}; }

// Something else, two writes one after the other, and a read after both that misses the first.
sim::History missed() {
  sim::Operation other;
  other.f = "transfer";
  other.outcome = sim::Outcome::ok;
  other.complete = 5;
  return {other, transaction(1, "txn", {append("x", 1)}, 10, 20),
          transaction(2, "txn", {append("y", 2)}, 30, 40),
          transaction(3, "read", {read("x", {}), read("y", {2})}, 50, 60)};
}

}  // namespace

TEST_CASE("claimed transactions: other operations are left out, and places are those of the history") {
  const auto judgement =
      reports::check_claimed_transactions(missed(), Transactions{"strong-serializable", {"txn", "read"}}, {});
  CHECK(judgement.verdict == Verdict::violated);
  CHECK(judgement.anomaly == "realtime-violation");
  CHECK(judgement.operations == std::vector<std::size_t>{1, 2, 3});
  for (const reports::Step& step : judgement.reason) {
    for (const std::size_t operation : step.operations) CHECK(operation >= 1);
  }
}

TEST_CASE("claimed transactions: the order of real time matters where it is claimed") {
  const Transactions serializable{"serializable", {"txn", "read"}};
  CHECK(reports::check_claimed_transactions(missed(), serializable, {}).verdict == Verdict::held);
  const Transactions writes_only{"strong-serializable", {"txn"}};
  CHECK(reports::check_claimed_transactions(missed(), writes_only, {}).verdict == Verdict::held);
}

TEST_CASE("claimed transactions: anomalies have the names of the catalogue") {
  const sim::History skewed = {transaction(1, "txn", {append("x", 1), append("y", 1)}, 10, 20),
                               transaction(2, "txn", {read("x", {1}), read("y", {})}, 10, 20)};
  CHECK(reports::check_claimed_transactions(skewed, {"serializable", {"txn"}}, {}).anomaly == "read-skew");
  const sim::History twice = {transaction(1, "txn", {append("x", 1)}, 10, 20),
                              transaction(2, "txn", {read("x", {1, 1})}, 30, 40)};
  CHECK(reports::check_claimed_transactions(twice, {"serializable", {"txn"}}, {}).anomaly ==
        "duplicate-effect");
}

TEST_CASE("judge: where clocks were wrong, a claim that counts on them is not violated, and any other is") {
  const Transactions strict{"strong-serializable", {"txn", "read"}};
  for (const bool wrong : {true, false}) {
    sim::RunRecord run;
    run.history = missed();
    run.claims = {sim::Claim{"on-clocks", "", sim::Assumption::a2, strict},
                  sim::Claim{"on-nothing", "", sim::Assumption::a0, strict}};
    if (wrong) run.wrong_clocks = {"the clock of n1 is off by 1 s, and epsilon is 5 ms"};
    const reports::RunReport report = reports::judge(run);
    REQUIRE(report.claims.size() == 2);
    CHECK(report.claims[0].judgement.verdict == (wrong ? Verdict::assumption_broken : Verdict::violated));
    CHECK(report.claims[1].judgement.verdict == Verdict::violated);
  }
}

}  // namespace lightcone::tests
