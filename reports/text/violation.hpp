// The part of a report that proves a violation: the operations, the argument, what was wrong with the world
// at that moment, and the safeguard that was off.
#pragma once

#include <string>

#include "reports/judge.hpp"
#include "reports/text/style.hpp"
#include "sim/run_record.hpp"

namespace lightcone::reports::text {

std::string violation_text(const sim::RunRecord& run, const ClaimReport& claim, const Style& style);

}  // namespace lightcone::reports::text
