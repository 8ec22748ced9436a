// Logarithms and exponentials in integers, so that every compiler and C library gives the same bits.
// Each function states its error bound; tests/sim/chance/fixed_test.cpp holds them against libm's.
#pragma once

#include <compare>
#include <cstdint>

#include "sim/ratio.hpp"
#include "sim/time.hpp"
#include "sim/wide.hpp"

namespace lightcone::sim {

// A signed number with 48 fraction bits: in (-32768, 32768), in steps of 2^-48 (3.6e-15). Results beyond
// are set to the nearest representable number.
class Fixed {
 public:
  static constexpr int fraction_bits = 48;
  static constexpr std::int64_t one = std::int64_t{1} << fraction_bits;

  constexpr Fixed() = default;
  static constexpr Fixed from_raw(std::int64_t raw) noexcept { return Fixed(raw); }
  static constexpr Fixed from(std::int64_t n) noexcept { return saturated(Int128{n} * one); }
  // numerator / denominator, to the nearest step; the denominator must not be 0.
  static constexpr Fixed quotient(std::int64_t numerator, std::int64_t denominator) noexcept;
  static constexpr Fixed from(Ratio ratio) noexcept { return quotient(ratio.numerator, ratio.denominator); }

  constexpr std::int64_t raw() const noexcept { return raw_; }

  friend constexpr Fixed operator-(Fixed x) noexcept { return Fixed(-x.raw_); }
  friend constexpr Fixed operator+(Fixed a, Fixed b) noexcept { return saturated(Int128{a.raw_} + b.raw_); }
  friend constexpr Fixed operator-(Fixed a, Fixed b) noexcept { return saturated(Int128{a.raw_} - b.raw_); }
  friend constexpr Fixed operator*(Fixed a, Fixed b) noexcept {
    return saturated((Int128{a.raw_} * b.raw_ + one / 2) >> fraction_bits);
  }
  friend constexpr Fixed operator/(Fixed a, Fixed b) noexcept { return quotient(a.raw_, b.raw_); }
  friend constexpr auto operator<=>(Fixed, Fixed) noexcept = default;

 private:
  constexpr explicit Fixed(std::int64_t raw) noexcept : raw_(raw) {}
  static constexpr Fixed saturated(Int128 raw) noexcept {
    if (raw > INT64_MAX) return Fixed(INT64_MAX);
    if (raw < -INT64_MAX) return Fixed(-INT64_MAX);  // so that negation never overflows
    return Fixed(static_cast<std::int64_t>(raw));
  }

  std::int64_t raw_ = 0;
};

constexpr Fixed Fixed::quotient(std::int64_t numerator, std::int64_t denominator) noexcept {
  const bool negative = (numerator < 0) != (denominator < 0);
  const Uint128 over = static_cast<Uint128>(numerator < 0 ? -Int128{numerator} : Int128{numerator});
  const Uint128 under = static_cast<Uint128>(denominator < 0 ? -Int128{denominator} : Int128{denominator});
  const Int128 magnitude = static_cast<Int128>(((over << fraction_bits) + under / 2) / under);
  return saturated(negative ? -magnitude : magnitude);
}

// log2(x) and ln(x) of an integer x >= 1. |error| <= 2^-48.
Fixed log2_of(std::uint64_t x) noexcept;
Fixed ln_of(std::uint64_t x) noexcept;

// log2(x) and ln(x); x > 0. |error| <= 2^-48.
Fixed log2(Fixed x) noexcept;
Fixed ln(Fixed x) noexcept;

// 2^x and e^x. |error| <= 2^-48 + 2^-47 of the result for exp, 2^-48 + 2^-54 of it for exp2.
Fixed exp2(Fixed x) noexcept;
Fixed exp(Fixed x) noexcept;

// The square root; x >= 0. |error| <= 2^-47 of the result + 2^-48.
Fixed sqrt(Fixed x) noexcept;

// n * 2^exponent to the nearest integer, at most INT64_MAX; n >= 0. |error| <= 2^-54 of the result + 1/2.
std::int64_t times_exp2(std::int64_t n, Fixed exponent) noexcept;

// n * e^exponent, likewise. |error| <= 2^-54 of the result + 1/2.
std::int64_t times_exp(std::int64_t n, Fixed exponent) noexcept;

// n * x to the nearest integer (halves up), at most INT64_MAX in magnitude.
constexpr std::int64_t times(std::int64_t n, Fixed x) noexcept {
  const Int128 product = (Int128{n} * x.raw() + Fixed::one / 2) >> Fixed::fraction_bits;
  if (product > INT64_MAX) return INT64_MAX;
  return product < -INT64_MAX ? -INT64_MAX : static_cast<std::int64_t>(product);
}

// The standard exponential distribution's quantile -ln(1 - p) at p = u / 2^64, and the same with log2.
// 0 at u = 0, 44.4 (64) at the largest u. |error| <= 2^-48.
Fixed exponential_quantile(std::uint64_t u) noexcept;
Fixed exponential_quantile_log2(std::uint64_t u) noexcept;

}  // namespace lightcone::sim
