// A witness is a part of the history on which the judge alone comes to the same verdict. Before it is shown
// it is made as small as dropping single operations can make it, judged once more, and explained as if there
// were nothing else.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "reports/judgement.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::checkers {

using Judge = std::function<Judgement(const sim::History&)>;

// `found` is a verdict of `judge` on `history`. Returned as it is unless it is `violated`; otherwise its
// operations, summary and reason are those of its smallest witness. Witnesses beyond 200 operations are
// judged again, but not made smaller.
Judgement with_smallest_witness(const sim::History& history, Judgement found, const Judge& judge);

// The operations at `positions`, which ascend.
sim::History part_of(const sim::History& history, const std::vector<std::size_t>& positions);

}  // namespace lightcone::reports::checkers
