#include "sim/chance/normal.hpp"

#include <array>
#include <cstddef>

namespace lightcone::sim {

namespace {

// digits * 10^-decimals with `bits` fraction bits, rounded; digits < 10^18, decimals <= 38, bits <= 64.
constexpr std::uint64_t decimal(std::uint64_t digits, int decimals, int bits) {
  Uint128 power = 1;
  for (int i = 0; i < decimals; ++i) power *= 10;
  return static_cast<std::uint64_t>(((Uint128{digits} << bits) + power / 2) / power);
}

// A quotient of two polynomials of degree 7, constant terms first.
using Coefficients = std::array<std::uint64_t, 8>;
struct Quotient {
  Coefficients numerator;
  Coefficients denominator;
};

// The published coefficients to 18 digits. Fraction bits leave room for the largest sum: below 2^17 near
// the middle, 2^10 in the tails.
constexpr int middle_bits = 46;
constexpr int tail_bits = 52;

constexpr std::uint64_t m(std::uint64_t digits, int decimals) {
  return decimal(digits, decimals, middle_bits);
}
constexpr std::uint64_t t(std::uint64_t digits, int decimals) { return decimal(digits, decimals, tail_bits); }

// |p - 1/2| <= 0.425, in 0.425^2 - (p - 1/2)^2.
constexpr Quotient middle = {{m(338713287279636661, 17), m(133141667891784377, 15), m(197159095030655144, 14),
                              m(137316937655094611, 13), m(459219539315498715, 13), m(672657709270087009, 13),
                              m(334305755835881281, 13), m(250908092873012267, 14)},
                             {m(1, 0), m(423133307016009113, 16), m(687187007492057908, 15),
                              m(539419602142475111, 14), m(212137943015865959, 13), m(393078958000927106, 13),
                              m(287290857357219427, 13), m(522649527885285456, 14)}};

// r = sqrt(-ln(min(p, 1 - p))) <= 5, in r - 1.6.
constexpr Quotient near_tail = {
    {t(142343711074968358, 17), t(463033784615654530, 17), t(576949722146069141, 17),
     t(364784832476320461, 17), t(127045825245236838, 17), t(241780725177450612, 18),
     t(227238449892691846, 19), t(774545014278341408, 21)},
    {t(1, 0), t(205319162663775882, 17), t(167638483018380385, 17), t(689767334985100005, 18),
     t(148103976427480075, 18), t(151986665636164572, 19), t(547593808499534495, 21),
     t(105075007164441684, 26)}};

// r > 5, in r - 5.
constexpr Quotient far_tail = {
    {t(665790464350110378, 17), t(546378491116411437, 17), t(178482653991729134, 17),
     t(296560571828504891, 18), t(265321895265761230, 19), t(124266094738807844, 20),
     t(271155556874348758, 22), t(201033439929228813, 24)},
    {t(1, 0), t(599832206555887938, 18), t(136929880922735805, 18), t(148753612908506149, 19),
     t(786869131145613259, 21), t(184631831751005468, 22), t(142151175831644589, 24),
     t(204426310338993979, 32)}};

inline std::uint64_t sum_of(const Coefficients& coefficients, std::uint64_t x, int x_bits) noexcept {
  std::uint64_t sum = coefficients[7];
  for (std::size_t i = 7; i-- > 0;)
    sum = coefficients[i] + static_cast<std::uint64_t>((Uint128{sum} * x) >> x_bits);
  return sum;
}

// The quotient at x, with 58 fraction bits; it is below 16, and the numerator below 2^63.
inline std::uint64_t quotient_q58(const Quotient& of, std::uint64_t x, int x_bits) noexcept {
  const Uint128 over = Uint128{sum_of(of.numerator, x, x_bits)} << 58;
  return static_cast<std::uint64_t>(over / sum_of(of.denominator, x, x_bits));
}

// For distances from the middle, |p - 1/2| * 2^64, up to 0.425.
inline std::int64_t middle_quantile(std::uint64_t distance) noexcept {
  constexpr std::uint64_t edge_squared = decimal(180625, 6, 64);
  const std::uint64_t r = edge_squared - multiply_high(distance, distance);
  const std::uint64_t factor = quotient_q58(middle, r, 64);
  constexpr int shift = 64 + 58 - Fixed::fraction_bits;
  return static_cast<std::int64_t>((Uint128{distance} * factor + (Uint128{1} << (shift - 1))) >> shift);
}

inline std::int64_t tail_quantile(std::uint64_t distance) noexcept {
  const Fixed depth = exponential_quantile(distance + (std::uint64_t{1} << 63));
  const std::int64_t r = sqrt(depth).raw();
  constexpr std::int64_t five = 5 * Fixed::one;
  constexpr auto near = static_cast<std::int64_t>(decimal(16, 1, Fixed::fraction_bits));
  const bool is_far = r > five;
  const auto x = static_cast<std::uint64_t>(r - (is_far ? five : near));
  const std::uint64_t z = quotient_q58(is_far ? far_tail : near_tail, x, Fixed::fraction_bits);
  constexpr int shift = 58 - Fixed::fraction_bits;
  return static_cast<std::int64_t>((z + (std::uint64_t{1} << (shift - 1))) >> shift);
}

}  // namespace

Fixed normal_quantile(std::uint64_t u) noexcept {
  constexpr std::uint64_t half = std::uint64_t{1} << 63;
  constexpr std::uint64_t edge = decimal(425, 3, 64);
  const bool upper = u >= half;
  const std::uint64_t distance = (upper ? u : ~u) - half;
  const std::int64_t z = distance <= edge ? middle_quantile(distance) : tail_quantile(distance);
  return Fixed::from_raw(upper ? z : -z);
}

std::uint64_t normal_probability(Fixed z) noexcept {
  std::uint64_t probability = 0;
  for (int bit = 63; bit >= 0; --bit) {
    const std::uint64_t larger = probability | (std::uint64_t{1} << bit);
    if (normal_quantile(larger) <= z) probability = larger;
  }
  return probability;
}

Fixed normal_density(Fixed z) noexcept {
  constexpr auto at_zero = static_cast<std::int64_t>(decimal(398942280401432678, 18, Fixed::fraction_bits));
  const Fixed half_square = Fixed::from_raw((z * z).raw() / 2);
  return exp(-half_square) * Fixed::from_raw(at_zero);
}

}  // namespace lightcone::sim
