#include "tools/lesson/observed.hpp"

#include <algorithm>
#include <string_view>

#include "reports/checkers/check_history.hpp"
#include "reports/text/operations.hpp"

namespace lightcone::tools {

namespace {

using reports::ClaimReport;
using reports::Verdict;
using scenarios::Observation;

class Watch {
 public:
  Watch(const sim::RunRecord& run, const reports::RunReport& report) : run_(run), report_(report) {}

  bool sees(const Observation& what) const {
    if (what.all_held && *what.all_held != all_held()) return false;
    if (what.claim && !has_verdict(*what.claim, *what.verdict)) return false;
    if (what.anomaly && !shows(*what.anomaly)) return false;
    if (!is_consistent(what)) return false;
    return !what.counts() || is_within(what, count(what));
  }

 private:
  bool all_held() const {
    return std::all_of(report_.claims.begin(), report_.claims.end(),
                       [](const ClaimReport& claim) { return claim.judgement.verdict == Verdict::held; });
  }

  bool has_verdict(const std::string& id, const std::string& verdict) const {
    return std::any_of(report_.claims.begin(), report_.claims.end(), [&](const ClaimReport& claim) {
      return claim.claim.id == id && to_string(claim.judgement.verdict) == verdict;
    });
  }

  bool shows(const std::string& anomaly) const {
    return std::any_of(report_.claims.begin(), report_.claims.end(), [&](const ClaimReport& claim) {
      const Verdict verdict = claim.judgement.verdict;
      if (verdict != Verdict::violated && verdict != Verdict::weak) return false;
      return claim.judgement.anomaly == anomaly || (claim.finding && claim.finding->anomaly == anomaly);
    });
  }

  bool is_consistent(const Observation& what) const {
    if (what.consistent.empty() && what.inconsistent.empty()) return true;
    reports::checkers::Claims claims;
    claims.consistency = what.consistent;
    claims.consistency.insert(claims.consistency.end(), what.inconsistent.begin(), what.inconsistent.end());
    claims.model = "kv";
    const reports::checkers::Checked checked = reports::checkers::check_history(run_.history, claims);
    const auto among = [](const std::vector<std::string>& names) {
      return [&names](const std::string& name) {
        return std::find(names.begin(), names.end(), name) != names.end();
      };
    };
    return checked.problem.empty() &&
           std::all_of(what.consistent.begin(), what.consistent.end(), among(checked.holds)) &&
           std::all_of(what.inconsistent.begin(), what.inconsistent.end(), among(checked.ruled_out));
  }

  std::int64_t count(const Observation& what) const {
    if (what.mark) {
      return std::count_if(run_.landmarks.begin(), run_.landmarks.end(), [&](const sim::Landmark& landmark) {
        return landmark.what == sim::Happening::mark && landmark.name == *what.mark;
      });
    }
    return std::count_if(run_.history.begin(), run_.history.end(), [&](const sim::Operation& operation) {
      const auto client = static_cast<std::size_t>(operation.process);
      if (what.client && (client >= run_.node_names.size() || run_.node_names[client] != *what.client))
        return false;
      if (what.operation && operation.f != *what.operation) return false;
      if (what.outcome && reports::text::in_words(operation.outcome) != *what.outcome) return false;
      return !what.answer ||
             (operation.outcome == sim::Outcome::ok && operation.result.to_json() == *what.answer);
    });
  }

  static bool is_within(const Observation& what, std::int64_t count) {
    if (!what.at_least && !what.at_most) return count >= 1;
    return count >= what.at_least.value_or(0) && count <= what.at_most.value_or(INT64_MAX);
  }

  const sim::RunRecord& run_;
  const reports::RunReport& report_;
};

}  // namespace

bool observed(const std::vector<Observation>& observations, const sim::RunRecord& run,
              const reports::RunReport& report) {
  const Watch watch(run, report);
  return std::all_of(observations.begin(), observations.end(),
                     [&](const Observation& what) { return watch.sees(what); });
}

std::vector<std::size_t> came_true(const scenarios::Lesson& lesson, const sim::RunRecord& run,
                                   const reports::RunReport& report) {
  std::vector<std::size_t> choices;
  for (std::size_t i = 0; i < lesson.choices.size(); ++i) {
    if (observed(lesson.choices[i].when, run, report)) choices.push_back(i);
  }
  return choices;
}

}  // namespace lightcone::tools
