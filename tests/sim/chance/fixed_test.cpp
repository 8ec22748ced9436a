// Held against libm's long double functions (64-bit mantissa on x86, so at least 2^-57 of the results here).
#include "sim/chance/fixed.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>

#include "sim/chance/stream.hpp"
#include "tests/sim/chance/goodness.hpp"

using namespace lightcone::sim;

namespace {

constexpr long double one = static_cast<long double>(Fixed::one);

long double value(Fixed x) { return static_cast<long double>(x.raw()) / one; }

// In steps of 2^-48.
long double off_by(Fixed got, long double wanted) {
  return std::fabs(static_cast<long double>(got.raw()) - wanted * one);
}

// Of all magnitudes.
std::uint64_t any_integer(Stream& stream) {
  const std::uint64_t wide = stream.next();
  return (wide >> stream.below(64)) | 1;
}

// In (-limit, limit), of all magnitudes; limit is a power of 2.
Fixed any_fixed(Stream& stream, int limit_bits) {
  const auto wide = static_cast<std::int64_t>(stream.next()) >> (15 - limit_bits);
  return Fixed::from_raw(wide >> stream.below(40));
}

}  // namespace

TEST_CASE("logarithms are within their bound of the true value") {
  Stream stream(1, "logarithms");
  for (int i = 0; i < 300'000; ++i) {
    const std::uint64_t x = any_integer(stream);
    REQUIRE(off_by(log2_of(x), std::log2(static_cast<long double>(x))) <= 1);
    REQUIRE(off_by(ln_of(x), std::log(static_cast<long double>(x))) <= 1);
    const Fixed part = Fixed::from_raw(static_cast<std::int64_t>(x >> 1) | 1);
    REQUIRE(off_by(log2(part), std::log2(value(part))) <= 1);
    REQUIRE(off_by(ln(part), std::log(value(part))) <= 1);
  }
}

TEST_CASE("logarithms are right where the table's parts meet") {
  for (std::uint64_t part = 128; part <= 256; ++part) {
    for (const int shift : {0, 20, 55}) {
      for (int off = -2; off <= 2; ++off) {
        const std::uint64_t x = (part << shift) + static_cast<std::uint64_t>(off);
        REQUIRE(off_by(log2_of(x), std::log2(static_cast<long double>(x))) <= 1);
      }
    }
  }
  CHECK(off_by(log2_of(~std::uint64_t{0}), 64.0L) <= 1);
  CHECK(off_by(ln_of(~std::uint64_t{0}), 64 * std::log(2.0L)) <= 1);
}

TEST_CASE("powers of two have whole logarithms, and back") {
  for (int k = 0; k < 64; ++k) CHECK(log2_of(std::uint64_t{1} << k) == Fixed::from(k));
  for (int k = -48; k < 15; ++k) {
    const Fixed power = Fixed::from_raw(std::int64_t{1} << (k + 48));
    CHECK(log2(power) == Fixed::from(k));
    CHECK(exp2(Fixed::from(k)) == power);
  }
  CHECK(ln(Fixed::from(1)) == Fixed());
  CHECK(exp(Fixed()) == Fixed::from(1));
}

TEST_CASE("exponentials are within their bounds of the true value") {
  Stream stream(2, "exponentials");
  int in_range = 0;
  for (int i = 0; i < 300'000; ++i) {
    const Fixed x = any_fixed(stream, 6);
    const long double power = std::exp2(value(x));
    if (power < 32767) REQUIRE(off_by(exp2(x), power) <= 1 + power * one * 0x1p-54L);
    const long double natural = std::exp(value(x));
    if (natural < 32767) REQUIRE(off_by(exp(x), natural) <= 1 + natural * one * 0x1p-54L);
    in_range += power < 32767 ? 1 : 0;
    const Fixed square = Fixed::from_raw(x.raw() < 0 ? -x.raw() : x.raw());
    const long double root = std::sqrt(value(square));
    REQUIRE(off_by(sqrt(square), root) <= 1 + root * one * 0x1p-54L);
  }
  CHECK(in_range > 200'000);
}

TEST_CASE("a number times a power is right to half a unit") {
  Stream stream(3, "scaling");
  for (int i = 0; i < 300'000; ++i) {
    const auto n = static_cast<std::int64_t>(any_integer(stream) >> 1);
    const Fixed x = any_fixed(stream, 6);
    const long double power = static_cast<long double>(n) * std::exp2(value(x));
    const auto scaled = static_cast<long double>(times_exp2(n, x));
    if (power < 0x1p63L)
      REQUIRE(std::fabs(scaled - power) <= 0.5L + power * 0x1p-54L);
    else
      REQUIRE(scaled >= 0x1p63L * (1 - 0x1p-54L) - 1);
    const long double natural = static_cast<long double>(n) * std::exp(value(x));
    const auto scaled_naturally = static_cast<long double>(times_exp(n, x));
    if (natural < 0x1p63L) REQUIRE(std::fabs(scaled_naturally - natural) <= 0.5L + natural * 0x1p-54L);
  }
  CHECK(times_exp2(0, Fixed::from(30'000)) == 0);
  CHECK(times_exp2(1, Fixed::from(30'000)) == INT64_MAX);
  CHECK(times_exp2(INT64_MAX, Fixed::from(-30'000)) == 0);
  CHECK(times_exp2(INT64_MAX, Fixed()) == INT64_MAX);
  CHECK(times_exp2(3, Fixed::from(-1)) == 2);
  CHECK(times_exp(1, Fixed::from(-30'000)) == 0);
}

TEST_CASE("fixed-point arithmetic rounds to the nearest step and stops at the ends") {
  const Fixed third = Fixed::quotient(1, 3);
  CHECK(third == Fixed::from(Ratio{2, 6}));
  CHECK(Fixed::quotient(-1, 3) == -third);
  CHECK(Fixed::quotient(-1, -3) == third);
  CHECK((third * Fixed::from(3)).raw() == Fixed::one - 1);  // 3 * 0.333...33
  CHECK(third / third == Fixed::from(1));
  CHECK(Fixed::from(7) - Fixed::from(9) == Fixed::from(-2));
  const Fixed most = Fixed::from(40'000);
  CHECK(most == Fixed::from_raw(INT64_MAX));
  CHECK(most + most == most);
  CHECK(-most - most == -most);
  CHECK(most * -most == -most);
  CHECK(Fixed::quotient(INT64_MIN, 1) == -most);
  CHECK(Fixed::from(Ratio{INT64_MAX, INT64_MAX}) == Fixed::from(1));
  CHECK(times(10, Fixed::quotient(1, 4)) == 3);
  CHECK(times(-10, Fixed::quotient(1, 4)) == -2);
  CHECK(times(INT64_MAX, Fixed::from(2)) == INT64_MAX);
  CHECK(times(INT64_MAX, Fixed::from(-2)) == -INT64_MAX);
}

TEST_CASE("the exponential quantile is within its bound, and never falls") {
  Stream stream(4, "quantiles");
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t u = ~any_integer(stream);  // near the upper end: there the logarithm is steep
    const long double above = static_cast<long double>(~u | 1) / 0x1p64L;
    REQUIRE(off_by(exponential_quantile(u), -std::log(above)) <= 1);
    REQUIRE(off_by(exponential_quantile_log2(u), -std::log2(above)) <= 1);
    const std::uint64_t further = u + (stream.next() >> 20);
    if (further > u) REQUIRE(exponential_quantile(further) >= exponential_quantile(u));
  }
  CHECK(exponential_quantile(0) == Fixed());
  CHECK(exponential_quantile_log2(~std::uint64_t{0}) == Fixed::from(64));
}

TEST_CASE("fixed-point results have the same bits everywhere") {
  Stream stream(5, "golden");
  Digest digest;
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t n = any_integer(stream);
    const Fixed x = any_fixed(stream, 5);
    for (const Fixed result : {log2_of(n), ln_of(n), exp2(x), exp(x), exponential_quantile(n)})
      digest.add(static_cast<std::uint64_t>(result.raw()));
    digest.add(static_cast<std::uint64_t>(times_exp(static_cast<std::int64_t>(n >> 1), x)));
  }
  CHECK(digest.value() == 0x9e1efc9149471dd7);
  CHECK(ln_of(10).raw() == 648120085424803);  // 2.302585092994046 * 2^48
}
