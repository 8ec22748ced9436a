// What of a system's behaviour a run showed, as a set of numbers: the measure of novelty of a guided hunt.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/run_record.hpp"

namespace lightcone::tools::hunt {

// Ascending, each once, the same for the same run everywhere. A feature is
//   - two marks of a model that follow each other, on one node or on two, with the kinds of faults that were
//     in effect at that time: "SteppedDown, then BecameLeader elsewhere, during net.part"; each anew when it
//     occurs twice, four times, eight times, ... (a transition that repeats is news at ever greater
//     intervals)
//   - a kind of operation with its outcome and the kinds of faults in effect when it was invoked.
// Models choose their marks: BecameLeader, ConfigurationChanged, LeaseEnded. No node has a name in it, for
// what n2 can do, n3 can do as well.
std::vector<std::uint64_t> features_of(const sim::RunRecord& record);

}  // namespace lightcone::tools::hunt
