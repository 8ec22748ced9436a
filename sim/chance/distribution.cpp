#include "sim/chance/distribution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <string_view>
#include <utility>

#include "sim/chance/normal.hpp"
#include "sim/units.hpp"
#include "sim/wide.hpp"

// Under sanitizers g++ 12 takes the alternatives that a moved variant does not hold for ones that it reads.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

namespace lightcone::sim {

namespace {

constexpr std::uint64_t largest_draw = ~std::uint64_t{0};

// Samples: not below 0, not above `longest`.
Duration bounded(Int128 nanoseconds) noexcept {
  if (nanoseconds < 0) return Duration::zero();
  if (nanoseconds > Distribution::longest.count()) return Distribution::longest;
  return Duration{static_cast<std::int64_t>(nanoseconds)};
}

// Means: nothing rather than a wrong one.
std::optional<Duration> if_representable(Int128 nanoseconds) noexcept {
  if (nanoseconds > Distribution::longest.count()) return std::nullopt;
  return Duration{static_cast<std::int64_t>(nanoseconds)};
}

std::optional<Problem> out_of_range(std::string_view what, Duration value) {
  if (value < Duration::zero()) return Problem{fmt::format("{} must not be negative", what)};
  if (value > Distribution::longest) return Problem{fmt::format("{} must not be longer than 73 years", what)};
  return std::nullopt;
}

std::string text_of(Fixed number) {
  const std::int64_t millionths = times(1'000'000, number);
  std::string text = fmt::format("{}.{:06}", millionths / 1'000'000, millionths % 1'000'000);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

// Constant

Duration Distribution::Constant::at(std::uint64_t) const noexcept { return value; }
std::optional<Duration> Distribution::Constant::mean() const noexcept { return value; }
Duration Distribution::Constant::lower_bound() const noexcept { return value; }
std::optional<Duration> Distribution::Constant::max() const noexcept { return value; }
std::string Distribution::Constant::text() const { return to_text(value); }

Result<Distribution> Distribution::constant(Duration value) {
  if (auto problem = out_of_range("a constant", value)) return *problem;
  return Distribution(Constant{value});
}

// Uniform

Duration Distribution::Uniform::at(std::uint64_t u) const noexcept {
  const auto width = static_cast<std::uint64_t>((highest - lowest).count()) + 1;
  return lowest + Duration{static_cast<std::int64_t>(multiply_high(u, width))};
}
std::optional<Duration> Distribution::Uniform::mean() const noexcept {
  return lowest + (highest - lowest) / 2;
}
Duration Distribution::Uniform::lower_bound() const noexcept { return lowest; }
std::optional<Duration> Distribution::Uniform::max() const noexcept { return highest; }
std::string Distribution::Uniform::text() const {
  return fmt::format("uniform({} to {})", to_text(lowest), to_text(highest));
}

Result<Distribution> Distribution::uniform(Duration lowest, Duration highest) {
  if (auto problem = out_of_range("the lowest value", lowest)) return *problem;
  if (auto problem = out_of_range("the highest value", highest)) return *problem;
  if (lowest > highest) return Problem{"the lowest value must not be above the highest"};
  return Distribution(Uniform{lowest, highest});
}

// Exponential

Duration Distribution::Exponential::at(std::uint64_t u) const noexcept {
  return bounded(Int128{least.count()} + times(mean_excess.count(), exponential_quantile(u)));
}
std::optional<Duration> Distribution::Exponential::mean() const noexcept {
  return if_representable(Int128{least.count()} + mean_excess.count());
}
Duration Distribution::Exponential::lower_bound() const noexcept { return least; }
std::optional<Duration> Distribution::Exponential::max() const noexcept {
  if (mean_excess == Duration::zero()) return least;
  return std::nullopt;
}
std::string Distribution::Exponential::text() const {
  const std::string memoryless = fmt::format("exponential(mean {})", to_text(mean_excess));
  return least == Duration::zero() ? memoryless : fmt::format("{} + {}", to_text(least), memoryless);
}

Result<Distribution> Distribution::exponential(Duration mean) {
  if (auto problem = out_of_range("the mean", mean)) return *problem;
  return Distribution(Exponential{Duration::zero(), mean});
}

Result<Distribution> Distribution::shifted_exponential(Duration least, Duration mean_excess) {
  if (auto problem = out_of_range("the least value", least)) return *problem;
  if (auto problem = out_of_range("the mean excess", mean_excess)) return *problem;
  return Distribution(Exponential{least, mean_excess});
}

// Pareto

Duration Distribution::Pareto::at(std::uint64_t u) const noexcept {
  // scale * (1 - p)^(-1 / shape), and shape is such that the exponent stays below 6400.
  const Fixed exponent = exponential_quantile_log2(u) * inverse_shape;
  const Duration uncapped = bounded(times_exp2(scale.count(), exponent));
  return cap ? std::min(uncapped, *cap) : uncapped;
}

std::optional<Duration> Distribution::Pareto::mean() const noexcept {
  if (scale == Duration::zero()) return scale;
  const Int128 over = Int128{shape.numerator} - shape.denominator;  // (shape - 1) * denominator
  if (!cap) {
    if (over <= 0) return std::nullopt;
    return if_representable((Int128{scale.count()} * shape.numerator + over / 2) / over);
  }
  // scale + the integral of (scale / x)^shape from scale to cap.
  const Fixed octaves =
      log2_of(static_cast<std::uint64_t>(cap->count())) - log2_of(static_cast<std::uint64_t>(scale.count()));
  constexpr Fixed ln2 = Fixed::from_raw(195103586505167);  // ln(2) * 2^48
  if (over == 0) return if_representable(Int128{scale.count()} + times(scale.count(), octaves * ln2));
  // scale * (1 - (cap / scale)^(1 - shape)) / (shape - 1), in small units, as the quotient magnifies.
  const int shift = std::max(0, std::countl_zero(static_cast<std::uint64_t>(cap->count())) - 2);
  const std::int64_t fine_scale = scale.count() << shift;
  const Fixed shape_minus_one = Fixed::from(shape) - Fixed::from(1);
  const std::int64_t fine_rest = times_exp2(fine_scale, -(shape_minus_one * octaves));
  const Int128 integral = (Int128{fine_scale} - fine_rest) * shape.denominator / over;
  return if_representable(Int128{scale.count()} + (integral >> shift));
}

Duration Distribution::Pareto::lower_bound() const noexcept { return scale; }
std::optional<Duration> Distribution::Pareto::max() const noexcept {
  return scale == Duration::zero() ? std::optional(scale) : cap;
}
std::string Distribution::Pareto::text() const {
  const std::string capped = cap ? fmt::format(", at most {}", to_text(*cap)) : "";
  return fmt::format("pareto(scale {}, shape {}{})", to_text(scale), to_text(shape), capped);
}

Result<Distribution> Distribution::pareto(Duration scale, Ratio shape, std::optional<Duration> cap) {
  if (auto problem = out_of_range("the scale", scale)) return *problem;
  if (shape.denominator <= 0 || shape < Ratio{1, 100} || shape > Ratio{1'000'000, 1})
    return Problem{"the shape must be from 1/100 to 1000000"};
  if (cap) {
    if (auto problem = out_of_range("the cap", *cap)) return *problem;
    if (*cap < scale) return Problem{"the cap must not be below the scale"};
  }
  return Distribution(Pareto{scale, shape, Fixed::quotient(shape.denominator, shape.numerator), cap});
}

// Log-normal

Duration Distribution::LogNormal::at(std::uint64_t u) const noexcept {
  return bounded(times_exp(median.count(), sigma * normal_quantile(u)));
}
std::optional<Duration> Distribution::LogNormal::mean() const noexcept {
  const Fixed half_square = Fixed::from_raw((sigma * sigma).raw() / 2);
  return if_representable(times_exp(median.count(), half_square));
}
Duration Distribution::LogNormal::lower_bound() const noexcept {
  return sigma == Fixed() ? median : Duration::zero();
}
std::optional<Duration> Distribution::LogNormal::max() const noexcept {
  if (sigma == Fixed() || median == Duration::zero()) return median;
  return std::nullopt;
}
std::string Distribution::LogNormal::text() const {
  return fmt::format("log-normal(median {}, sigma {})", to_text(median), text_of(sigma));
}

Result<Distribution> Distribution::log_normal(Duration median, Ratio sigma) {
  if (auto problem = out_of_range("the median", median)) return *problem;
  if (sigma.denominator <= 0 || sigma.numerator < 0 || sigma > Ratio{100, 1})
    return Problem{"sigma must be from 0 to 100"};
  return Distribution(LogNormal{median, Fixed::from(sigma)});
}

Result<Distribution> Distribution::log_normal_through(Duration p50, Duration p99) {
  if (auto problem = out_of_range("p50", p50)) return *problem;
  if (auto problem = out_of_range("p99", p99)) return *problem;
  if (p50 == Duration::zero()) return Problem{"p50 must be above 0"};
  if (p99 < p50) return Problem{"p99 must not be below p50"};
  const Fixed spread =
      ln_of(static_cast<std::uint64_t>(p99.count())) - ln_of(static_cast<std::uint64_t>(p50.count()));
  constexpr auto p99_draw = static_cast<std::uint64_t>((Uint128{99} << 64) / 100);
  return Distribution(LogNormal{p50, spread / normal_quantile(p99_draw)});
}

// Normal

Duration Distribution::Normal::at(std::uint64_t u) const noexcept {
  // From what is above the draw, so that the largest draw stays the largest.
  const std::uint64_t above = ~u - multiply_high(~u, share_below_zero);
  return bounded(Int128{mean_before.count()} + times(deviation.count(), normal_quantile(~above)));
}
std::optional<Duration> Distribution::Normal::mean() const noexcept {
  if (share_below_zero == 0) return mean_before;
  // mean + deviation * density(z) / (1 - share below z), z = -mean / deviation.
  const Fixed z = -Fixed::quotient(mean_before.count(), deviation.count());
  const auto share_above =
      Fixed::from_raw(static_cast<std::int64_t>((~share_below_zero >> (64 - Fixed::fraction_bits)) + 1));
  return if_representable(Int128{mean_before.count()} +
                          times(deviation.count(), normal_density(z) / share_above));
}
Duration Distribution::Normal::lower_bound() const noexcept {
  return deviation == Duration::zero() ? mean_before : Duration::zero();
}
std::optional<Duration> Distribution::Normal::max() const noexcept {
  if (deviation == Duration::zero()) return mean_before;
  return std::nullopt;
}
std::string Distribution::Normal::text() const {
  return fmt::format("normal(mean {}, deviation {}, at least 0)", to_text(mean_before), to_text(deviation));
}

Result<Distribution> Distribution::normal(Duration mean, Duration deviation) {
  if (auto problem = out_of_range("the mean", mean)) return *problem;
  if (auto problem = out_of_range("the deviation", deviation)) return *problem;
  // No draw reaches 10 deviations below the mean.
  const bool reaches_zero = mean / 10 <= deviation && deviation > Duration::zero();
  const std::uint64_t share =
      reaches_zero ? normal_probability(-Fixed::quotient(mean.count(), deviation.count())) : 0;
  return Distribution(Normal{mean, deviation, share});
}

// Mixture

const Distribution& Distribution::Mixture::drawn_part(Stream& stream) const noexcept {
  std::uint64_t rest = stream.below(total_weight);
  auto part = parts.begin();
  while (rest >= part->weight) {
    rest -= part->weight;
    ++part;
  }
  return part->distribution;
}

std::uint64_t Distribution::Mixture::probability_at_most(Duration x) const noexcept {
  Uint128 sum = 0;
  for (const Part& part : parts) sum += Uint128{part.weight} * part.distribution.probability_at_most(x);
  return static_cast<std::uint64_t>(sum / total_weight);
}

Duration Distribution::Mixture::at(std::uint64_t u) const noexcept {
  std::int64_t too_small = lower_bound().count() - 1;
  std::int64_t large_enough = longest.count();
  while (large_enough - too_small > 1) {
    const std::int64_t middle = too_small + (large_enough - too_small) / 2;
    (probability_at_most(Duration{middle}) >= u ? large_enough : too_small) = middle;
  }
  return Duration{large_enough};
}

std::optional<Duration> Distribution::Mixture::mean() const noexcept {
  Uint128 sum = 0;
  for (const Part& part : parts) {
    if (part.weight == 0) continue;
    const std::optional<Duration> mean = part.distribution.mean();
    if (!mean) return std::nullopt;
    sum += Uint128{part.weight} * static_cast<std::uint64_t>(mean->count());
  }
  return Duration{static_cast<std::int64_t>((sum + total_weight / 2) / total_weight)};
}

Duration Distribution::Mixture::lower_bound() const noexcept {
  Duration lowest = longest;
  for (const Part& part : parts)
    if (part.weight > 0) lowest = std::min(lowest, part.distribution.lower_bound());
  return lowest;
}

std::optional<Duration> Distribution::Mixture::max() const noexcept {
  Duration highest = Duration::zero();
  for (const Part& part : parts) {
    if (part.weight == 0) continue;
    const std::optional<Duration> max = part.distribution.max();
    if (!max) return std::nullopt;
    highest = std::max(highest, *max);
  }
  return highest;
}

std::string Distribution::Mixture::text() const {
  std::string text = "mixture(";
  for (const Part& part : parts) {
    if (&part != &parts.front()) text += ", ";
    text += fmt::format("{} x {}", part.weight, to_text(part.distribution));
  }
  return text + ")";
}

bool Distribution::Mixture::operator==(const Mixture& other) const { return parts == other.parts; }

Result<Distribution> Distribution::mixture(std::vector<Part> parts) {
  Uint128 total = 0;
  for (const Part& part : parts) total += part.weight;
  if (total == 0) return Problem{"a mixture needs a part with a weight above 0"};
  if (total >> 63 != 0) return Problem{"the weights must sum to less than 2^63"};
  return Distribution(Mixture{std::move(parts), static_cast<std::uint64_t>(total)});
}

// Table

Duration Distribution::Table::at(std::uint64_t u) const noexcept {
  const Uint128 position = Uint128{u} * million;  // in millionths, with 64 fraction bits
  const auto whole = static_cast<std::uint64_t>(position >> 64);
  const auto right = std::upper_bound(points.begin(), points.end() - 1, whole,
                                      [](std::uint64_t ppm, const Point& point) { return ppm < point.ppm; });
  const auto left = right - 1;
  const Uint128 into = position - (Uint128{left->ppm} << 64);
  const auto share = static_cast<std::uint64_t>(into / (right->ppm - left->ppm));
  const auto rise = static_cast<std::uint64_t>((right->value - left->value).count());
  const Uint128 risen = (Uint128{rise} * share + (Uint128{1} << 63)) >> 64;
  return left->value + Duration{static_cast<std::int64_t>(risen)};
}

std::optional<Duration> Distribution::Table::mean() const noexcept {
  Int128 twice_millions = 0;
  for (std::size_t i = 1; i < points.size(); ++i)
    twice_millions += Int128{points[i].ppm - points[i - 1].ppm} *
                      (Int128{points[i].value.count()} + points[i - 1].value.count());
  return if_representable((twice_millions + million) / (2 * million));
}

Duration Distribution::Table::lower_bound() const noexcept { return points.front().value; }
std::optional<Duration> Distribution::Table::max() const noexcept { return points.back().value; }

std::string Distribution::Table::text() const {
  std::string text = "table(";
  for (const Point& point : points) {
    if (&point != &points.front()) text += ", ";
    text += fmt::format("{} ppm {}", point.ppm, to_text(point.value));
  }
  return text + ")";
}

bool Distribution::Table::operator==(const Table& other) const { return points == other.points; }

Result<Distribution> Distribution::table(std::vector<Point> points) {
  if (points.size() < 2 || points.front().ppm != 0 || points.back().ppm != million)
    return Problem{
        "a table needs a first point at 0 ppm (the least value) and a last one at 1000000 ppm (the largest)"};
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (auto problem = out_of_range(fmt::format("the value at {} ppm", points[i].ppm), points[i].value))
      return *problem;
    if (i == 0) continue;
    if (points[i].ppm <= points[i - 1].ppm)
      return Problem{fmt::format("{} ppm must not come after {} ppm", points[i].ppm, points[i - 1].ppm)};
    if (points[i].value < points[i - 1].value)
      return Problem{fmt::format("the value at {} ppm must not be below that at {} ppm", points[i].ppm,
                                 points[i - 1].ppm)};
  }
  return Distribution(Table{std::move(points)});
}

// Distribution

Distribution::Distribution() : kind_(Constant{Duration::zero()}) {}
Distribution::Distribution(Kind kind) : kind_(std::move(kind)) {}
// Here, as the parts of a mixture are distributions, and incomplete where the class is defined.
Distribution::Distribution(const Distribution& other) = default;
Distribution::Distribution(Distribution&& other) noexcept = default;
Distribution& Distribution::operator=(const Distribution& other) = default;
Distribution& Distribution::operator=(Distribution&& other) noexcept = default;
Distribution::~Distribution() = default;

Distribution Distribution::always(Duration value) {
  ensure(value >= Duration::zero() && value <= longest,
         "a constant duration is neither negative nor too long");
  return Distribution(Constant{value});
}

Duration Distribution::at(std::uint64_t u) const noexcept {
  return std::visit([u](const auto& kind) { return kind.at(u); }, kind_);
}

Duration Distribution::sample(Stream& stream) const noexcept {
  const Distribution* drawn = this;
  while (const auto* mixture = std::get_if<Mixture>(&drawn->kind_)) drawn = &mixture->drawn_part(stream);
  // Exactly uniform, where at() would be off by up to width / 2^64.
  if (const auto* uniform = std::get_if<Uniform>(&drawn->kind_))
    return stream.between(uniform->lowest, uniform->highest);
  const std::uint64_t u = stream.next();
  return drawn->at(u);
}

Duration Distribution::quantile(std::uint32_t ppm) const noexcept {
  ensure(ppm <= million, "a quantile is asked for at 1000000 ppm at most");
  if (ppm == million) return max().value_or(at(largest_draw));
  return at(static_cast<std::uint64_t>((Uint128{ppm} << 64) / million));
}

std::uint64_t Distribution::probability_at_most(Duration x) const noexcept {
  if (const auto* mixture = std::get_if<Mixture>(&kind_)) return mixture->probability_at_most(x);
  if (at(0) > x) return 0;
  std::uint64_t u = 0;  // the largest draw that gives x at most
  for (int bit = 63; bit >= 0; --bit) {
    const std::uint64_t larger = u | (std::uint64_t{1} << bit);
    if (at(larger) <= x) u = larger;
  }
  return u == largest_draw ? u : u + 1;
}

std::optional<Duration> Distribution::mean() const noexcept {
  return std::visit([](const auto& kind) { return kind.mean(); }, kind_);
}

Duration Distribution::lower_bound() const noexcept {
  return std::visit([](const auto& kind) { return kind.lower_bound(); }, kind_);
}

std::optional<Duration> Distribution::max() const noexcept {
  return std::visit([](const auto& kind) { return kind.max(); }, kind_);
}

std::string to_text(const Distribution& distribution) {
  return std::visit([](const auto& kind) { return kind.text(); }, distribution.kind_);
}

bool operator==(const Distribution& a, const Distribution& b) noexcept { return a.kind_ == b.kind_; }

}  // namespace lightcone::sim
