// A published result from nothing but the samplers: quorum latencies and staleness of Bailis et al.,
// "Probabilistically bounded staleness for practical partial quorums", VLDB 2012: the model WARS of section 4
// and the latency fits of table 3, N = 3. A write reaches replica i after W_i and its acknowledgement is back
// A_i later; a read is there after R_i and its answer back S_i later.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <utility>
#include <vector>

#include "sim/chance/distribution.hpp"

using namespace lightcone::sim;

namespace {

Distribution fit(std::uint64_t per_10_000, Duration scale, Ratio shape, Duration mean) {
  return Distribution::mixture({{per_10_000, Distribution::pareto(scale, shape).value()},
                                {10'000 - per_10_000, Distribution::exponential(mean).value()}})
      .value();
}

Distribution ssd() { return fit(9'122, 235us, {10, 1}, 602'410ns); }          // rate 1.66 / ms
Distribution disk() { return fit(3'800, 1'050us, {151, 100}, 5'464'481ns); }  // rate 0.183 / ms

// The 99.9th percentile, in ms, of the time to the first and to the second of three round trips.
std::array<double, 2> tails(const Distribution& there, const Distribution& back) {
  constexpr std::size_t trials = 2'000'000;
  constexpr auto rank = static_cast<std::ptrdiff_t>(trials * 999 / 1'000);
  Stream stream(1, "round trips");
  std::array<std::vector<Duration>, 2> times;
  for (std::size_t trial = 0; trial < trials; ++trial) {
    std::array<Duration, 3> trips{};
    for (Duration& trip : trips) {
      const Duration arrives = there.sample(stream);
      trip = arrives + back.sample(stream);
    }
    std::sort(trips.begin(), trips.end());
    times[0].push_back(trips[0]);
    times[1].push_back(trips[1]);
  }
  std::array<double, 2> found{};
  for (std::size_t i = 0; i < 2; ++i) {
    std::nth_element(times[i].begin(), times[i].begin() + rank, times[i].end());
    found[i] = static_cast<double>(times[i][static_cast<std::size_t>(rank)].count()) / 1e6;
  }
  return found;
}

// The share of reads with R = W = 1 that start as the write commits and are answered by a replica that has
// it.
double consistent_at_once(const Distribution& write, const Distribution& others) {
  constexpr int trials = 300'000;
  Stream stream(1, "reads");
  int consistent = 0;
  for (int trial = 0; trial < trials; ++trial) {
    Duration commit = Duration::max();
    Duration answered = Duration::max();
    Duration behind{};  // by how much the write reached the replica that answers first later than the read
    for (int replica = 0; replica < 3; ++replica) {
      const Duration written = write.sample(stream);
      const Duration acknowledged = written + others.sample(stream);
      const Duration read = others.sample(stream);
      const Duration back = read + others.sample(stream);
      commit = std::min(commit, acknowledged);
      if (back < answered) behind = written - read;
      answered = std::min(answered, back);
    }
    consistent += behind <= commit ? 1 : 0;
  }
  return consistent / static_cast<double>(trials);
}

}  // namespace

// The paper has .66 and 1.63 with SSDs, 10.9 and 20.97 with disks. What is compared with is the same model
// without its noise: its convolutions solved numerically, to four digits.
TEST_CASE("quorum latencies come out as published") {
  const std::array<double, 2> fast = tails(ssd(), ssd());
  CHECK(fast[0] == Approx(0.6549).epsilon(0.01));
  CHECK(fast[1] == Approx(1.632).epsilon(0.01));
  const std::array<double, 2> slow = tails(disk(), ssd());
  CHECK(slow[0] == Approx(10.93).epsilon(0.01));
  CHECK(slow[1] == Approx(20.95).epsilon(0.01));
}

// Published: 97.4 % and 43.9 %; an independent simulation gave .9734 and .4365.
TEST_CASE("as many quorum reads are stale as published") {
  CHECK(consistent_at_once(ssd(), ssd()) == Approx(0.9734).margin(0.001));
  CHECK(consistent_at_once(disk(), ssd()) == Approx(0.4365).margin(0.003));
}
