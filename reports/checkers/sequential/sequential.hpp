// Is there one order of the operations that keeps the order of each process and explains every answer?
#pragma once

#include "reports/checkers/budget.hpp"
#include "reports/checkers/linearizability/object.hpp"
#include "reports/judgement.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::checkers {

// Sequential consistency (Lamport, "How to make a multiprocessor computer that correctly executes
// multiprocess programs", 1979) of `history` against `object`: times are ignored. All keys are judged
// together, as it is not local: histories must be small, or the budget is spent. NP-hard (Gibbons and Korach,
// "Testing shared memories", 1997). `info` operations may take effect at any time after what their process
// did before, or never.
//
// held: with a certificate. violated, `reorder`: `operations` cannot be ordered whatever the others did; it
// is a smallest such set as far as the budget goes. unknown: the budget was spent, or the history is not one
// of this object.
Judgement check_sequential(const sim::History& history, const Object& object, const Budget& budget = {});

}  // namespace lightcone::reports::checkers
