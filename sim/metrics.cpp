#include "sim/metrics.hpp"

#include <algorithm>

#include "sim/ensure.hpp"

namespace lightcone::sim {

// Values below 2^sub_bits have a bucket each; above, every power of two is cut into 2^sub_bits buckets.
std::size_t Histogram::bucket_of(std::uint64_t value) {
  constexpr std::uint64_t linear = std::uint64_t{1} << sub_bits;
  if (value < linear) return static_cast<std::size_t>(value);
  const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - 1 - sub_bits;
  return static_cast<std::size_t>(((std::uint64_t{shift} + 1) << sub_bits) + ((value >> shift) - linear));
}

std::uint64_t Histogram::upper_bound_of(std::size_t bucket) {
  constexpr std::uint64_t linear = std::uint64_t{1} << sub_bits;
  if (bucket < linear) return bucket;
  const unsigned shift = static_cast<unsigned>(bucket >> sub_bits) - 1;
  const std::uint64_t within = (bucket & (linear - 1)) + linear;
  return ((within + 1) << shift) - 1;
}

void Histogram::add(std::int64_t value) {
  ensure(value >= 0, "a histogram counts non-negative values");
  if (counts_.empty()) counts_.resize(buckets);
  ++counts_[bucket_of(static_cast<std::uint64_t>(value))];
  least_ = count_ == 0 ? value : std::min(least_, value);
  greatest_ = std::max(greatest_, value);
  ++count_;
  const std::uint64_t sum = sum_ + static_cast<std::uint64_t>(value);
  sum_ = sum < sum_ ? UINT64_MAX : sum;
}

void Histogram::merge(const Histogram& other) {
  if (other.count_ == 0) return;
  if (counts_.empty()) counts_.resize(buckets);
  for (std::size_t i = 0; i < buckets; ++i) counts_[i] += other.counts_[i];
  least_ = count_ == 0 ? other.least_ : std::min(least_, other.least_);
  greatest_ = std::max(greatest_, other.greatest_);
  count_ += other.count_;
  const std::uint64_t sum = sum_ + other.sum_;
  sum_ = sum < sum_ ? UINT64_MAX : sum;
}

std::int64_t Histogram::mean() const { return count_ == 0 ? 0 : static_cast<std::int64_t>(sum_ / count_); }

std::int64_t Histogram::quantile(std::uint32_t parts_per_million) const {
  if (count_ == 0) return 0;
  // ceil(count * q), at least 1, without overflow for counts below 2^44.
  const std::uint64_t wanted = std::max<std::uint64_t>(1, (count_ * parts_per_million + 999'999) / 1'000'000);
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    seen += counts_[bucket];
    if (seen >= wanted) {
      return std::clamp(static_cast<std::int64_t>(upper_bound_of(bucket)), least_, greatest_);
    }
  }
  return greatest_;
}

}  // namespace lightcone::sim
