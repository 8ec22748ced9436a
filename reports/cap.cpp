#include "reports/cap.hpp"

#include <algorithm>
#include <set>
#include <variant>

#include "reports/checkers/check_history.hpp"
#include "reports/judge.hpp"

namespace lightcone::reports {

namespace {

using sim::Duration;
using sim::Operation;

constexpr std::uint64_t available_from = 900;  // per mille

bool is_read(const Operation& operation) { return operation.f == "get" || operation.f == "read"; }

// `tenths` of the values are as great as that, or less.
Duration quantile(std::vector<std::int64_t>& values, std::size_t tenths) {
  if (values.empty()) return {};
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(values.size() * tenths / 10);
  std::nth_element(values.begin(), at, values.end());
  return Duration(*at);
}

constexpr std::size_t median = 5;

// Of these processes, or of all if none is named. What begins shortly before the end has no time to be
// answered, and is left out.
Answers answers_within(const sim::History& history, Duration from, Duration until,
                       const std::vector<std::int64_t>* processes) {
  const std::int64_t first = from.count();
  const std::int64_t last = until.count() - (until - from).count() / 10;
  Answers answers;
  std::vector<std::int64_t> reads;
  std::vector<std::int64_t> writes;
  for (const Operation& operation : history) {
    if (operation.invoke < first || operation.invoke >= last) continue;
    if (processes != nullptr &&
        std::find(processes->begin(), processes->end(), operation.process) == processes->end())
      continue;
    ++answers.asked;
    if (operation.outcome != sim::Outcome::ok || operation.complete > until.count()) continue;
    ++answers.answered;
    (is_read(operation) ? reads : writes).push_back(operation.complete - operation.invoke);
  }
  answers.read = quantile(reads, median);
  answers.write = quantile(writes, median);
  reads.insert(reads.end(), writes.begin(), writes.end());
  answers.either = quantile(reads, median);
  answers.nine_of_ten = quantile(reads, 9);
  return answers;
}

checkers::Checked check(const sim::History& history, std::string model, std::vector<std::string> consistency,
                        const checkers::Budget& budget) {
  checkers::Claims claims;
  claims.model = std::move(model);
  claims.consistency = std::move(consistency);
  claims.budget = budget;
  return checkers::check_history(history, claims);
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

// Of registers the strongest session model; of other objects nothing between.
std::string strongest_below(const sim::History& history, const std::string& object,
                            const checkers::Budget& budget) {
  if (object != "kv") return "not linearizable";
  const checkers::Checked sessions = check(history, "kv-register", {}, budget);
  const auto holds = [&](std::string_view name) {
    return std::find(sessions.holds.begin(), sessions.holds.end(), name) != sessions.holds.end();
  };
  if (!sessions.problem.empty()) return "not linearizable";
  if (holds("CAUSAL")) return "causal";
  if (holds("PRAM")) return "PRAM";
  return sessions.holds.empty() ? "no session guarantee" : joined(sessions.holds);
}

// As it was judged where the model makes the claim, however weakly.
Verdict linearizability_of(const sim::RunRecord& run, const RunReport& report, const std::string& object,
                           const checkers::Budget& budget) {
  const auto claim = std::find_if(report.claims.begin(), report.claims.end(), [](const ClaimReport& each) {
    return std::holds_alternative<sim::judged_by::Linearizability>(each.claim.judged_by);
  });
  if (claim != report.claims.end()) return claim->judgement.verdict;
  const checkers::Checked checked = check(run.history, object, {"linearizable"}, budget);
  return checked.problem.empty() ? checked.verdict : Verdict::unknown;
}

void find_consistency(const sim::RunRecord& run, const RunReport& report, const checkers::Budget& budget,
                      CapRow& row) {
  const std::string object = checkers::guess_model(run.history);
  const Verdict linearizable = linearizability_of(run, report, object, budget);
  row.is_decided = linearizable != Verdict::unknown && linearizable != Verdict::invalid;
  row.is_linearizable = linearizable == Verdict::held;
  if (!row.is_decided) {
    row.consistency = "undecided";
  } else {
    row.consistency = row.is_linearizable ? "linearizable" : strongest_below(run.history, object, budget);
  }
}

}  // namespace

bool CapRow::is_available() const {
  return !settled.empty() && std::all_of(settled.begin(), settled.end(), [](const Answers& side) {
    return side.per_mille() >= available_from;
  });
}

bool CapRow::is_fast() const { return healthy.answered > 0 && healthy.nine_of_ten < longest_round_trip / 4; }

std::string CapRow::pacelc() const {
  const std::string p = is_available() ? "PA" : is_linearizable ? "PC" : "P-";
  const std::string e = is_fast() ? "EL" : is_linearizable ? "EC" : "E-";
  return p + "/" + e;
}

CapRow measure_cap(const sim::RunRecord& run, const Partition& partition, const checkers::Budget& budget) {
  CapRow row;
  row.longest_round_trip = run.longest_round_trip;
  const Duration began = partition.began.time_since_epoch();
  const Duration ended = partition.ended.time_since_epoch();
  row.healthy = answers_within(run.history, std::min(run.phases.faults_begin, began), began, nullptr);
  for (const auto& side : partition.sides) {
    row.sides.push_back(answers_within(run.history, began, ended, &side));
    row.settled.push_back(answers_within(run.history, began + (ended - began) / 2, ended, &side));
  }
  const RunReport report = judge(run, budget);
  find_consistency(run, report, budget, row);
  std::set<std::string> anomalies;
  for (const ClaimReport& claim : report.claims) {
    if (claim.judgement.verdict != Verdict::violated && claim.judgement.verdict != Verdict::weak) continue;
    anomalies.insert(claim.finding ? claim.finding->anomaly : claim.judgement.anomaly);
  }
  for (const sim::Finding& finding : run.findings) {
    if (finding.excuse.empty()) anomalies.insert(finding.anomaly);
  }
  row.anomalies.assign(anomalies.begin(), anomalies.end());
  return row;
}

}  // namespace lightcone::reports
