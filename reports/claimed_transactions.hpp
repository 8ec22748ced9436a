// Judging what a model claims of its transactions.
#pragma once

#include "reports/checkers/budget.hpp"
#include "reports/judgement.hpp"
#include "sim/claims.hpp"
#include "sim/history.hpp"

namespace lightcone::reports {

// The judgement's operations are positions in `history`; its anomaly is a name of SYSTEMS' list where that
// has one.
Judgement check_claimed_transactions(const sim::History& history, const sim::judged_by::Transactions& claim,
                                     const checkers::Budget& budget);

}  // namespace lightcone::reports
