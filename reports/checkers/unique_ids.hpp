// Identifiers that must be new each time.
#pragma once

#include "reports/checkers/findings.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::checkers {

// Every operation that is ok and has a result is a request for an identifier (`generate`, whatever its name);
// a key names one of several spaces of identifiers. `duplicate-id`. Linear.
Judgements check_unique_ids(const sim::History& history);

}  // namespace lightcone::reports::checkers
