#include "sim/metrics.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "sim/chance/stream.hpp"
#include "sim/wide.hpp"

namespace {

using namespace lightcone::sim;

// The smallest of the sorted values with at least `ppm` of all at or below it.
std::int64_t exact_quantile(const std::vector<std::int64_t>& sorted, std::uint32_t ppm) {
  const std::uint64_t wanted = std::max<std::uint64_t>(1, (sorted.size() * ppm + 999'999) / 1'000'000);
  return sorted[wanted - 1];
}

}  // namespace

TEST_CASE("metrics: a histogram's quantiles are those of the sorted values, up to a sixty-fourth") {
  Stream chance(1, "values");
  for (int run = 0; run < 60; ++run) {
    Histogram histogram;
    std::vector<std::int64_t> values;
    const std::uint64_t count = 1 + chance.below(3000);
    const std::uint64_t bits = 1 + chance.below(63);
    Uint128 sum = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto value = static_cast<std::int64_t>((chance.next() >> 1) >> chance.below(64 - bits));
      values.push_back(value);
      histogram.add(value);
      sum += static_cast<std::uint64_t>(value);
    }
    std::sort(values.begin(), values.end());
    CHECK(histogram.count() == count);
    CHECK(histogram.least() == values.front());
    CHECK(histogram.greatest() == values.back());
    if (sum >> 64 == 0)
      CHECK(histogram.mean() == static_cast<std::int64_t>(static_cast<std::uint64_t>(sum) / count));
    for (const std::uint32_t ppm :
         {0U, 1U, 10'000U, 250'000U, 500'000U, 900'000U, 990'000U, 999'999U, 1'000'000U}) {
      const std::int64_t exact = exact_quantile(values, ppm);
      const std::int64_t found = histogram.quantile(ppm);
      CHECK(found >= exact);
      CHECK(found - exact <= exact / 64);
    }
    CHECK(histogram.quantile(1'000'000) == values.back());
  }
}

TEST_CASE("metrics: small values and both ends of the range are exact") {
  Histogram histogram;
  for (std::int64_t value = 0; value < 64; ++value) histogram.add(value);
  for (std::uint32_t i = 1; i <= 64; ++i) CHECK(histogram.quantile(i * 15'625) == i - 1);
  Histogram ends;
  ends.add(0);
  ends.add(INT64_MAX);
  CHECK(ends.quantile(500'000) == 0);
  CHECK(ends.quantile(1'000'000) == INT64_MAX);
}

TEST_CASE("metrics: merged histograms are the histogram of all values") {
  Stream chance(2, "values");
  Histogram whole;
  Histogram left;
  Histogram right;
  Histogram empty;
  for (int i = 0; i < 5000; ++i) {
    const std::int64_t value = chance.between(0, 1'000'000);
    whole.add(value);
    (chance.below(2) == 0 ? left : right).add(value);
  }
  left.merge(empty);
  left.merge(right);
  empty.merge(left);
  for (const Histogram* merged : {&left, &empty}) {
    CHECK(merged->count() == whole.count());
    CHECK(merged->mean() == whole.mean());
    CHECK(merged->least() == whole.least());
    CHECK(merged->greatest() == whole.greatest());
    for (std::uint32_t ppm = 0; ppm <= 1'000'000; ppm += 50'000)
      CHECK(merged->quantile(ppm) == whole.quantile(ppm));
  }
}

TEST_CASE("metrics: without values everything is 0") {
  const Histogram histogram;
  CHECK(histogram.count() == 0);
  CHECK(histogram.least() == 0);
  CHECK(histogram.greatest() == 0);
  CHECK(histogram.mean() == 0);
  CHECK(histogram.quantile(500'000) == 0);
}

TEST_CASE("metrics: are kept by name, and series know when") {
  Instant now{};
  Metrics metrics(now);
  std::uint64_t& counter = metrics.counter("elections");
  metrics.count("elections");
  metrics.count("another", 5);
  counter += 2;
  metrics.record("latency", 5ms);
  metrics.sample("queue", 3);
  now += 1s;
  metrics.sample("queue", 4);
  const MetricsRecord record = metrics.take();
  CHECK(record.counters.at("elections") == 3);
  CHECK(record.counters.at("another") == 5);
  CHECK(record.histograms.at("latency").greatest() == 5'000'000);
  CHECK(record.series.at("queue").points ==
        std::vector<std::pair<Instant, std::int64_t>>{{Instant{}, 3}, {Instant(1s), 4}});
}
