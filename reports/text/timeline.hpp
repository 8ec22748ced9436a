// What went wrong and who was in charge, on one time axis.
#pragma once

#include <string>

#include "reports/text/style.hpp"
#include "sim/run_record.hpp"

namespace lightcone::reports::text {

// Rows: a lane for each kind of mark named Became... (leaders, primaries), a lane for each node that was down
// or paused, a bar for each fault; below them the axis. Empty when there is nothing to show.
std::string timeline(const sim::RunRecord& run, const Style& style);

}  // namespace lightcone::reports::text
