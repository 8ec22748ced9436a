#include "sim/chance/normal.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

#include "sim/chance/stream.hpp"
#include "tests/sim/chance/goodness.hpp"

using namespace lightcone::sim;

namespace {

constexpr long double one = static_cast<long double>(Fixed::one);
constexpr long double pi = std::numbers::pi_v<long double>;

long double probability_below(long double z) {
  return std::erfc(-z / std::numbers::sqrt2_v<long double>) / 2;
}
long double density(long double z) { return std::exp(-z * z / 2) / std::sqrt(2 * pi); }

// How far z is from the true quantile of a share in the lower half, by one step of Newton's method, where
// the share is known to a draw, 2^-64.
long double error_of_quantile(std::uint64_t u) {
  const long double z = static_cast<long double>(normal_quantile(u).raw()) / one;
  const long double share = (static_cast<long double>(u) + 0.5L) / 0x1p64L;
  const long double off = std::fabs(probability_below(z) - share) - 0x1p-64L;
  return std::max(0.0L, off / density(z));
}

}  // namespace

TEST_CASE("normal quantiles are within their bound, in the middle and far out") {
  Stream stream(1, "normal");
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t wide = stream.next() >> 1;
    const std::uint64_t u = wide >> stream.below(63);
    REQUIRE(error_of_quantile(u) <= 0x1p-42L);
    REQUIRE(normal_quantile(~u) == -normal_quantile(u));
  }
  for (std::uint64_t u = 0; u < 2'000'000; u += 97) REQUIRE(error_of_quantile(u) <= 0x1p-42L);
  CHECK(normal_quantile(~std::uint64_t{0}).raw() / Fixed::one == 9);
}

TEST_CASE("normal quantiles do not fall where two approximations meet") {
  for (const long double above : {0.075L, std::exp(-25.0L)}) {
    const auto share = static_cast<std::uint64_t>(above * 0x1p64L);
    const std::uint64_t step = share / 1'000'000'000 + 1;
    Fixed before = normal_quantile(~share - 1'001 * step);
    for (std::uint64_t i = 0; i < 2'000; ++i) {
      const Fixed z = normal_quantile(~share - 1'000 * step + i * step);
      REQUIRE(z.raw() >= before.raw());
      before = z;
    }
    CHECK(before > normal_quantile(~share));
  }
}

TEST_CASE("normal probability is the inverse of the quantile") {
  for (const std::int64_t tenths : {-60, -31, -10, -1, 0, 1, 7, 25, 58}) {
    const long double z = static_cast<long double>(tenths) / 10;
    const auto share = static_cast<long double>(normal_probability(Fixed::quotient(tenths, 10))) / 0x1p64L;
    INFO("z = " << static_cast<double>(z));
    CHECK(std::fabs(share - probability_below(z)) <= density(z) * 0x1p-41L + 0x1p-63L);
    CHECK(std::fabs(static_cast<long double>(normal_density(Fixed::quotient(tenths, 10)).raw()) / one -
                    density(z)) <= 0x1p-46L);
  }
  CHECK(normal_probability(Fixed::from(-10)) == 0);
  CHECK(normal_probability(Fixed::from(10)) == ~std::uint64_t{0});
}

TEST_CASE("normal quantiles have the same bits everywhere") {
  Stream stream(2, "golden");
  Digest digest;
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t u = stream.next();
    digest.add(static_cast<std::uint64_t>(normal_quantile(u).raw()));
    digest.add(static_cast<std::uint64_t>(normal_quantile(u >> 20).raw()));
  }
  CHECK(digest.value() == 0x211ae283790c248c);
}
