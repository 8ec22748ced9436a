// Random histories that are legal by construction, and ways to damage them.
#pragma once

#include <cstdint>

#include "reports/checkers/linearizability/object.hpp"
#include "sim/history.hpp"

namespace lightcone::tests {

// SplitMix64 (Steele et al., OOPSLA 2014).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  bool chance(std::uint64_t percent) { return below(100) < percent; }

 private:
  std::uint64_t state_;
};

enum class Written : std::uint8_t { unique, from_a_few };

struct Workload {
  reports::checkers::Object object;
  std::size_t operations = 6;
  std::uint64_t concurrency = 3;      // how many operations overlap, about
  std::uint64_t unknown_percent = 0;  // operations of unknown outcome
  Written written = Written::from_a_few;
  std::int64_t keys = 1;
};

// Every operation takes effect at one instant between its invocation and its return, on the object's own
// sequential specification; an operation of unknown outcome at any instant after its invocation, or never.
sim::History legal_history(const Workload& workload, Dice& dice);

// One change: two results swapped, two arguments swapped, an operation dropped or doubled, a return delayed,
// an operation moved in time, a result replaced by another.
void damage(sim::History& history, Dice& dice);

}  // namespace lightcone::tests
