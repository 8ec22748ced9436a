#include "reports/judge.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/checkers/linearizability/linearizability.hpp"
#include "reports/checkers/money.hpp"
#include "reports/checkers/phases.hpp"
#include "reports/checkers/sessions/session_guarantees.hpp"
#include "reports/claimed_transactions.hpp"
#include "sim/ensure.hpp"

namespace lightcone::reports {

namespace {

using sim::judged_by::Availability;
using sim::judged_by::Linearizability;
using sim::judged_by::Money;
using sim::judged_by::Monitors;
using sim::judged_by::Recovery;
using sim::judged_by::Sessions;
using sim::judged_by::Transactions;

// Judges one claim of one run.
class Judge {
 public:
  Judge(const sim::RunRecord& run, const checkers::Budget& budget) : run_(run), budget_(budget) {}

  Judgement operator()(const Monitors&) const { return {}; }

  Judgement operator()(const Linearizability& linearizability) const {
    const auto object = checkers::object_named(linearizability.object);
    sim::ensure(object.has_value(), "a claim names an object that the judge knows");
    return checkers::check_linearizable(run_.history, *object, budget_);
  }

  Judgement operator()(const Transactions& transactions) const {
    return check_claimed_transactions(run_.history, transactions, budget_);
  }

  Judgement operator()(const Sessions& sessions) const {
    Judgement worst;
    for (const sim::judged_by::SessionGuarantee guarantee : sessions.guarantees) {
      const auto same = static_cast<checkers::SessionGuarantee>(guarantee);
      Judgement judgement = checkers::check_session_guarantee(run_.history, same, {}, budget_);
      if (judgement.verdict == Verdict::violated) return judgement;
      if (judgement.verdict != Verdict::held) worst = std::move(judgement);
    }
    return worst;
  }

  Judgement operator()(const Money& money) const {
    checkers::MoneyOptions options;
    options.initial = initial_balances(money.opening);
    return first_of(checkers::check_money(run_.history, options));
  }

  Judgement operator()(const Recovery& recovery) const {
    checkers::Progress progress;
    progress.healed_at = run_.phases.heal.count();
    progress.within = (recovery.within + 20 * run_.longest_round_trip).count();
    progress.ends_at = run_.phases.end.count();
    return first_of(checkers::check_progress(run_.history, progress));
  }

  Judgement operator()(const Availability& availability) const {
    const checkers::Availability bounds{run_.phases.faults_begin.count(), run_.phases.heal.count(),
                                        availability.within.count()};
    return first_of(checkers::check_availability(run_.history, bounds));
  }

 private:
  // Of the accounts that the first read shows; null if there was none.
  sim::Value initial_balances(std::int64_t opening) const {
    for (const sim::Operation& operation : run_.history) {
      const sim::ValueList* found = operation.result.as_list();
      if (operation.f != "read" || operation.outcome != sim::Outcome::ok || found == nullptr) continue;
      sim::ValueList balances;
      for (const sim::Value& each : *found) {
        const sim::ValueList* pair = each.as_list();
        if (pair != nullptr && !pair->empty()) balances.push_back(sim::ValueList{pair->front(), opening});
      }
      return balances;
    }
    return {};
  }

  static Judgement first_of(checkers::Judgements all) {
    return all.empty() ? Judgement{} : std::move(all.front());
  }

  const sim::RunRecord& run_;
  const checkers::Budget& budget_;
};

// The first of the claim's findings that nothing excuses, or else the first; null if there is none.
const sim::Finding* finding_on(const sim::Claim& claim, const std::vector<sim::Finding>& findings) {
  const sim::Finding* excused = nullptr;
  for (const sim::Finding& finding : findings) {
    if (finding.claim != claim.id) continue;
    if (finding.excuse.empty()) return &finding;
    if (excused == nullptr) excused = &finding;
  }
  return excused;
}

// A finding of a monitor is a violation whatever the history shows; the history may show it as well.
void add_finding(const sim::Finding& finding, ClaimReport& report) {
  report.finding = finding;
  if (report.judgement.verdict == Verdict::violated) return;
  report.judgement.verdict = finding.excuse.empty() ? Verdict::violated : Verdict::assumption_broken;
  report.judgement.anomaly = finding.anomaly;
  report.judgement.summary = finding.text;
}

ClaimReport judge_claim(const sim::Claim& claim, const sim::RunRecord& run, const checkers::Budget& budget) {
  ClaimReport report{claim, std::visit(Judge(run, budget), claim.judged_by), std::nullopt};
  if (const sim::Finding* finding = finding_on(claim, run.findings)) add_finding(*finding, report);
  Verdict& verdict = report.judgement.verdict;
  if (verdict == Verdict::violated && !claim.weakly_satisfies.empty()) verdict = Verdict::weak;
  const bool counts_on_clocks = claim.assumption == sim::Assumption::a2 && !run.wrong_clocks.empty();
  const bool is_broken = counts_on_clocks || !run.broken_assumptions.empty();
  if (verdict == Verdict::violated && is_broken && run.bugs.empty()) verdict = Verdict::assumption_broken;
  return report;
}

std::vector<std::string> why_invalid(const sim::RunRecord& run) {
  std::vector<std::string> why;
  for (const sim::FaultRecord& fault : run.missed_faults) {
    why.push_back(fmt::format("a fault did nothing: {} ({})", fault.description, fault.effect));
  }
  for (const std::string& mark : run.missing_marks) {
    why.push_back(fmt::format("the mark {} was never seen", mark));
  }
  const bool anything_done =
      std::any_of(run.history.begin(), run.history.end(),
                  [](const sim::Operation& operation) { return operation.outcome == sim::Outcome::ok; });
  if (!anything_done) why.emplace_back("no operation of the workload succeeded");
  return why;
}

// From harmless to bad.
int rank(Verdict verdict) {
  switch (verdict) {
    case Verdict::held:
      return 0;
    case Verdict::weak:
      return 1;
    case Verdict::assumption_broken:
      return 2;
    case Verdict::unknown:
      return 3;
    case Verdict::violated:
      return 4;
    case Verdict::invalid:
      return 5;
  }
  return 5;
}

bool is_expected(const ClaimReport& report, const sim::RunRecord& run) {
  const Verdict verdict = report.judgement.verdict;
  if (verdict == Verdict::held || verdict == Verdict::unknown || verdict == Verdict::invalid) return false;
  if (!run.expected_claim.empty() && report.claim.id != run.expected_claim) return false;
  if (run.expected_anomaly.empty()) return !run.expected_claim.empty();
  if (report.judgement.anomaly == run.expected_anomaly) return true;
  return report.finding && report.finding->anomaly == run.expected_anomaly;
}

Ending ending_of(const RunReport& report, const sim::RunRecord& run) {
  const bool expects_violation = !run.expected_anomaly.empty() || !run.expected_claim.empty();
  const auto any = [&](auto&& predicate) {
    return std::any_of(report.claims.begin(), report.claims.end(), predicate);
  };
  if (expects_violation && any([&](const ClaimReport& claim) { return is_expected(claim, run); })) {
    return Ending::as_expected;
  }
  if (any([](const ClaimReport& claim) { return claim.judgement.verdict == Verdict::violated; }))
    return Ending::violated;
  if (!report.invalid_because.empty()) return Ending::invalid;
  if (any([](const ClaimReport& claim) { return claim.judgement.verdict == Verdict::unknown; }))
    return Ending::unknown;
  if (expects_violation) return Ending::not_as_expected;
  const bool untested =
      any([](const ClaimReport& claim) { return claim.judgement.verdict == Verdict::invalid; });
  return untested ? Ending::invalid : Ending::as_expected;
}

}  // namespace

const ClaimReport* RunReport::violation(const sim::RunRecord& run) const {
  const ClaimReport* first = nullptr;
  for (const ClaimReport& claim : claims) {
    if (is_expected(claim, run)) return &claim;
    const Verdict found = claim.judgement.verdict;
    if (found == Verdict::held || found == Verdict::unknown || found == Verdict::invalid) continue;
    if (first == nullptr || rank(found) > rank(first->judgement.verdict)) first = &claim;
  }
  return first;
}

sim::Duration moment_of(const sim::RunRecord& run, const ClaimReport& claim) {
  if (claim.finding) return claim.finding->at.time_since_epoch();
  sim::Duration moment{};
  for (const std::size_t position : claim.judgement.operations) {
    const sim::Operation& operation = run.history.at(position);
    if (operation.outcome == sim::Outcome::ok) moment = std::max(moment, sim::Duration(operation.complete));
  }
  return moment == sim::Duration::zero() ? run.phases.end : moment;
}

std::vector<std::size_t> certificate_of(const sim::RunRecord& run, const ClaimReport& claim,
                                        const checkers::Budget& budget) {
  const auto* linearizability = std::get_if<Linearizability>(&claim.claim.judged_by);
  if (linearizability == nullptr || claim.judgement.verdict != Verdict::held) return {};
  const auto object = checkers::object_named(linearizability->object);
  sim::ensure(object.has_value(), "a claim names an object that the judge knows");
  return checkers::linearize(run.history, *object, budget).certificate;
}

RunReport judge(const sim::RunRecord& run, const checkers::Budget& budget) {
  RunReport report;
  for (const sim::Claim& claim : run.claims) report.claims.push_back(judge_claim(claim, run, budget));
  report.invalid_because = why_invalid(run);
  for (const ClaimReport& claim : report.claims) {
    if (rank(claim.judgement.verdict) > rank(report.verdict)) report.verdict = claim.judgement.verdict;
  }
  if (!report.invalid_because.empty() && report.verdict != Verdict::violated)
    report.verdict = Verdict::invalid;
  report.ending = ending_of(report, run);
  return report;
}

}  // namespace lightcone::reports
