// The time as a node may know it: an interval that contains true time, or, where there is no such clock, what
// its wall clock shows (Corbett et al., OSDI 2012, section 3).
#pragma once

#include "models/zanzibar/parameters.hpp"
#include "sim/env.hpp"

namespace lightcone::models::zanzibar {

class IntervalClock {
 public:
  enum class Kind : std::uint8_t { interval, wall };
  IntervalClock(sim::Env& env, Kind kind) : env_(env), kind_(kind) {}

  // Not after true time, if the clock is an interval.
  Timestamp earliest() const { return count(kind_ == Kind::wall ? env_.wall() : env_.true_time().earliest); }
  // Not before it.
  Timestamp latest() const { return count(kind_ == Kind::wall ? env_.wall() : env_.true_time().latest); }
  bool has_interval() const { return kind_ == Kind::interval; }

 private:
  static Timestamp count(sim::WallTime time) { return time.time_since_epoch().count(); }

  sim::Env& env_;
  Kind kind_;
};

// That everybody goes by.
inline IntervalClock::Kind clock_kind(const Parameters& parameters, const Safeguards& safe) {
  return parameters.timestamps == Timestamps::truetime && safe.external_consistency
             ? IntervalClock::Kind::interval
             : IntervalClock::Kind::wall;
}

}  // namespace lightcone::models::zanzibar
