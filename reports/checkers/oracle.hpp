// Answers compared with those of a reference that computes them one by one.
#pragma once

#include <functional>
#include <optional>

#include "reports/checkers/findings.hpp"
#include "sim/history.hpp"
#include "sim/value.hpp"

namespace lightcone::reports::checkers {

// What the reference answers to an operation; nullopt where any answer will do. It is asked about each
// operation once, in the order of invocation, whatever the outcome, and may keep a state: then operations
// that change it must not overlap others.
using Oracle = std::function<std::optional<sim::Value>(const sim::Operation&)>;

// Of operations that are ok. `missing-result`: the answer is a list that lacks something and has nothing that
// is not in the reference's; `wrong-result`: it differs in another way. Linear, but for sorting lists.
Judgements check_oracle(const sim::History& history, const Oracle& oracle);

}  // namespace lightcone::reports::checkers
