// Which folder may include which (ARCHITECTURE.md), read from the `#include`s.
//   models → sim · faults → sim · reports → sim · scenarios → sim, faults, models/registry.hpp · tools, tests
//   → all
// A model never includes another model; what two share lives in models/parts/, which knows only sim.
#pragma once

#include "tests/tree/source.hpp"

namespace lightcone::tests::tree {

Findings include_edges(const std::vector<Source>& tree);

// Headers that include each other in a circle.
Findings include_cycles(const std::vector<Source>& tree);

}  // namespace lightcone::tests::tree
