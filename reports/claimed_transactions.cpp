#include "reports/claimed_transactions.hpp"

#include <algorithm>
#include <string_view>

#include "reports/checkers/transactions/check_transactions.hpp"
#include "sim/ensure.hpp"

namespace lightcone::reports {

namespace {

struct Name {
  std::string_view anomaly;  // Adya's and Elle's
  std::string_view called;   // here
};
constexpr Name names[] = {
    {"G0", "write-cycle"},
    {"G1a", "dirty-read"},
    {"G1b", "intermediate-read"},
    {"G1c", "circular-flow"},
    {"G-single", "read-skew"},
    {"G-single-item", "read-skew"},
    {"G-nonadjacent", "long-fork"},
    {"G-nonadjacent-item", "long-fork"},
    {"G2", "write-skew"},
    {"G2-item", "write-skew"},
    {"duplicate-elements", "duplicate-effect"},
};

std::string name_of(const std::string& anomaly) {
  if (anomaly.ends_with("-realtime")) return "realtime-violation";
  for (const Name& name : names) {
    if (name.anomaly == anomaly) return std::string(name.called);
  }
  return anomaly;
}

}  // namespace

Judgement check_claimed_transactions(const sim::History& history, const sim::judged_by::Transactions& claim,
                                     const checkers::Budget& budget) {
  const auto model = checkers::parse_model(claim.model);
  sim::ensure(model.has_value(), "a claim names a model that the judge knows");
  sim::History transactions;
  std::vector<std::size_t> place;  // in the history, of each
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (std::find(claim.kinds.begin(), claim.kinds.end(), history[i].f) == claim.kinds.end()) continue;
    transactions.push_back(history[i]);
    place.push_back(i);
  }
  checkers::TransactionOptions options;
  options.claimed = {*model};
  options.axiom_budget = budget;
  Judgement judgement = judge(checkers::check_transactions(transactions, options), options);
  judgement.anomaly = name_of(judgement.anomaly);
  for (std::size_t& operation : judgement.operations) operation = place[operation];
  for (Step& step : judgement.reason) {
    for (std::size_t& operation : step.operations) operation = place[operation];
  }
  return judgement;
}

}  // namespace lightcone::reports
