// Simulated time: integer nanoseconds everywhere, with one type a clock, so that a reading of one
// clock cannot be compared with a reading of another by mistake.
//
//   Instant    true time; only the simulation, faults and reports see it
//   WallTime   what a node's wall clock shows: offset, drift, steps and freezes included
//   MonoTime   what a node's monotonic clock shows: drift included, never steps
#pragma once

#include <chrono>
#include <cstdint>

namespace lightcone::sim {

using Duration = std::chrono::duration<std::int64_t, std::nano>;

struct TrueClock;
struct WallClock;
struct MonoClock;

using Instant = std::chrono::time_point<TrueClock, Duration>;
using WallTime = std::chrono::time_point<WallClock, Duration>;
using MonoTime = std::chrono::time_point<MonoClock, Duration>;

// The latest instant that can be represented: about 292 years after the start of a run.
inline constexpr Instant never = Instant::max();

using namespace std::chrono_literals;

}  // namespace lightcone::sim
