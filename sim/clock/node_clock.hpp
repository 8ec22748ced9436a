// The clocks of one node. Both are functions of true time made of straight pieces:
//
//   mono(t)  runs at (1 + drift) from the node's first start; only drift changes it
//   wall(t)  mono, plus the offset and the steps so far; stands still while frozen
//
// A drift of +p parts per billion makes the node's second shorter than a true one. Readings never go
// back, except where a step or the end of a freeze makes the wall clock jump.
#pragma once

#include <cstdint>

#include "sim/clock/true_time.hpp"
#include "sim/time.hpp"

namespace lightcone::sim {

class NodeClock {
 public:
  static constexpr std::int64_t max_drift_ppb = 100'000'000;  // 10 %

  // `offset`: wall clock minus true time at the start. `truetime_seed` decides the errors of its polls.
  NodeClock(Duration offset, std::int64_t drift_ppb, TrueTimeSource source, std::uint64_t truetime_seed);

  MonoTime mono(Instant now) const { return mono_base_ + scaled(now - base_); }
  WallTime wall(Instant now) const;

  // The first instant, not before `now`, at which mono() shows `when` or later.
  Instant instant_of(MonoTime when, Instant now) const;
  // The same for wall(), as the clock runs now; `never` while it is frozen before `when`.
  Instant instant_of(WallTime when, Instant now) const;

  // From `now` on. Whoever holds timers on this clock moves them afterwards.
  void set_drift(std::int64_t ppb, Instant now);
  void step(Duration by);    // the wall clock jumps
  void freeze(Instant now);  // the wall clock stands still; no effect when it does
  void thaw(Instant now);    // and goes on from where it would be
  bool is_frozen() const { return frozen_; }
  std::int64_t drift_ppb() const { return drift_ppb_; }
  // Wall clock minus true time at `now`.
  Duration error(Instant now) const { return wall(now).time_since_epoch() - now.time_since_epoch(); }

  // Contains true time, whatever the wall clock does, unless break_true_time said otherwise.
  TrueTimeInterval true_time(Instant now) const;
  // No poll happens from `now` on, so uncertainty grows without end, until the first one that is due after
  // they are regained. An earlier loss is forgotten.
  void lose_time_masters(Instant now);
  void regain_time_masters(Instant now);
  // The interval is wrong by `by` from now on: an assumption break.
  void break_true_time(Duration by) { broken_by_ = by; }

 private:
  Duration scaled(Duration elapsed) const;    // true -> local
  Duration unscaled(Duration elapsed) const;  // local -> true, rounded up

  Instant base_{};        // where the current straight piece begins ...
  MonoTime mono_base_{};  // ... and what mono shows there
  std::int64_t drift_ppb_;
  Duration wall_minus_mono_;
  bool frozen_ = false;
  WallTime frozen_at_{};
  TrueTimeSource source_;
  std::uint64_t truetime_seed_;
  // Polls due from the one to the other, the latter excluded, did not happen.
  Instant masters_lost_at_ = never;
  Instant masters_regained_at_ = never;
  Duration broken_by_{0};
};

}  // namespace lightcone::sim
