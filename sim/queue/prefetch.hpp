// Asks for memory that will soon be needed, so that it is there by then. Only a hint: it changes no run.
#pragma once

#include <cstddef>

namespace lightcone::sim {

constexpr std::size_t cache_line = 64;  // bytes, on the machines that we measure on

inline void prefetch_to_write(const void* memory) {
#if defined(__GNUC__)
  __builtin_prefetch(memory, 1);
#else
  static_cast<void>(memory);
#endif
}

}  // namespace lightcone::sim
