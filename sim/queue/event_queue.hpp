// The queue of a simulation: which of the measured structures it is (tests/bench/queue_bench.cpp).
#pragma once

#include "sim/queue/chunked_wheel.hpp"

namespace lightcone::sim {

using EventQueue = ChunkedWheel;

}  // namespace lightcone::sim
