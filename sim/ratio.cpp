#include "sim/ratio.hpp"

#include <fmt/format.h>

#include <numeric>

namespace lightcone::sim {

namespace {

__extension__ typedef __int128 Wide;  // the product of two 64-bit numbers

}  // namespace

std::strong_ordering Ratio::operator<=>(const Ratio& other) const {
  const Wide left = static_cast<Wide>(numerator) * other.denominator;
  const Wide right = static_cast<Wide>(other.numerator) * denominator;
  if (left < right) return std::strong_ordering::less;
  return left > right ? std::strong_ordering::greater : std::strong_ordering::equal;
}

bool Ratio::operator==(const Ratio& other) const { return (*this <=> other) == 0; }

Ratio reduced(Ratio ratio) {
  // The magnitude of the smallest number fits only without a sign.
  const auto bits = static_cast<std::uint64_t>(ratio.numerator);
  const std::uint64_t magnitude = ratio.numerator < 0 ? 0 - bits : bits;
  const auto denominator = static_cast<std::uint64_t>(ratio.denominator);
  const auto common = static_cast<std::int64_t>(std::gcd(magnitude, denominator));  // at most the denominator
  return {ratio.numerator / common, ratio.denominator / common};
}

std::string to_text(Ratio ratio) {
  const Ratio lowest = reduced(ratio);
  if (lowest.denominator == 1) return fmt::format("{}", lowest.numerator);
  std::int64_t power = 1;  // the smallest power of ten that the denominator divides
  int decimals = 0;
  while (power % lowest.denominator != 0 && decimals < 18) {
    power *= 10;
    ++decimals;
  }
  const bool negative = lowest.numerator < 0;
  const Wide digits =
      (negative ? -static_cast<Wide>(lowest.numerator) : static_cast<Wide>(lowest.numerator)) *
      (power / lowest.denominator);
  if (power % lowest.denominator != 0 || digits >= 1'000'000'000'000'000'000) {
    return fmt::format("{}/{}", lowest.numerator, lowest.denominator);
  }
  const std::int64_t scaled = static_cast<std::int64_t>(digits);
  return fmt::format("{}{}.{:0{}}", negative ? "-" : "", scaled / power, scaled % power, decimals);
}

}  // namespace lightcone::sim
