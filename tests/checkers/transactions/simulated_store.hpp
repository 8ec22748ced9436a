// Small stores of a known isolation level, run under a few clients, and what their clients saw.
#pragma once

#include <cstdint>

#include "sim/history.hpp"

namespace lightcone::tests {

class Draw {  // SplitMix64
 public:
  explicit Draw(std::uint64_t seed) : state_(seed) {}
  std::uint64_t below(std::uint64_t bound);

 private:
  std::uint64_t state_;
};

enum class StoreLevel : std::uint8_t {
  strictly_serial,     // a transaction takes effect at one instant
  snapshot_isolation,  // reads the state at its begin, and is aborted if another wrote one of its keys since
  read_committed,      // reads what is committed at the moment of each read; writes take effect at the commit
};

struct StoreRun {
  StoreLevel level = StoreLevel::strictly_serial;
  bool lists = true;  // appends, or else writes of registers
  std::uint64_t transactions = 8;
  std::uint64_t clients = 3;
  std::uint64_t keys = 2;
  bool read_all_last = false;  // a last transaction reads every key
};

sim::History run_store(const StoreRun& run, std::uint64_t seed);

// Changes one answer of a committed transaction. False if there was nothing to change.
bool damage(sim::History& history, Draw& draw);

}  // namespace lightcone::tests
