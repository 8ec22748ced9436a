// How long somebody has been silent, measured by how often it used to be heard: the accrual failure detector
// (Hayashibara et al., "The phi accrual failure detector", SRDS 2004), for exponential intervals.
//
//   phi = -log10(chance that an interval is longer than the silence) = silence / mean * log10(e)
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>

#include "sim/time.hpp"

namespace lightcone::models::parts::gossip {

class PhiAccrual {
 public:
  // `expected`: the interval that is assumed before any was seen; 1 ns or more. Heard of at `now`.
  PhiAccrual(sim::Duration expected, sim::MonoTime now) : last_(now) { add(expected); }

  void heard(sim::MonoTime now) {
    add(std::max(now - last_, sim::Duration(1)));
    last_ = now;
  }
  // In thousandths, rounded down. Of the latest intervals at most.
  std::int64_t phi(sim::MonoTime now) const {
    constexpr std::int64_t log10_of_e = 434;  // thousandths
    const std::int64_t mean = sum_.count() / static_cast<std::int64_t>(intervals_.size());
    return (now - last_).count() / std::max<std::int64_t>(mean / log10_of_e, 1);
  }

 private:
  static constexpr std::size_t window = 64;

  void add(sim::Duration interval) {
    intervals_.push_back(interval);
    sum_ += interval;
    if (intervals_.size() <= window) return;
    sum_ -= intervals_.front();
    intervals_.pop_front();
  }

  sim::MonoTime last_;
  std::deque<sim::Duration> intervals_;
  sim::Duration sum_{0};
};

}  // namespace lightcone::models::parts::gossip
