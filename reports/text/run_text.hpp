// A run as text, for people.
#pragma once

#include <string>

#include "reports/judge.hpp"
#include "reports/text/style.hpp"
#include "sim/run_record.hpp"

namespace lightcone::reports::text {

// The whole report. `wall_seconds`: how long the run and its judges took; negative: not said.
std::string run_as_text(const sim::RunRecord& run, const RunReport& report, double wall_seconds,
                        const Style& style);

// The run among many: seed, verdict and what was seen, with a newline.
std::string run_on_one_line(const sim::RunRecord& run, const RunReport& report, const Style& style);

}  // namespace lightcone::reports::text
