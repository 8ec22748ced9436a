// What a latency, a think time or a time between failures is drawn from.
//
// Every kind but the mixture draws once a sample and turns the draw into a quantile, so a larger draw never
// gives a smaller sample. All in integers: the same samples everywhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sim/chance/fixed.hpp"
#include "sim/chance/stream.hpp"
#include "sim/ratio.hpp"
#include "sim/result.hpp"
#include "sim/time.hpp"

namespace lightcone::sim {

class Distribution {
 public:
  struct Part;   // of a mixture
  struct Point;  // of a table

  // 2^61 ns, 73 years: no parameter may be longer and no sample is, so that an instant within a run plus a
  // sample never overflows.
  static constexpr Duration longest{std::int64_t{1} << 61};
  // A table's probabilities and those of quantile() are counted in millionths.
  static constexpr std::uint32_t million = 1'000'000;

  // Always 0.
  Distribution();
  // Always `value`, which must be in [0, `longest`]: for values that stand in the program.
  static Distribution always(Duration value);

  Distribution(const Distribution& other);
  Distribution(Distribution&& other) noexcept;
  Distribution& operator=(const Distribution& other);
  Distribution& operator=(Distribution&& other) noexcept;
  ~Distribution();

  // Each refuses, in words, a Duration below 0 or above `longest`, and what else is said.

  static Result<Distribution> constant(Duration value);
  // Every nanosecond of [lowest, highest] equally likely.
  static Result<Distribution> uniform(Duration lowest, Duration highest);
  static Result<Distribution> exponential(Duration mean);
  // least + exponential(mean_excess): a fixed cost and a memoryless one.
  static Result<Distribution> shifted_exponential(Duration least, Duration mean_excess);
  // P(X > x) = (scale / x)^shape for x >= scale; a sample above `cap` becomes `cap`. shape in [1/100, 10^6].
  static Result<Distribution> pareto(Duration scale, Ratio shape, std::optional<Duration> cap = std::nullopt);
  // median * e^(sigma * N(0, 1)). sigma in [0, 100].
  static Result<Distribution> log_normal(Duration median, Ratio sigma);
  // The log-normal distribution with these two quantiles; 0 < p50 <= p99.
  static Result<Distribution> log_normal_through(Duration p50, Duration p99);
  // N(mean, deviation^2) given that it is not negative. (Its mean is above `mean`, see mean().)
  static Result<Distribution> normal(Duration mean, Duration deviation);
  // A part is chosen by weight, then a sample drawn from it: two draws, and more when parts are mixtures.
  // At least one part; weights sum to more than 0 and less than 2^63.
  static Result<Distribution> mixture(std::vector<Part> parts);
  // Measured quantiles, straight lines between them. Ascending strictly in `ppm`, from 0 to a million, and
  // not descending in `value`.
  static Result<Distribution> table(std::vector<Point> points);

  Duration sample(Stream& stream) const noexcept;

  // The smallest x with P(X <= x) >= ppm / 10^6; ppm <= 10^6. For a mixture found by bisection, some 50 us a
  // part. At 10^6 it is max(), or what the largest draw gives when there is no max().
  Duration quantile(std::uint32_t ppm) const noexcept;
  // P(X <= x) * 2^64, at most 2^64 - 1.
  std::uint64_t probability_at_most(Duration x) const noexcept;
  // The exact mean, to the nanosecond where 2^-40 of it is less; nothing when it is infinite or longer
  // than `longest`.
  std::optional<Duration> mean() const noexcept;
  // No sample is below this, and samples come as near as one likes.
  Duration lower_bound() const noexcept;
  // The largest sample, or nothing when there is no bound.
  std::optional<Duration> max() const noexcept;

  // Such as "1ms + exponential(mean 500us)".
  friend std::string to_text(const Distribution& distribution);

  friend bool operator==(const Distribution& a, const Distribution& b) noexcept;

 private:
  // Each kind's at(u) is its quantile at u / 2^64; the rest as for Distribution.
  struct Constant {
    Duration value;
    Duration at(std::uint64_t u) const noexcept;
    std::optional<Duration> mean() const noexcept;
    Duration lower_bound() const noexcept;
    std::optional<Duration> max() const noexcept;
    std::string text() const;
    bool operator==(const Constant&) const = default;
  };
  struct Uniform {
    Duration lowest, highest;
    Duration at(std::uint64_t u) const noexcept;
    std::optional<Duration> mean() const noexcept;
    Duration lower_bound() const noexcept;
    std::optional<Duration> max() const noexcept;
    std::string text() const;
    bool operator==(const Uniform&) const = default;
  };
  struct Exponential {
    Duration least, mean_excess;
    Duration at(std::uint64_t u) const noexcept;
    std::optional<Duration> mean() const noexcept;
    Duration lower_bound() const noexcept;
    std::optional<Duration> max() const noexcept;
    std::string text() const;
    bool operator==(const Exponential&) const = default;
  };
  struct Pareto {
    Duration scale;
    Ratio shape;
    Fixed inverse_shape;
    std::optional<Duration> cap;
    Duration at(std::uint64_t u) const noexcept;
    std::optional<Duration> mean() const noexcept;
    Duration lower_bound() const noexcept;
    std::optional<Duration> max() const noexcept;
    std::string text() const;
    bool operator==(const Pareto&) const = default;
  };
  struct LogNormal {
    Duration median;
    Fixed sigma;
    Duration at(std::uint64_t u) const noexcept;
    std::optional<Duration> mean() const noexcept;
    Duration lower_bound() const noexcept;
    std::optional<Duration> max() const noexcept;
    std::string text() const;
    bool operator==(const LogNormal&) const = default;
  };
  struct Normal {
    Duration mean_before, deviation;
    std::uint64_t share_below_zero;  // of the whole normal distribution, times 2^64
    Duration at(std::uint64_t u) const noexcept;
    std::optional<Duration> mean() const noexcept;
    Duration lower_bound() const noexcept;
    std::optional<Duration> max() const noexcept;
    std::string text() const;
    bool operator==(const Normal&) const = default;
  };
  struct Mixture {
    std::vector<Part> parts;
    std::uint64_t total_weight;
    const Distribution& drawn_part(Stream& stream) const noexcept;
    std::uint64_t probability_at_most(Duration x) const noexcept;
    Duration at(std::uint64_t u) const noexcept;
    std::optional<Duration> mean() const noexcept;
    Duration lower_bound() const noexcept;
    std::optional<Duration> max() const noexcept;
    std::string text() const;
    bool operator==(const Mixture&) const;
  };
  struct Table {
    std::vector<Point> points;
    Duration at(std::uint64_t u) const noexcept;
    std::optional<Duration> mean() const noexcept;
    Duration lower_bound() const noexcept;
    std::optional<Duration> max() const noexcept;
    std::string text() const;
    bool operator==(const Table&) const;
  };
  using Kind = std::variant<Constant, Uniform, Exponential, Pareto, LogNormal, Normal, Mixture, Table>;

  explicit Distribution(Kind kind);
  // The quantile at u / 2^64.
  Duration at(std::uint64_t u) const noexcept;

  Kind kind_;
};

struct Distribution::Part {
  std::uint64_t weight = 0;
  Distribution distribution;
  bool operator==(const Part&) const = default;
};

struct Distribution::Point {
  std::uint32_t ppm = 0;
  Duration value{};
  bool operator==(const Point&) const = default;
};

}  // namespace lightcone::sim
