// Numbers about a run: counters, integer histograms and time series, by name. They report; nothing in a
// run may depend on them.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/time.hpp"

namespace lightcone::sim {

// Counts of non-negative integers in buckets of at most 1/64 relative width (log-linear, as in HDR
// histograms). Quantiles are exact up to that width. 30 KiB.
class Histogram {
 public:
  void add(std::int64_t value);
  void merge(const Histogram& other);

  std::uint64_t count() const { return count_; }
  std::int64_t least() const { return count_ == 0 ? 0 : least_; }
  std::int64_t greatest() const { return greatest_; }
  // Rounded down; 0 without values.
  std::int64_t mean() const;
  // The smallest recorded value (up to bucket width) with at least `parts_per_million` of all values at or
  // below it. 0 without values.
  std::int64_t quantile(std::uint32_t parts_per_million) const;

 private:
  static constexpr unsigned sub_bits = 6;
  static constexpr std::size_t buckets = (64 - sub_bits) << sub_bits;
  static std::size_t bucket_of(std::uint64_t value);
  static std::uint64_t upper_bound_of(std::size_t bucket);

  std::vector<std::uint64_t> counts_;  // empty until the first value
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;  // saturates
  std::int64_t least_ = 0;
  std::int64_t greatest_ = 0;
};

// A value that changes at instants: (instant, value) pairs in order.
struct Series {
  std::vector<std::pair<Instant, std::int64_t>> points;
};

// The metrics of a finished run.
struct MetricsRecord {
  std::map<std::string, std::uint64_t, std::less<>> counters;
  std::map<std::string, Histogram, std::less<>> histograms;
  std::map<std::string, Series, std::less<>> series;
};

class Metrics {
 public:
  explicit Metrics(const Instant& now) : now_(now) {}
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // References stay valid; keep them instead of looking up on a hot path.
  std::uint64_t& counter(std::string_view name) { return find(record_.counters, name); }
  Histogram& histogram(std::string_view name) { return find(record_.histograms, name); }
  Series& series(std::string_view name) { return find(record_.series, name); }

  void count(std::string_view name, std::uint64_t by = 1) { counter(name) += by; }
  void record(std::string_view name, Duration duration) { histogram(name).add(duration.count()); }
  void sample(std::string_view name, std::int64_t value) { series(name).points.emplace_back(now_, value); }

  const MetricsRecord& record() const { return record_; }
  MetricsRecord take() { return std::move(record_); }

 private:
  template <class T>
  static T& find(std::map<std::string, T, std::less<>>& in, std::string_view name) {
    const auto found = in.find(name);
    return found != in.end() ? found->second : in.emplace(std::string(name), T{}).first->second;
  }

  const Instant& now_;
  MetricsRecord record_;
};

}  // namespace lightcone::sim
