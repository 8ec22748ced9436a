// An exact fraction: a probability, a share, a factor. Never a floating-point number, so that it means the
// same on every machine.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace lightcone::sim {

// numerator / denominator. The denominator is positive; equal ratios compare equal whether reduced or not.
struct Ratio {
  std::int64_t numerator = 0;
  std::int64_t denominator = 1;

  std::strong_ordering operator<=>(const Ratio& other) const;
  bool operator==(const Ratio& other) const;
};

// The same ratio in lowest terms.
Ratio reduced(Ratio ratio);

// The shortest exact text: a decimal such as "0.005" where one with at most 18 digits exists, else "1/3".
std::string to_text(Ratio ratio);

}  // namespace lightcone::sim
