// A space-time diagram in text: a column for each node that takes part, a line for each step, time downwards.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/recording/recording.hpp"
#include "reports/text/style.hpp"
#include "sim/run_record.hpp"

namespace lightcone::reports::text {

// `rows`: positions in recording.rows, in the order of time. A message is an arrow on the line of its
// arrival; a step is a dot. Faults that begin or end between the first row and the last have lines of their
// own.
std::string space_time_text(const sim::RunRecord& run, const Recording& recording,
                            const std::vector<std::size_t>& rows, const Style& style);

}  // namespace lightcone::reports::text
