// State that outlives a run or is shared between runs: variables of a namespace, static members, static and
// thread_local variables of functions, unless they are constant. In sim, models, faults, scenarios and
// reports.
#pragma once

#include "tests/tree/source.hpp"

namespace lightcone::tests::tree {

Findings mutable_globals(const std::vector<Source>& tree);

}  // namespace lightcone::tests::tree
