// What a judge says of a claim, and why.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/value.hpp"

namespace lightcone::reports {

enum class Verdict : std::uint8_t {
  held,               // the claim was tested and nothing contradicts it
  violated,           // `anomaly` and a witness say how
  unknown,            // the judge's budget ran out first; never folded into held
  weak,               // this configuration promises less; `anomaly` is what the stronger claim would call it
  assumption_broken,  // the run left the assumptions of the claim; no safeguard was missing
  invalid,            // the run tested nothing: its faults or its workload had no effect
};

std::string_view to_string(Verdict verdict);

// One line of the reason. The operations it speaks of are positions in the history that was judged.
struct Step {
  std::string text;
  std::vector<std::size_t> operations;
  // Of a step by which the first of two operations precedes the second: what joins them, as the field calls
  // it: "ww", "wr", "rw", "session", "real time".
  std::string relation{};
};

struct Judgement {
  Verdict verdict = Verdict::held;
  std::string anomaly;                   // a name of SYSTEMS' list or of Elle's; empty for held
  std::string summary;                   // one sentence, for people
  std::vector<std::size_t> operations;   // the smallest set found that cannot be explained, ascending
  std::vector<Step> reason;              // the argument, in order
  std::vector<std::size_t> certificate;  // linearizability held: an order that explains every answer
  std::uint64_t steps = 0;               // work done, in the judge's own unit; budgets are in steps, so a
                                         // verdict never depends on the machine
};

}  // namespace lightcone::reports
