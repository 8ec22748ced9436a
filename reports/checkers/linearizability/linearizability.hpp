// Is there one order of the operations that respects real time and explains every answer?
#pragma once

#include <cstdint>

#include "reports/checkers/budget.hpp"
#include "reports/checkers/linearizability/object.hpp"
#include "reports/judgement.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::checkers {

// Which methods may be used; they give the same verdicts.
enum class Engines : std::uint8_t {
  fastest,      // one that is near-linear where the operations allow it
  search_only,  // the search that can do all: the twin against which the others are tested
};

// Linearizability (Herlihy and Wing 1990) of `history` against `object`. `info` operations may take effect at
// any time after their invocation, or never. Keys are judged one by one: the first that is violated is
// reported, and `unknown` only if none is.
//
// violated: `operations` is a smallest set found that cannot be ordered whatever the others did, `reason`
// says why. unknown: the budget was spent, or the history is not one of this object; `summary` says which.
Judgement check_linearizable(const sim::History& history, const Object& object, const Budget& budget,
                             Engines engines = Engines::fastest);

// The same, and `held` carries a certificate: positions in the history, in an order that explains every
// answer. Key by key, so that the order is one of each key and not of all.
Judgement linearize(const sim::History& history, const Object& object, const Budget& budget,
                    Engines engines = Engines::fastest);

}  // namespace lightcone::reports::checkers
