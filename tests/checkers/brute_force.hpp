// The dumb twins of the linearizability judge.
#pragma once

#include <string>
#include <vector>

#include "reports/checkers/linearizability/object.hpp"
#include "sim/history.hpp"

namespace lightcone::tests {

// Tries every order of the operations of every part. Up to ten operations or so.
bool linearizable_by_brute_force(const sim::History& history, const reports::checkers::Object& object);

// Why `certificate` (positions in `history`, key by key) does not prove that the history is linearizable;
// empty when it does.
std::string flaw_of(const std::vector<std::size_t>& certificate, const sim::History& history,
                    const reports::checkers::Object& object);

}  // namespace lightcone::tests
