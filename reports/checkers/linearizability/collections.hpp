// Engine for queues, stacks, priority queues and bags whose elements are all different: near-linear, whatever
// overlaps. After Henzinger, Sezgin and Vafeiadis ("Aspect-oriented linearizability proofs", CONCUR 2013) for
// FIFO queues, and Lee and Mathur ("Efficient decrease-and-conquer linearizability monitoring", OOPSLA 2025)
// for the idea of taking away one element that does not change the verdict.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "reports/checkers/linearizability/object.hpp"
#include "reports/checkers/linearizability/operations.hpp"

namespace lightcone::reports::checkers {

struct Monitored {
  bool legal = true;
  std::vector<std::uint32_t>
      culprits;  // not legal: operations that cannot be ordered by themselves, by begin
};

// Nullopt when the method does not apply: an element is put in twice, or the verdict hangs on what a take of
// unknown outcome took.
std::optional<Monitored> monitor_collection(Part part, const Object& object, Values& values);

}  // namespace lightcone::reports::checkers
