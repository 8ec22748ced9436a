// How much work a judge may do before it must answer `unknown`.
#pragma once

#include <cstdint>

namespace lightcone::reports::checkers {

// In steps of the judge, never in seconds: a verdict must not depend on the machine. A step of the
// linearizability search is one configuration or one try of an operation, some 50-200 ns.
struct Budget {
  std::uint64_t steps = 100'000'000;
  std::uint64_t bytes = std::uint64_t{1} << 30U;  // of what the judge remembers, about
};

}  // namespace lightcone::reports::checkers
