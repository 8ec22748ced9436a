// Engine for every object: a search for a linearization, after Wing and Gong ("Testing and verifying
// concurrent objects", 1993) and Lowe ("Testing for linearizability", 2017).
#pragma once

#include <cstdint>
#include <vector>

#include "reports/checkers/budget.hpp"
#include "reports/checkers/linearizability/operations.hpp"
#include "reports/checkers/linearizability/specification.hpp"
#include "reports/judgement.hpp"

namespace lightcone::reports::checkers {

struct Found {
  Verdict verdict = Verdict::unknown;  // held, violated or unknown
  std::vector<std::uint32_t> order;    // held: positions in the part, in an order that explains every answer;
                                       // those operations of unknown outcome that are needed are among them
  std::uint32_t stuck = Op::never;     // violated: an operation whose return no order reaches; the first, but
                                       // for objects that grow (see Specification::grows)
  std::uint64_t steps = 0;
};

Found search(Part part, const Specification& specification, const Budget& budget);

}  // namespace lightcone::reports::checkers
