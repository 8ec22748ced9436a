// Judges a finished run: each claim by the judge that it names, and the run as a whole against what its
// scenario expects.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/checkers/budget.hpp"
#include "reports/judgement.hpp"
#include "sim/run_record.hpp"

namespace lightcone::reports {

struct ClaimReport {
  sim::Claim claim;
  Judgement judgement;
  // What the monitors saw first of this claim, if they did.
  std::optional<sim::Finding> finding;

  // What went wrong, in a sentence: the monitor's, if it saw it, for it was there.
  const std::string& summary() const { return finding ? finding->text : judgement.summary; }
};

// When a violation was complete: the monitor saw it, or the last answer among the operations that prove it.
// The end of the run if neither says when.
sim::Duration moment_of(const sim::RunRecord& run, const ClaimReport& claim);

enum class Ending : std::uint8_t {
  as_expected,      // exit code 0
  violated,         // 1: a claim was violated, and the scenario did not expect that
  unknown,          // 2: a judge could not decide
  not_as_expected,  // 3: the expected anomaly did not occur
  invalid,          // 4: faults, marks or the workload did nothing
};

struct RunReport {
  std::vector<ClaimReport> claims;  // in the order in which the model declares them
  Verdict verdict = Verdict::held;  // the worst of all claims; invalid before all others
  std::vector<std::string> invalid_because;
  Ending ending = Ending::as_expected;

  int exit_code() const { return static_cast<int>(ending); }
  // The first violated claim that shows the expected anomaly, or the first of the worst; null if none is
  // contradicted (held, unknown, not tested).
  const ClaimReport* violation(const sim::RunRecord& run) const;
};

// For a claim of linearizability that held: positions in the history, in an order that explains every answer;
// key by key, so that the order is one of each key. Empty for other claims. It is looked for again, since
// judging needs none.
std::vector<std::size_t> certificate_of(const sim::RunRecord& run, const ClaimReport& claim,
                                        const checkers::Budget& budget = {.steps = 5'000'000});

// The usual budget decides the histories of runs with some ten thousand operations; a broken one can cost all
// of it, a second or so.
RunReport judge(const sim::RunRecord& run, const checkers::Budget& budget = {.steps = 5'000'000});

}  // namespace lightcone::reports
