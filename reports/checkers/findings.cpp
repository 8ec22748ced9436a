#include "reports/checkers/findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "reports/checkers/witness.hpp"
#include "sim/ensure.hpp"

namespace lightcone::reports::checkers {

Findings::Findings(const std::vector<std::string_view>& anomalies) {
  for (const std::string_view anomaly : anomalies) found_.push_back({anomaly, 0, {}, {}});
}

void Findings::add(std::string_view anomaly, std::string summary, std::vector<std::size_t> operations) {
  const auto found =
      std::find_if(found_.begin(), found_.end(), [&](const Found& each) { return each.anomaly == anomaly; });
  sim::ensure(found != found_.end(), "a judge finds only the anomalies that it names");
  if (found->times++ > 0) return;
  found->summary = std::move(summary);
  std::sort(operations.begin(), operations.end());
  operations.erase(std::unique(operations.begin(), operations.end()), operations.end());
  found->operations = std::move(operations);
}

void Findings::not_judged(Verdict verdict, std::string why) {
  otherwise_ = verdict;
  examined_ = std::move(why);
}

namespace {

Judgement judgement_of(const Findings::Found& found) {
  Judgement judgement;
  if (found.times == 0) return judgement;
  judgement.verdict = Verdict::violated;
  judgement.anomaly = found.anomaly;
  judgement.summary = found.summary;
  judgement.operations = found.operations;
  judgement.reason.push_back({found.summary, found.operations});
  return judgement;
}

}  // namespace

Judgements judge_by(const std::function<Findings(const sim::History&)>& find, const sim::History& history) {
  const Findings findings = find(history);
  Judgements judgements;
  for (std::size_t i = 0; i < findings.found().size(); ++i) {
    const Findings::Found& found = findings.found()[i];
    if (found.times == 0) continue;
    const Findings again = find(part_of(history, found.operations));
    sim::ensure(again.found()[i].times > 0, "a witness shows by itself what it is a witness of");
    judgements.push_back(judgement_of(found));
    if (found.times > 1)
      judgements.back().reason.push_back(
          {fmt::format("{} more of this kind were found", found.times - 1), {}});
  }
  if (judgements.empty()) {
    judgements.emplace_back();
    judgements.back().verdict = findings.otherwise();
    judgements.back().summary = findings.summary();
  }
  for (Judgement& judgement : judgements) judgement.steps = history.size();
  return judgements;
}

}  // namespace lightcone::reports::checkers
