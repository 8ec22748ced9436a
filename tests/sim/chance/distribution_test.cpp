#include "sim/chance/distribution.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <numbers>
#include <string>
#include <vector>

#include "tests/sim/chance/goodness.hpp"

using namespace lightcone::sim;

namespace {

using D = Distribution;

constexpr D::Point point(std::uint32_t ppm, Duration value) { return {ppm, value}; }

D fast_or_slow() {
  return D::mixture({{3, D::uniform(1s, 2s).value()}, {1, D::shifted_exponential(5s, 1s).value()}}).value();
}

D measured() {
  return D::table({point(0, 1s), point(500'000, 2s), point(900'000, 4s), point(999'000, 20s),
                   point(1'000'000, 90s)})
      .value();
}

long double normal_below(long double z) { return std::erfc(-z / std::numbers::sqrt2_v<long double>) / 2; }

// A distribution with its cumulative function, in seconds.
struct Known {
  D distribution;
  std::function<long double(long double)> below;
};

std::vector<Known> continuous_ones() {
  const auto exponential = [](long double x) { return x < 0 ? 0 : 1 - std::exp(-x); };
  return {
      {D::uniform(1s, 3s).value(), [](long double x) { return (x - 1) / 2; }},
      {D::exponential(1s).value(), exponential},
      {D::shifted_exponential(5s, 1s).value(), [=](long double x) { return exponential(x - 5); }},
      {D::pareto(1s, {10, 1}).value(), [](long double x) { return 1 - std::pow(x, -10.0L); }},
      {D::pareto(1s, {1, 2}).value(), [](long double x) { return 1 - std::pow(x, -0.5L); }},
      {D::log_normal(1s, {1, 2}).value(), [](long double x) { return normal_below(std::log(x) / 0.5L); }},
      {D::log_normal_through(1s, 10s).value(),
       [](long double x) {
         return normal_below(std::log(x) / (std::numbers::ln10_v<long double> / 2.32634787404084110088L));
       }},
      {D::normal(10s, 1s).value(), [](long double x) { return normal_below(x - 10); }},
      {D::normal(1s, 2s).value(),
       [](long double x) {
         const long double hidden = normal_below(-0.5L);
         return (normal_below((x - 1) / 2) - hidden) / (1 - hidden);
       }},
      {D::normal(0s, 1s).value(), [](long double x) { return 2 * normal_below(x) - 1; }},
      {fast_or_slow(),
       [=](long double x) {
         return 0.75L * std::min(1.0L, std::max(0.0L, x - 1)) + 0.25L * exponential(x - 5);
       }},
      {measured(),
       [](long double x) {
         if (x <= 2) return 0.5L * (x - 1);
         if (x <= 4) return 0.5L + 0.4L * (x - 2) / 2;
         if (x <= 20) return 0.9L + 0.099L * (x - 4) / 16;
         return 0.999L + 0.001L * (x - 20) / 70;
       }},
  };
}

long double seconds(Duration duration) { return static_cast<long double>(duration.count()) / 1e9L; }

}  // namespace

TEST_CASE("samples follow each distribution") {
  for (const Known& known : continuous_ones()) {
    Stream stream(1, "samples");
    std::vector<double> samples;
    for (int i = 0; i < 100'000; ++i)
      samples.push_back(static_cast<double>(seconds(known.distribution.sample(stream))));
    INFO(to_text(known.distribution));
    CHECK(kolmogorov_smirnov_excess(samples, [&](double x) {
            return static_cast<double>(known.below(static_cast<long double>(x)));
          }) < 1);
  }
}

// A million samples: as many lie above each true quantile, far into the tail, as should, within 3.3 standard
// deviations (once in a thousand).
TEST_CASE("a million samples are right far into the tail") {
  for (const Known& known : continuous_ones()) {
    Stream stream(2, "tails");
    constexpr int draws = 1'000'000;
    constexpr std::array<std::uint32_t, 7> ppm = {1'000,   100'000, 500'000, 900'000,
                                                  990'000, 999'000, 999'900};
    std::array<int, 7> above{};
    std::array<Duration, 7> bounds{};
    for (std::size_t i = 0; i < ppm.size(); ++i) bounds[i] = known.distribution.quantile(ppm[i]);
    for (int i = 0; i < draws; ++i) {
      const Duration sample = known.distribution.sample(stream);
      for (std::size_t at = 0; at < ppm.size(); ++at) above[at] += sample > bounds[at] ? 1 : 0;
    }
    for (std::size_t i = 0; i < ppm.size(); ++i) {
      INFO(to_text(known.distribution) << " at " << ppm[i] << " ppm");
      const double share = 1 - ppm[i] / 1e6;
      CHECK(std::abs(above[i] - draws * share) < 3.3 * std::sqrt(draws * share * (1 - share)));
    }
  }
}

TEST_CASE("quantiles and probabilities are right to a nanosecond or 10^-10 of a second") {
  for (const Known& known : continuous_ones()) {
    for (const std::uint32_t ppm :
         {1u, 1'000u, 250'000u, 500'000u, 740'000u, 900'000u, 990'000u, 999'000u, 999'999u}) {
      INFO(to_text(known.distribution) << " at " << ppm << " ppm");
      const Duration quantile = known.distribution.quantile(ppm);
      if (quantile == D::longest) continue;
      const long double share = ppm / 1e6L;
      const Duration slack(1 + quantile.count() / 10'000'000'000);
      // As quantiles are rounded, the share lies between those of its neighbours.
      CHECK(known.below(seconds(quantile - slack)) <= share);
      CHECK(known.below(seconds(quantile + slack)) >= share);
      const auto probability =
          static_cast<long double>(known.distribution.probability_at_most(quantile)) / 0x1p64L;
      CHECK(probability >= known.below(seconds(quantile - slack)) - 1e-12L);
      CHECK(probability <= known.below(seconds(quantile + slack)) + 1e-12L);
    }
  }
}

TEST_CASE("samples average to the mean") {
  std::vector<D> all;
  for (Known& known : continuous_ones())
    if (known.distribution != D::pareto(1s, {1, 2}).value()) all.push_back(known.distribution);
  all.push_back(D::pareto(1s, {1, 2}, 100s).value());
  all.push_back(D::pareto(1s, {1, 1}, 100s).value());
  all.push_back(D::pareto(1s, {1'000'001, 1'000'000}, 100s).value());
  all.push_back(D::pareto(1s, {3, 2}, 100s).value());
  for (const D& distribution : all) {
    Stream stream(3, "means");
    constexpr int draws = 400'000;
    long double sum = 0;
    long double squares = 0;
    for (int i = 0; i < draws; ++i) {
      const long double x = seconds(distribution.sample(stream));
      sum += x;
      squares += x * x;
    }
    const long double mean = sum / draws;
    const long double deviation = std::sqrt((squares / draws - mean * mean) / draws);
    INFO(to_text(distribution));
    REQUIRE(distribution.mean());
    CHECK(std::abs(static_cast<double>(mean - seconds(*distribution.mean()))) <
          static_cast<double>(3.3L * deviation));
  }
}

TEST_CASE("means are those of the closed forms") {
  const auto off = [](const D& distribution, long double wanted) {
    return std::abs(
        static_cast<double>(static_cast<long double>(distribution.mean().value().count()) - wanted));
  };
  CHECK(off(D::constant(7ms).value(), 7e6L) == 0);
  CHECK(off(D::uniform(1ns, 4ns).value(), 2.5L) <= 0.5);
  CHECK(off(D::shifted_exponential(1ms, 2ms).value(), 3e6L) == 0);
  CHECK(off(D::pareto(235us, {10, 1}).value(), 235e3L * 10 / 9) <= 0.5);
  CHECK(off(D::pareto(1'050us, {151, 100}).value(), 1.05e6L * 1.51L / 0.51L) <= 0.5);
  CHECK(off(D::log_normal(1s, {3, 2}).value(), 1e9L * std::exp(1.125L)) <= 0.5);
  // Truncated normal: density over the share that is left.
  const long double z = -0.5L;
  const long double density = std::exp(-z * z / 2) / std::sqrt(2 * std::acos(-1.0L));
  CHECK(off(D::normal(1s, 2s).value(), 1e9L + 2e9L * density / (1 - normal_below(z))) <= 1);
  CHECK(off(D::normal(10s, 1s).value(), 1e10L) <= 0.5);
  // Capped Pareto: scale + the integral of (scale / x)^shape up to the cap.
  CHECK(off(D::pareto(1ms, {1, 1}, 1s).value(), 1e6L * (1 + std::log(1000.0L))) <= 1);
  CHECK(off(D::pareto(1ms, {1, 2}, 1s).value(), 1e6L + 1e6L * (std::sqrt(1000.0L) - 1) / 0.5L) <= 1);
  CHECK(off(D::pareto(1ms, {3, 2}, 1s).value(), 1e6L + 1e6L * (1 - 1 / std::sqrt(1000.0L)) / 0.5L) <= 1);
  const long double nearly = 1e-6L;
  CHECK(off(D::pareto(1ms, {1'000'001, 1'000'000}, 1s).value(),
            1e6L - 1e6L * std::expm1(-nearly * std::log(1000.0L)) / nearly) <= 1);
  CHECK(off(D::pareto(1ms, {2, 1}, 1ms).value(), 1e6L) == 0);
  CHECK(off(measured(), 1e9L * (0.5L * 1.5L + 0.4L * 3 + 0.099L * 12 + 0.001L * 55)) <= 1);
  CHECK(off(fast_or_slow(), 1e9L * (0.75L * 1.5L + 0.25L * 6)) <= 1);
  CHECK(!D::pareto(1ms, {1, 1}).value().mean());
  CHECK(!D::pareto(1ms, {1, 2}).value().mean());
  CHECK(!D::log_normal(1s, {100, 1}).value().mean());
  CHECK(!D::mixture({{1, D()}, {1, D::pareto(1ms, {1, 1}).value()}}).value().mean());
}

TEST_CASE("bounds are those of the samples") {
  const auto bounds = [](const D& distribution) {
    return std::pair(distribution.lower_bound(), distribution.max().value_or(Duration(-1)));
  };
  using Bounds = std::pair<Duration, Duration>;
  CHECK(bounds(D()) == Bounds(0s, 0s));
  CHECK(bounds(D::constant(7ms).value()) == Bounds(7ms, 7ms));
  CHECK(bounds(D::uniform(1ms, 2ms).value()) == Bounds(1ms, 2ms));
  CHECK(bounds(D::exponential(1ms).value()) == Bounds(0s, Duration(-1)));
  CHECK(bounds(D::shifted_exponential(1ms, 0ms).value()) == Bounds(1ms, 1ms));
  CHECK(bounds(D::pareto(1ms, {2, 1}).value()) == Bounds(1ms, Duration(-1)));
  CHECK(bounds(D::pareto(1ms, {2, 1}, 1s).value()) == Bounds(1ms, 1s));
  CHECK(bounds(D::log_normal(1ms, {0, 1}).value()) == Bounds(1ms, 1ms));
  CHECK(bounds(D::log_normal(1ms, {1, 1}).value()) == Bounds(0s, Duration(-1)));
  CHECK(bounds(D::normal(1ms, 1ms).value()) == Bounds(0s, Duration(-1)));
  CHECK(bounds(D::normal(1ms, 0ms).value()) == Bounds(1ms, 1ms));
  CHECK(bounds(fast_or_slow()) == Bounds(1s, Duration(-1)));
  CHECK(bounds(D::mixture({{1, D::constant(3s).value()}, {0, D::exponential(1s).value()}}).value()) ==
        Bounds(3s, 3s));
  CHECK(bounds(measured()) == Bounds(1s, 90s));
  for (const Known& known : continuous_ones()) {
    INFO(to_text(known.distribution));
    Stream stream(4, "bounds");
    for (int i = 0; i < 2'000; ++i) {
      const Duration sample = known.distribution.sample(stream);
      REQUIRE(sample >= known.distribution.lower_bound());
      REQUIRE(sample <= known.distribution.max().value_or(D::longest));
    }
    CHECK(known.distribution.quantile(1'000'000) >= known.distribution.quantile(999'999));
    CHECK(known.distribution.quantile(0) >= known.distribution.lower_bound());
  }
}

TEST_CASE("every distribution but a mixture draws once a sample, even a constant") {
  for (const Known& known : continuous_ones()) {
    if (known.distribution == fast_or_slow()) continue;
    Stream stream(5, "draws");
    Stream counting = stream;
    for (int i = 0; i < 100; ++i) known.distribution.sample(stream);
    for (int i = 0; i < 100; ++i) counting.next();
    CHECK(stream == counting);
  }
  Stream stream(5, "draws");
  Stream counting = stream;
  D().sample(stream);
  CHECK(stream != counting);
  fast_or_slow().sample(stream);
  for (int i = 0; i < 3; ++i) counting.next();
  CHECK(stream == counting);
}

TEST_CASE("the longest and the shortest parameters neither overflow nor go below zero") {
  const std::vector<D> extremes = {
      D::constant(D::longest).value(),
      D::uniform(0ns, D::longest).value(),
      D::exponential(D::longest).value(),
      D::exponential(0ns).value(),
      D::shifted_exponential(D::longest, D::longest).value(),
      D::pareto(D::longest, {1, 100}).value(),
      D::pareto(1ns, {1, 100}).value(),
      D::pareto(0ns, {1, 100}).value(),
      D::pareto(1ns, {1'000'000, 1}).value(),
      D::pareto(1ns, {1, 100}, D::longest).value(),
      D::pareto(1ns, {INT64_MAX, INT64_MAX}, D::longest).value(),
      D::log_normal(D::longest, {100, 1}).value(),
      D::log_normal(0ns, {100, 1}).value(),
      D::log_normal_through(1ns, D::longest).value(),
      D::normal(0ns, D::longest).value(),
      D::normal(D::longest, 1ns).value(),
      D::normal(D::longest, D::longest).value(),
      D::normal(0ns, 0ns).value(),
      D::table({point(0, 0ns), point(1'000'000, D::longest)}).value(),
      D::mixture({{(std::uint64_t{1} << 63) - 1, D::constant(D::longest).value()}}).value(),
  };
  for (const D& distribution : extremes) {
    Stream stream(6, "extremes");
    INFO(to_text(distribution));
    for (int i = 0; i < 2'000; ++i) {
      const Duration sample = distribution.sample(stream);
      REQUIRE(sample >= Duration::zero());
      REQUIRE(sample <= D::longest);
    }
    CHECK(distribution.quantile(0) >= Duration::zero());
    CHECK(distribution.quantile(1'000'000) <= D::longest);
    CHECK(distribution.mean().value_or(0ns) <= D::longest);
    CHECK(distribution.probability_at_most(D::longest) == ~std::uint64_t{0});
  }
}

TEST_CASE("mixtures nest, and their quantiles stay right") {
  const D inner = D::mixture({{1, D::constant(1ms).value()}, {1, D::uniform(2ms, 3ms).value()}}).value();
  const D outer = D::mixture({{1, inner}, {3, D::constant(10ms).value()}}).value();
  CHECK(outer.quantile(100'000) == 1ms);
  CHECK(std::abs((outer.quantile(187'500) - 2'500us).count()) <= 1);
  CHECK(outer.quantile(300'000) == 10ms);
  CHECK(outer.mean() == 7'937'500ns);
  CHECK(outer.lower_bound() == 1ms);
  CHECK(outer.max() == 10ms);
}

TEST_CASE("a distribution says what it is") {
  CHECK(to_text(D()) == "0s");
  CHECK(to_text(D::constant(1'500us).value()) == "1500us");
  CHECK(to_text(D::uniform(1ms, 2s).value()) == "uniform(1ms to 2s)");
  CHECK(to_text(D::exponential(1ms).value()) == "exponential(mean 1ms)");
  CHECK(to_text(D::shifted_exponential(1ms, 500us).value()) == "1ms + exponential(mean 500us)");
  CHECK(to_text(D::pareto(235us, {10, 1}).value()) == "pareto(scale 235us, shape 10)");
  CHECK(to_text(D::pareto(235us, {3, 2}, 1s).value()) == "pareto(scale 235us, shape 1.5, at most 1s)");
  CHECK(to_text(D::log_normal(1ms, {1, 2}).value()) == "log-normal(median 1ms, sigma 0.5)");
  CHECK(to_text(D::log_normal_through(1ms, 10ms).value()) == "log-normal(median 1ms, sigma 0.989785)");
  CHECK(to_text(D::normal(1ms, 2ms).value()) == "normal(mean 1ms, deviation 2ms, at least 0)");
  CHECK(to_text(fast_or_slow()) == "mixture(3 x uniform(1s to 2s), 1 x 5s + exponential(mean 1s))");
  CHECK(to_text(D::table({point(0, 1ms), point(1'000'000, 2ms)}).value()) ==
        "table(0 ppm 1ms, 1000000 ppm 2ms)");
}

TEST_CASE("distributions are equal when they are the same kind with the same parameters") {
  std::vector<Known> all = continuous_ones();
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = 0; j < all.size(); ++j)
      CHECK((all[i].distribution == all[j].distribution) == (i == j));
  CHECK(D::pareto(1s, {1, 2}).value() == D::pareto(1s, {2, 4}).value());
  CHECK(fast_or_slow() == fast_or_slow());
  CHECK(D() == D::constant(0s).value());
}

TEST_CASE("impossible parameters are refused in words") {
  const auto problem = [](const Result<D>& result) { return result.ok() ? "accepted" : result.problem(); };
  CHECK(problem(D::constant(-1ns)) == "a constant must not be negative");
  CHECK(problem(D::constant(Duration::max())) == "a constant must not be longer than 73 years");
  CHECK(problem(D::uniform(2ms, 1ms)) == "the lowest value must not be above the highest");
  CHECK(problem(D::uniform(-1ms, 1ms)) == "the lowest value must not be negative");
  CHECK(problem(D::exponential(-1ms)) == "the mean must not be negative");
  CHECK(problem(D::shifted_exponential(-1ms, 1ms)) == "the least value must not be negative");
  CHECK(problem(D::shifted_exponential(1ms, -1ms)) == "the mean excess must not be negative");
  CHECK(problem(D::pareto(-1ms, {1, 1})) == "the scale must not be negative");
  for (const Ratio shape : {Ratio{0, 1}, Ratio{-1, 1}, Ratio{1, 101}, Ratio{1'000'001, 1}})
    CHECK(problem(D::pareto(1ms, shape)) == "the shape must be from 1/100 to 1000000");
  CHECK(problem(D::pareto(1ms, {1, 1}, 1us)) == "the cap must not be below the scale");
  CHECK(problem(D::log_normal(1ms, {-1, 2})) == "sigma must be from 0 to 100");
  CHECK(problem(D::log_normal(1ms, {101, 1})) == "sigma must be from 0 to 100");
  CHECK(problem(D::log_normal_through(0ms, 1ms)) == "p50 must be above 0");
  CHECK(problem(D::log_normal_through(2ms, 1ms)) == "p99 must not be below p50");
  CHECK(problem(D::normal(-1ms, 1ms)) == "the mean must not be negative");
  CHECK(problem(D::normal(1ms, -1ms)) == "the deviation must not be negative");
  CHECK(problem(D::mixture({})) == "a mixture needs a part with a weight above 0");
  CHECK(problem(D::mixture({{0, D()}})) == "a mixture needs a part with a weight above 0");
  CHECK(problem(D::mixture({{std::uint64_t{1} << 62, D()}, {std::uint64_t{1} << 62, D()}})) ==
        "the weights must sum to less than 2^63");
  const std::string ends =
      "a table needs a first point at 0 ppm (the least value) and a last one at 1000000 ppm (the largest)";
  CHECK(problem(D::table({})) == ends);
  CHECK(problem(D::table({point(0, 1ms)})) == ends);
  CHECK(problem(D::table({point(1, 1ms), point(1'000'000, 1ms)})) == ends);
  CHECK(problem(D::table({point(0, 1ms), point(999'999, 1ms)})) == ends);
  CHECK(problem(D::table({point(0, 1ms), point(5, 1ms), point(5, 2ms), point(1'000'000, 2ms)})) ==
        "5 ppm must not come after 5 ppm");
  CHECK(problem(D::table({point(0, 2ms), point(5, 1ms), point(1'000'000, 2ms)})) ==
        "the value at 5 ppm must not be below that at 0 ppm");
  CHECK(problem(D::table({point(0, -2ms), point(1'000'000, 2ms)})) ==
        "the value at 0 ppm must not be negative");
}

TEST_CASE("samples have the same bits everywhere") {
  std::vector<std::int64_t> firsts;
  Digest digest;
  for (const Known& known : continuous_ones()) {
    Stream stream(42, "golden");
    firsts.push_back(known.distribution.sample(stream).count());
    for (int i = 0; i < 5'000; ++i)
      digest.add(static_cast<std::uint64_t>(known.distribution.sample(stream).count()));
  }
  CHECK(firsts == std::vector<std::int64_t>{1325644120, 177718639, 5177718639, 1017930723, 1426804428,
                                            611730939, 377990864, 9017074529, 601956581, 205504555,
                                            1349955585, 1325644121});
  CHECK(digest.value() == 0x764cbbe01f4e7985);
}
