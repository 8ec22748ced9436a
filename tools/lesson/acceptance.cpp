#include "tools/lesson/acceptance.hpp"

#include <algorithm>
#include <variant>

#include "reports/checkers/linearizability/linearizability.hpp"
#include "reports/judge.hpp"
#include "scenarios/run.hpp"
#include "tools/lesson/observed.hpp"

namespace lightcone::tools {

namespace {

using scenarios::Observation;

// A history is looked at whenever so many hundredths of the run are over: each time costs as much as judging
// it.
constexpr int hundredths = 20;
// A violation that takes more steps to see is seen at the end.
constexpr reports::checkers::Budget glance = {.steps = 200'000};

}  // namespace

Acceptance::Acceptance(const scenarios::Loaded& loaded, const std::vector<Observation>& accept)
    : loaded_(loaded), accept_(accept) {
  for (sim::Claim& claim : scenarios::claims_to_judge(loaded))
    if (must_hold(claim.id)) must_hold_.push_back(std::move(claim));
}

bool Acceptance::must_hold(std::string_view claim) const {
  return std::any_of(accept_.begin(), accept_.end(), [&](const Observation& what) {
    return what.all_held.value_or(false) || (what.claim == claim && what.verdict == "held");
  });
}

bool Acceptance::is_needed(std::string_view claim) const {
  return std::any_of(accept_.begin(), accept_.end(), [&](const Observation& what) {
    return what.all_held || what.anomaly || what.claim == claim;
  });
}

// What a monitor has found stays found, whatever comes.
bool Acceptance::is_refuted(const sim::Simulation& simulation) const {
  const std::vector<sim::Finding>& findings = simulation.findings();
  return std::any_of(findings.begin(), findings.end(), [&](const sim::Finding& finding) {
    return std::any_of(must_hold_.begin(), must_hold_.end(),
                       [&](const sim::Claim& claim) { return claim.id == finding.claim; });
  });
}

// What is not linearizable does not become so by what comes later (Herlihy and Wing 1990: a safety property).
bool Acceptance::is_refuted(const sim::History& so_far) const {
  return std::any_of(must_hold_.begin(), must_hold_.end(), [&](const sim::Claim& claim) {
    const auto* linearizability = std::get_if<sim::judged_by::Linearizability>(&claim.judged_by);
    if (linearizability == nullptr) return false;
    const auto object = reports::checkers::object_named(linearizability->object);
    return object && reports::checkers::check_linearizable(so_far, *object, glance).verdict ==
                         reports::Verdict::violated;
  });
}

std::optional<bool> Acceptance::run(std::uint64_t seed, const std::function<bool()>& goes_on) const {
  sim::Simulation* simulation = nullptr;
  int slices = 0;
  bool refuted = false;
  scenarios::RunOptions options;
  options.seed = seed;
  options.attach = [&](sim::Simulation& running) {
    simulation = &running;
    return nullptr;
  };
  options.progress = [&](const scenarios::Progress&) {
    refuted = is_refuted(*simulation) ||
              (++slices % hundredths == 0 && is_refuted(simulation->history().history()));
    return !refuted && goes_on();
  };
  auto record = scenarios::run(loaded_, options);
  if (refuted) return false;
  if (!record) return std::nullopt;
  std::erase_if(record->claims, [&](const sim::Claim& claim) { return !is_needed(claim.id); });
  return observed(accept_, *record, reports::judge(*record));
}

}  // namespace lightcone::tools
