#include "tools/hunt/trial.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "scenarios/freeze.hpp"
#include "scenarios/run.hpp"
#include "tools/hunt/features.hpp"

namespace lightcone::tools::hunt {

namespace {

std::string shape_of(const reports::Judgement& judgement, const sim::History& history) {
  std::set<std::string> kinds;
  for (const std::size_t operation : judgement.operations) kinds.insert(history[operation].f);
  std::string shape;
  for (const std::string& kind : kinds) shape += (shape.empty() ? "" : "+") + kind;
  return shape;
}

}  // namespace

std::string Signature::text() const {
  std::string text = claim + " " + anomaly;
  if (!shape.empty()) text += " (" + shape + ")";
  return text;
}

std::optional<Trial> try_once(const scenarios::Loaded& loaded, std::uint64_t seed,
                              const std::function<bool()>& go_on) {
  std::vector<faults::FaultSpec> faults;
  scenarios::RunOptions options;
  options.seed = seed;
  options.planned = [&](const std::vector<faults::FaultSpec>& all) { faults = all; };
  options.progress = [&](const scenarios::Progress&) { return go_on(); };
  const auto record = scenarios::run(loaded, options);
  if (!record) return std::nullopt;
  const reports::RunReport report = reports::judge(*record);

  Trial trial;
  trial.seed = seed;
  trial.fingerprint = record->fingerprint;
  trial.events = record->events;
  trial.simulated = record->phases.end;
  for (const sim::FaultRecord& fault : record->faults) trial.faults_in_effect += fault.affected > 0 ? 1 : 0;
  trial.claims_judged = report.claims.size();
  trial.is_invalid = report.verdict == reports::Verdict::invalid;
  trial.features = features_of(*record);
  const Size size{trial.faults_in_effect, record->script.size(), record->events};
  for (const reports::ClaimReport& claim : report.claims) {
    if (claim.judgement.verdict == reports::Verdict::unknown) ++trial.undecided;
    if (claim.judgement.verdict != reports::Verdict::violated) continue;
    Failure failure;
    failure.signature = {claim.claim.id, claim.judgement.anomaly, shape_of(claim.judgement, record->history)};
    failure.size = size;
    failure.seed = seed;
    failure.summary = claim.summary();
    failure.frozen = scenarios::freeze(loaded, *record, faults);
    scenarios::expect_failure(failure.frozen, failure.signature.claim, failure.signature.anomaly,
                              failure.summary);
    trial.failures.push_back(std::move(failure));
  }
  trial.faults = std::move(faults);
  return trial;
}

}  // namespace lightcone::tools::hunt
