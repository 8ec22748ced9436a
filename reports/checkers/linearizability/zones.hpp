// Engine for registers whose written values are all different: the zones of Gibbons and Korach ("Testing
// shared memories", SIAM J. Comput. 1997, section 4). O(n log n), whatever overlaps.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "reports/checkers/linearizability/object.hpp"
#include "reports/checkers/linearizability/operations.hpp"

namespace lightcone::reports::checkers {

// Why the operations of a register cannot be ordered. All positions are in the part.
struct ZoneConflict {
  enum class Kind : std::uint8_t {
    never_written,    // `later` saw a value that nobody wrote
    from_the_future,  // `earlier` saw a value, or one that led to it, and ended before `later`, which comes
                      // before it, began
    taken_twice,      // `earlier` and `later` both replaced the same value
    circle,           // `later` replaced a value that came from its own
    interleaved,      // see below
  };
  Kind kind = Kind::never_written;
  std::uint32_t earlier = Op::never;
  std::uint32_t later = Op::never;
  // interleaved: all that saw or left a value stands together in any order (with those that replaced it, and
  // what they left). `first` and `last` belong together, and so do `earlier` and `later`. But `first` ended
  // before `later` began, and `earlier` ended before `last` began.
  std::uint32_t first = Op::never;
  std::uint32_t last = Op::never;
};

struct Zoned {
  std::optional<ZoneConflict> conflict;
  std::vector<std::uint32_t> order;    // no conflict: as in Found, if it was asked for
  std::vector<std::uint32_t> closure;  // conflict: the operations to which the argument refers, by begin
  std::uint64_t steps = 0;
};

// Judges parts one after the other; keeps its tables between them.
class ZoneJudge {
 public:
  // Nullopt when the method does not apply: a value is written twice, or there are operations other than
  // reads, writes, swaps and successful cas. All values of the part, and `initial`, are below `bound`.
  std::optional<Zoned> judge(Part part, ValueId initial, std::size_t bound, Certificate certificate);

 private:
  std::vector<std::uint32_t> local_;  // of each value id, the level in the part; none outside a call
};

}  // namespace lightcone::reports::checkers
