// Tests of whether samples come from the distribution they should. Seeds are fixed, so a test passes always
// or never; critical values are those that a right sampler exceeds with one seed in a thousand.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lightcone::sim {

// Pearson's statistic over its critical value, so above 1 is a rejection. `share` are the expected
// probabilities of the cells, which sum to 1; each cell should expect 5 or more.
inline double chi_square_excess(const std::vector<std::uint64_t>& counts, const std::vector<double>& share) {
  double total = 0;
  for (const std::uint64_t count : counts) total += static_cast<double>(count);
  double statistic = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double expected = total * share[i];
    const double off = static_cast<double>(counts[i]) - expected;
    statistic += off * off / expected;
  }
  // Wilson and Hilferty's approximation of the quantile at 0.999, within 0.5 % from one degree of freedom on.
  const double degrees = static_cast<double>(counts.size() - 1);
  const double spread = 2 / (9 * degrees);
  const double critical = degrees * std::pow(1 - spread + 3.0902 * std::sqrt(spread), 3);
  return statistic / critical;
}

inline double chi_square_excess(const std::vector<std::uint64_t>& counts) {
  return chi_square_excess(counts,
                           std::vector<double>(counts.size(), 1.0 / static_cast<double>(counts.size())));
}

// Kolmogorov's and Smirnov's statistic over its critical value 1.9495 / sqrt(n). `cumulative` is continuous.
template <class Cumulative>
double kolmogorov_smirnov_excess(std::vector<double> samples, Cumulative cumulative) {
  std::sort(samples.begin(), samples.end());
  const double n = static_cast<double>(samples.size());
  double widest = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double expected = cumulative(samples[i]);
    const double before = static_cast<double>(i) / n;
    widest = std::max({widest, std::abs(expected - before), std::abs(before + 1 / n - expected)});
  }
  return widest * std::sqrt(n) / 1.9495;
}

// Of the bits of many results, for golden tests: FNV-1a, byte by byte.
class Digest {
 public:
  void add(std::uint64_t number) {
    for (int byte = 0; byte < 8; ++byte, number >>= 8) value_ = (value_ ^ (number & 255)) * 0x100000001B3;
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xCBF29CE484222325;
};

}  // namespace lightcone::sim
