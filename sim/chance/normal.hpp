// The standard normal distribution in integers.
#pragma once

#include <cstdint>

#include "sim/chance/fixed.hpp"

namespace lightcone::sim {

// The z below which a share p = (u + 1/2) / 2^64 of the standard normal distribution lies; antisymmetric
// (u and ~u give opposite numbers), -9.1 .. 9.1. |error| <= 2^-42.
// Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37
// (1988).
Fixed normal_quantile(std::uint64_t u) noexcept;

// The share of the standard normal distribution below z, times 2^64: the inverse of normal_quantile, found
// by bisection (about 2 us; not for use at every draw).
std::uint64_t normal_probability(Fixed z) noexcept;

// The density at z: e^(-z^2 / 2) / sqrt(2 pi). |error| <= 2^-46.
Fixed normal_density(Fixed z) noexcept;

}  // namespace lightcone::sim
