// From a part that cannot be ordered to the few operations that show it.
#pragma once

#include <cstdint>
#include <vector>

#include "reports/checkers/budget.hpp"
#include "reports/checkers/linearizability/operations.hpp"
#include "reports/checkers/linearizability/specification.hpp"

namespace lightcone::reports::checkers {

struct Witness {
  // Positions in the part, by begin. These cannot be ordered even if every other operation of `context` may
  // take effect at any time after its invocation, or never, whatever it was answered.
  std::vector<std::uint32_t> kept;
  std::uint64_t steps = 0;
  bool checked = false;  // the search found the above once more, for exactly these operations
};

// `context`: positions, by begin, of operations that cannot be ordered. Makes as many of them as it can mean
// nothing, in halves, quarters, and so on down to one by one, while `budget` lasts.
Witness smallest_witness(Part part, const std::vector<std::uint32_t>& context,
                         const Specification& specification, const Budget& budget);

// The operations of `part` that matter to `stuck`: those that began before it returned.
std::vector<std::uint32_t> begun_before_end_of(Part part, std::uint32_t stuck);

}  // namespace lightcone::reports::checkers
