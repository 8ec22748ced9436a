// What clients did: by kind and outcome, and how long it took.
#pragma once

#include <string>

#include "reports/text/style.hpp"
#include "sim/run_record.hpp"

namespace lightcone::reports::text {

std::string operations_table(const sim::RunRecord& run, const Style& style);

// Judges know sessions by their numbers ("process 7"); readers know clients by their names.
std::string with_client_names(const sim::RunRecord& run, std::string_view text);

// "c1 put x3 7 -> true": one operation on a line, without its times.
std::string operation_text(const sim::RunRecord& run, const sim::Operation& operation);

}  // namespace lightcone::reports::text
