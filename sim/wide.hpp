// 128-bit integers, for products of two 64-bit numbers. A compiler's extension (g++ and clang, WebAssembly
// included), named once here so that -Wpedantic stays on everywhere.
#pragma once

#include <cstdint>

namespace lightcone::sim {

__extension__ typedef unsigned __int128 Uint128;
__extension__ typedef __int128 Int128;

// The upper 64 bits of a * b.
constexpr std::uint64_t multiply_high(std::uint64_t a, std::uint64_t b) noexcept {
  return static_cast<std::uint64_t>((Uint128{a} * b) >> 64);
}

}  // namespace lightcone::sim
