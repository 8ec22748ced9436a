// All ways to go through several sequences of operations together, as far as the answers allow.
#pragma once

#include <cstdint>
#include <vector>

#include "reports/checkers/budget.hpp"
#include "reports/checkers/linearizability/object.hpp"
#include "reports/judgement.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::checkers {

struct Interleaving {
  Verdict verdict = Verdict::unknown;
  std::string problem;  // why nothing was judged; empty if it was
  std::vector<std::size_t>
      order;  // positions in the history: all of it (held), or the longest that was found
  std::vector<std::size_t> stuck;  // violated: what each process would have to do next there
  std::uint64_t steps = 0;
};

Interleaving find_interleaving(const sim::History& history, const Object& object, const Budget& budget);

}  // namespace lightcone::reports::checkers
