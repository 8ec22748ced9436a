// A run as JSON, for programs.
#pragma once

#include <string>

#include "reports/judge.hpp"
#include "sim/run_record.hpp"

namespace lightcone::reports {

// One object on one line, without a newline. Instants are seconds, the fingerprint 16 hexadecimal digits.
std::string run_as_json(const sim::RunRecord& run, const RunReport& report, double wall_seconds);

}  // namespace lightcone::reports
