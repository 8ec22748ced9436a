#include "sim/chance/fixed.hpp"

#include <array>
#include <bit>
#include <cstddef>

#include "sim/ensure.hpp"

namespace lightcone::sim {

namespace {

constexpr std::uint64_t ln2_q64 = 0xB17217F7D1CF79AB;    // ln(2) * 2^64
constexpr std::uint64_t log2e_q63 = 0xB8AA3B295C17F0BC;  // log2(e) * 2^63

// log2 of a mantissa m / 2^63 in [1, 2), with 56 fraction bits: one bit of the result a squaring. The
// error of a squaring weighs half as much as that of the one before, so all of them stay below 2^-62.
constexpr std::int64_t log2_bit_by_bit(std::uint64_t mantissa) {
  std::int64_t log = 0;
  for (int bit = 55; bit >= 0; --bit) {
    const Uint128 square = Uint128{mantissa} * mantissa;
    const bool two_or_more = (square >> 127) != 0;
    mantissa = static_cast<std::uint64_t>(square >> (two_or_more ? 64 : 63));
    if (two_or_more) log |= std::int64_t{1} << bit;
  }
  return log;
}

constexpr std::uint64_t root_of(Uint128 x) {
  Uint128 root = 0;
  for (int bit = 63; bit >= 0; --bit) {
    const Uint128 larger = root | (Uint128{1} << bit);
    if (larger * larger <= x) root = larger;
  }
  return static_cast<std::uint64_t>(root);
}

// [1, 2) in 128 parts, with the reciprocal and the logarithm of each part's middle.
struct Part {
  std::uint64_t reciprocal_q64;
  std::int64_t log2_q56;
};
constexpr std::array<Part, 128> parts = [] {
  std::array<Part, 128> made{};
  for (std::uint64_t i = 0; i < made.size(); ++i) {
    const std::uint64_t middle = (2 * (128 + i) + 1) << 55;  // with 63 fraction bits
    made[i].reciprocal_q64 = static_cast<std::uint64_t>((~Uint128{0} >> 1) / middle);
    made[i].log2_q56 = log2_bit_by_bit(middle);
  }
  return made;
}();

// 2^(i / 256) with 63 fraction bits, as products of repeated square roots of 2.
constexpr std::array<std::uint64_t, 256> powers_q63 = [] {
  std::array<std::uint64_t, 8> roots{};  // 2^(1/2), 2^(1/4), ..., 2^(1/256)
  Uint128 radicand = Uint128{1} << 127;
  for (std::uint64_t& root : roots) {
    root = root_of(radicand);
    radicand = Uint128{root} << 63;
  }
  std::array<std::uint64_t, 256> made{};
  for (std::size_t i = 0; i < made.size(); ++i) {
    std::uint64_t power = std::uint64_t{1} << 63;
    for (std::size_t bit = 0; bit < 8; ++bit)
      if ((i & (std::size_t{128} >> bit)) != 0)
        power = static_cast<std::uint64_t>((Uint128{power} * roots[bit] + (Uint128{1} << 62)) >> 63);
    made[i] = power;
  }
  return made;
}();

// log2(1 + z) / z = log2(e) * (1 - z/2 + z^2/3 - ...): six coefficients leave an error below 2^-50 * z,
// that is 2^-58, as |z| < 2^-8. The coefficient of z^i has 62 - 7i fraction bits, so that a product with z,
// which has 71, needs only its upper half to be added to the one before.
constexpr std::array<std::int64_t, 6> log_series = [] {
  std::array<std::int64_t, 6> made{};
  for (std::size_t i = 0; i < made.size(); ++i) {
    const auto term = static_cast<std::int64_t>((log2e_q63 / (i + 1)) >> (1 + 7 * i));
    made[i] = i % 2 == 0 ? term : -term;
  }
  return made;
}();

// (2^r - 1) / r = ln2 + ln2^2/2! * r + ...: five coefficients, for 0 <= r < 2^-8. Error below 2^-60.
constexpr std::array<std::uint64_t, 5> exp_series_q64 = [] {
  std::array<std::uint64_t, 5> made{};
  std::uint64_t term = ln2_q64;
  for (std::size_t i = 0; i < made.size(); ++i) {
    made[i] = term;
    term = multiply_high(term, ln2_q64) / (i + 2);
  }
  return made;
}();

constexpr std::int64_t multiply_high_signed(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>((Int128{a} * b) >> 64);
}

// log2 of an integer x >= 1, with 56 fraction bits. |error| < 2^-54.
inline std::int64_t log2_q56(std::uint64_t x) noexcept {
  const int zeros = std::countl_zero(x);
  const std::uint64_t mantissa = x << zeros;  // in [1, 2), with 63 fraction bits
  const Part& part = parts[(mantissa >> 56) & 127];
  // mantissa / middle = 1 + z; z with 71 fraction bits.
  const Uint128 quotient = Uint128{mantissa} * part.reciprocal_q64;
  const auto z = static_cast<std::int64_t>(static_cast<Int128>(quotient - (Uint128{1} << 127)) >> 56);
  std::int64_t sum = log_series[5];
  for (std::size_t i = 5; i-- > 0;) sum = log_series[i] + multiply_high_signed(sum, z);
  const std::int64_t rest = multiply_high_signed(sum, z) >> (62 + 71 - 64 - 56);
  return (std::int64_t{63 - zeros} << 56) + part.log2_q56 + rest;
}

// 2^(fraction / 2^64), in [1, 2) with 63 fraction bits. Relative error below 2^-58.
inline std::uint64_t exp2_q63(std::uint64_t fraction) noexcept {
  const std::uint64_t power = powers_q63[fraction >> 56];
  const std::uint64_t r = fraction & (~std::uint64_t{0} >> 8);
  std::uint64_t sum = exp_series_q64[4];
  for (std::size_t i = 4; i-- > 0;) sum = exp_series_q64[i] + multiply_high(sum, r);
  return power + multiply_high(power, multiply_high(sum, r));
}

// A logarithm with 56 fraction bits as a Fixed, rounded.
inline Fixed rounded_q56(std::int64_t log) noexcept { return Fixed::from_raw((log + 128) >> 8); }

inline std::int64_t log2_to_ln(std::int64_t log) noexcept {
  return static_cast<std::int64_t>((Int128{log} * ln2_q64) >> 64);
}

// x * log2(e), with 64 fraction bits.
inline Int128 times_log2e_q64(Fixed x) noexcept { return (Int128{x.raw()} * log2e_q63) >> (48 + 63 - 64); }

// n * 2^(exponent / 2^64), rounded, at most INT64_MAX; n >= 0.
inline std::int64_t scaled(std::int64_t n, Int128 exponent_q64) noexcept {
  const std::uint64_t mantissa = exp2_q63(static_cast<std::uint64_t>(exponent_q64));
  const Int128 whole = exponent_q64 >> 64;
  if (n == 0 || whole < -64) return 0;
  if (whole >= 63) return INT64_MAX;
  const Uint128 product = Uint128{mantissa} * static_cast<std::uint64_t>(n);  // below 2^127
  const int shift = 63 - static_cast<int>(whole);                             // in 1 .. 127
  const Uint128 rounded = (product + (Uint128{1} << (shift - 1))) >> shift;
  return rounded > INT64_MAX ? INT64_MAX : static_cast<std::int64_t>(rounded);
}

}  // namespace

Fixed log2_of(std::uint64_t x) noexcept {
  ensure(x > 0, "only a number above 0 has a logarithm");
  return rounded_q56(log2_q56(x));
}

Fixed ln_of(std::uint64_t x) noexcept {
  ensure(x > 0, "only a number above 0 has a logarithm");
  return rounded_q56(log2_to_ln(log2_q56(x)));
}

Fixed log2(Fixed x) noexcept {
  ensure(x.raw() > 0, "only a number above 0 has a logarithm");
  return rounded_q56(log2_q56(static_cast<std::uint64_t>(x.raw())) -
                     (std::int64_t{Fixed::fraction_bits} << 56));
}

Fixed ln(Fixed x) noexcept {
  ensure(x.raw() > 0, "only a number above 0 has a logarithm");
  const std::int64_t log =
      log2_q56(static_cast<std::uint64_t>(x.raw())) - (std::int64_t{Fixed::fraction_bits} << 56);
  return rounded_q56(log2_to_ln(log));
}

Fixed exp2(Fixed x) noexcept { return Fixed::from_raw(scaled(Fixed::one, Int128{x.raw()} << 16)); }

Fixed exp(Fixed x) noexcept { return Fixed::from_raw(scaled(Fixed::one, times_log2e_q64(x))); }

Fixed sqrt(Fixed x) noexcept {
  ensure(x.raw() >= 0, "only a number that is not negative has a square root");
  if (x.raw() == 0) return Fixed();
  const std::int64_t log =
      log2_q56(static_cast<std::uint64_t>(x.raw())) - (std::int64_t{Fixed::fraction_bits} << 56);
  return Fixed::from_raw(scaled(Fixed::one, Int128{log} << 7));  // half of it, from 56 to 64 fraction bits
}

std::int64_t times_exp2(std::int64_t n, Fixed exponent) noexcept {
  return scaled(n, Int128{exponent.raw()} << 16);
}

std::int64_t times_exp(std::int64_t n, Fixed exponent) noexcept {
  return scaled(n, times_log2e_q64(exponent));
}

namespace {
// -log2(1 - p) with 56 fraction bits. 1 - p is ~u / 2^64, made odd so that it is never 0: off by at most
// 2^-64.
inline std::int64_t exponential_log2_q56(std::uint64_t u) noexcept {
  return (std::int64_t{64} << 56) - log2_q56(~u | 1);
}
}  // namespace

Fixed exponential_quantile_log2(std::uint64_t u) noexcept { return rounded_q56(exponential_log2_q56(u)); }

Fixed exponential_quantile(std::uint64_t u) noexcept {
  return rounded_q56(log2_to_ln(exponential_log2_q56(u)));
}

}  // namespace lightcone::sim
