// Values that tell how they came about: texts and lists that only grow by appends of elements that are all
// different. Each value is then a version with one parent, and the object is a register of versions, which
// zones can judge.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "reports/checkers/linearizability/object.hpp"
#include "reports/checkers/linearizability/operations.hpp"

namespace lightcone::reports::checkers {

// Two answers that cannot both be, wherever they stand. Positions in the part.
struct Contradiction {
  enum class Kind : std::uint8_t {
    diverged,  // an element follows one thing according to `first`, and another according to `second`
    doubled,   // `first` shows an element twice that was put in once
  };
  Kind kind = Kind::diverged;
  std::uint32_t first = Op::never;
  std::uint32_t second = Op::never;
};

struct Lineages {
  std::vector<Op> ops;                     // reads, writes and swaps of version numbers
  std::vector<std::uint32_t> origin;       // of each, the position in the part
  std::uint32_t versions = 0;              // numbers are below this; 0 is the initial one
  std::vector<std::uint32_t> unexplained;  // reads of what was never there
  std::optional<Contradiction> contradiction;
};

// Nullopt where it does not apply: an element is put in twice, texts cannot be taken apart in one way only,
// there are other operations than reads, puts and appends, or what is known of the order has a gap.
std::optional<Lineages> lineages_of(Part part, const Object& object, Values& values);

}  // namespace lightcone::reports::checkers
