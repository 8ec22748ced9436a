#include "sim/chance/zipf.hpp"

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "tests/sim/chance/goodness.hpp"

using namespace lightcone::sim;

namespace {

double power_of(Ratio exponent) {
  return static_cast<double>(exponent.numerator) / static_cast<double>(exponent.denominator);
}

// The sum of 1 / k^power for k in [from, to): term by term at first, then by Euler's and Maclaurin's formula.
double weight_between(double power, std::uint64_t from, std::uint64_t to) {
  double sum = 0;
  for (; from < to && from < 1'000; ++from) sum += std::pow(static_cast<double>(from), -power);
  if (from >= to) return sum;
  const auto a = static_cast<double>(from);
  const auto b = static_cast<double>(to);
  const auto integral = [power](double x) {
    return power == 1 ? std::log(x) : std::pow(x, 1 - power) / (1 - power);
  };
  const auto term = [power](double x) { return std::pow(x, -power); };
  const auto slope = [power](double x) { return -power * std::pow(x, -power - 1); };
  return sum + integral(b) - integral(a) + (term(a) - term(b)) / 2 + (slope(b) - slope(a)) / 12;
}

}  // namespace

TEST_CASE("ranks follow Zipf's law, one by one") {
  for (const Ratio exponent :
       {Ratio{0, 1}, Ratio{1, 2}, Ratio{99, 100}, Ratio{1, 1}, Ratio{2, 1}, Ratio{7, 2}}) {
    for (const std::uint64_t n : {2u, 3u, 31u, 33u, 100u, 1'000u}) {
      const Zipf zipf = Zipf::over(n, exponent).value();
      Stream stream(5, "zipf");
      std::vector<std::uint64_t> counts(n);
      constexpr int draws = 100'000;
      for (int i = 0; i < draws; ++i) ++counts.at(zipf.sample(stream));
      // Cells of at least 10 expected samples.
      const double total = weight_between(power_of(exponent), 1, n + 1);
      std::vector<std::uint64_t> cells = {0};
      std::vector<double> shares = {0};
      double left = 1;
      for (std::uint64_t rank = 0; rank < n; ++rank) {
        if (shares.back() * draws >= 10 && left * draws >= 10) {
          cells.push_back(0);
          shares.push_back(0);
        }
        const double share = std::pow(static_cast<double>(rank + 1), -power_of(exponent)) / total;
        cells.back() += counts[rank];
        shares.back() += share;
        left -= share;
      }
      INFO(to_text(zipf));
      REQUIRE(cells.size() > 1);
      CHECK(chi_square_excess(cells, shares) < 1);
    }
  }
}

TEST_CASE("ranks follow Zipf's law among very many") {
  for (const Ratio exponent : {Ratio{1, 10}, Ratio{1, 2}, Ratio{99, 100}, Ratio{1, 1}, Ratio{3, 2}}) {
    for (const std::uint64_t n : {std::uint64_t{100'000}, std::uint64_t{1'000'000'007}, Zipf::most_ranks}) {
      const Zipf zipf = Zipf::over(n, exponent).value();
      const double power = power_of(exponent);
      Stream stream(2, "zipf");
      // By octaves of the rank, those that expect few samples together with the ones before.
      std::vector<std::uint64_t> octaves(42);
      constexpr int draws = 300'000;
      for (int i = 0; i < draws; ++i)
        ++octaves.at(static_cast<std::size_t>(std::bit_width(zipf.sample(stream) + 1)));
      const double total = weight_between(power, 1, n + 1);
      std::vector<std::uint64_t> cells = {0};
      std::vector<double> shares = {0};
      for (std::size_t octave = 1; octave < octaves.size(); ++octave) {
        const std::uint64_t from = std::uint64_t{1} << (octave - 1);
        if (from > n) break;
        const double share = weight_between(power, from, std::min(2 * from, n + 1)) / total;
        if (share * draws >= 10 && shares.back() * draws >= 10) {
          cells.push_back(0);
          shares.push_back(0);
        }
        cells.back() += octaves[octave];
        shares.back() += share;
      }
      INFO(to_text(zipf));
      REQUIRE(cells.size() > 1);
      CHECK(chi_square_excess(cells, shares) < 1);
    }
  }
}

// Blocks are up to 62 ranks wide here, and their first rank is drawn up to 1.06 times as often as their last;
// so many draws that a difference of 1 % would show.
TEST_CASE("within a block of ranks the first are drawn more often than the last") {
  constexpr std::uint64_t n = 1'000;
  const Zipf zipf = Zipf::over(n, {1, 1}).value();
  std::vector<std::uint64_t> counts(n);
  std::vector<double> shares(n);
  const double total = weight_between(1, 1, n + 1);
  for (std::uint64_t rank = 0; rank < n; ++rank) shares[rank] = 1 / (static_cast<double>(rank + 1) * total);
  Stream stream(3, "zipf");
  for (int i = 0; i < 4'000'000; ++i) ++counts.at(zipf.sample(stream));
  CHECK(chi_square_excess(counts, shares) < 1);
}

TEST_CASE("a single rank is always drawn") {
  Stream stream(4, "zipf");
  const Zipf zipf = Zipf::over(1, {1, 1}).value();
  for (int i = 0; i < 100; ++i) CHECK(zipf.sample(stream) == 0);
  const Zipf steep = Zipf::over(Zipf::most_ranks, {100, 1}).value();
  for (int i = 0; i < 100; ++i) CHECK(steep.sample(stream) == 0);
}

TEST_CASE("Zipf's law refuses what it cannot draw, and says what it is") {
  CHECK(Zipf::over(0, {1, 1}).problem() == "there must be at least one rank to draw");
  CHECK(Zipf::over(Zipf::most_ranks + 1, {1, 1}).problem() == "there must be at most 2^40 ranks");
  CHECK(Zipf::over(5, {-1, 1}).problem() == "the exponent must be from 0 to 100");
  CHECK(Zipf::over(5, {101, 1}).problem() == "the exponent must be from 0 to 100");
  CHECK(to_text(Zipf::over(1000, {99, 100}).value()) == "zipf(1000 ranks, exponent 0.99)");
  CHECK(Zipf::over(5, {1, 2}).value() == Zipf::over(5, {2, 4}).value());
  CHECK(!(Zipf::over(5, {1, 2}).value() == Zipf::over(6, {1, 2}).value()));
}

TEST_CASE("Zipf ranks have the same bits everywhere") {
  Digest digest;
  std::vector<std::uint64_t> firsts;
  for (const Ratio exponent : {Ratio{0, 1}, Ratio{99, 100}, Ratio{3, 2}}) {
    for (const std::uint64_t n : {std::uint64_t{10}, std::uint64_t{1'000'000}, Zipf::most_ranks}) {
      const Zipf zipf = Zipf::over(n, exponent).value();
      Stream stream(42, "zipf");
      firsts.push_back(zipf.sample(stream));
      for (int i = 0; i < 2'000; ++i) digest.add(zipf.sample(stream));
    }
  }
  CHECK(firsts == std::vector<std::uint64_t>{1, 192077, 211191778458, 0, 10, 276, 0, 0, 0});
  CHECK(digest.value() == 0x6540f57ffbb6e3d2);
}
