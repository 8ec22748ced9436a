// A clock that knows how wrong it may be: now() is an interval that holds the true time (TrueTime: Corbett et
// al., OSDI 2012, section 3). It is that of the node's time masters, a saw-tooth; or, with a bound of one's
// own, whatever the wall clock shows, give or take that much, which is true only as long as the wall clock
// keeps to it.
#pragma once

#include <cstdint>

#include "sim/env.hpp"

namespace lightcone::models::parts::clocks {

using Timestamp = std::int64_t;  // nanoseconds of wall time; 0: none

struct Interval {
  Timestamp earliest = 0;
  Timestamp latest = 0;
};

class IntervalClock {
 public:
  // `bound` 0: ask the time masters.
  IntervalClock(const sim::Env& env, sim::Duration bound) : env_(env), bound_(bound) {}

  Interval now() const {
    if (bound_ == sim::Duration::zero()) {
      const sim::TrueTimeInterval interval = env_.true_time();
      return {interval.earliest.time_since_epoch().count(), interval.latest.time_since_epoch().count()};
    }
    const Timestamp wall = env_.wall().time_since_epoch().count();
    return {wall - bound_.count(), wall + bound_.count()};
  }
  // TT.after(t): t has certainly passed.
  bool has_passed(Timestamp t) const { return now().earliest > t; }
  // How long until then, by the interval as it is now; it may be longer, for uncertainty grows.
  sim::Duration until_passed(Timestamp t) const {
    const Timestamp left = t - now().earliest + 1;
    return sim::Duration(left > 0 ? left : 0);
  }

 private:
  const sim::Env& env_;
  sim::Duration bound_;
};

}  // namespace lightcone::models::parts::clocks
