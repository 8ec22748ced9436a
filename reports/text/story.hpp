// The story of an anomaly, in words that follow from the run alone: the operations that contradict each
// other, the chain of events that produced the wrong answer (back through messages, timers and disks: part of
// its light cone, and nothing outside it), and what each server believed then. Numbered like a proof.
#pragma once

#include <string>

#include "reports/judge.hpp"
#include "reports/recording/recording.hpp"
#include "reports/text/style.hpp"
#include "sim/run_record.hpp"

namespace lightcone::reports::text {

struct StoryOptions {
  bool full = false;  // every step of the chain, and the chain of each operation
};

// `claim` must be violated, or weak.
std::string story_text(const sim::RunRecord& run, const Recording& recording, const ClaimReport& claim,
                       const StoryOptions& options, const Style& style);

}  // namespace lightcone::reports::text
