// What a check found, for machines (a line of JSON) and for people.
#pragma once

#include <string>
#include <string_view>

#include "reports/checkers/check_history.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::checkers {

// {"id":…,"model":…,"verdict":…,"anomalies":[…],"holds":[…],"ruled_out":[…],"seconds":…,"summary":…,
//  "guesses":[…],"witness":{"anomaly":…,"operations":[positions],"history":[operations],"reason":[…]}}
// `undecided` and `problem` where there are any; `witness` is of the gravest anomaly and null without one.
// Positions are from 0 in the order of invocation. With its end of line.
std::string to_json_line(const Checked& checked, std::string_view id, double seconds,
                         const sim::History& history);

std::string in_words(const Checked& checked, std::string_view id, const sim::History& history);

}  // namespace lightcone::reports::checkers
