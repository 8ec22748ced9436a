// Cycles of dependencies, by what they are made of (Adya, Weak Consistency, chapter 4).
//
// Which classes of cycles exist follows from strongly connected components alone, in linear time, with one
// exception (exactly one anti-dependency), which needs a search from the head of each. A witness is the
// shortest cycle of its class that the budget allows to be found; it does not depend on the machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reports/checkers/transactions/dependencies.hpp"

namespace lightcone::reports::checkers {

struct CycleStep {
  std::uint32_t from = 0;
  Relation relation = ww;
};

struct Cycle {
  Anomaly anomaly = Anomaly::g0;
  std::vector<CycleStep> steps;  // the last leads back to the first
};

// The class of a cycle by its steps alone; a cycle of orders only has none.
bool classify(const std::vector<CycleStep>& steps, Anomaly& anomaly);

struct CycleSearch {
  AnomalySet wanted;         // classes worth looking for
  std::uint64_t budget = 0;  // edges looked at while searching, over all components
  std::uint64_t steps = 0;   // spent
  AnomalySet undecided;      // classes that the budget left open
};

// For each component and each class, but those that a worse one found there implies, a cycle.
std::vector<Cycle> find_cycles(const DependencyGraph& graph, CycleSearch& search);

// The cycle in words, as Elle puts them, with every step found anew in the transactions. Empty if a step
// cannot be: then there is no such cycle.
std::vector<Step> explain_cycle(const Dependencies& dependencies, const Cycle& cycle);

}  // namespace lightcone::reports::checkers
