#include "sim/clock/node_clock.hpp"

#include <algorithm>

#include "sim/chance/stream.hpp"
#include "sim/ensure.hpp"

namespace lightcone::sim {

namespace {

__extension__ typedef __int128 Wide;  // products of two 64-bit quantities

constexpr std::int64_t billion = 1'000'000'000;

Duration muldiv(Duration duration, std::int64_t numerator, std::int64_t denominator) {
  const Wide product = static_cast<Wide>(duration.count()) * numerator;
  return Duration(static_cast<std::int64_t>(product / denominator));
}

}  // namespace

NodeClock::NodeClock(Duration offset, std::int64_t drift_ppb, TrueTimeSource source,
                     std::uint64_t truetime_seed)
    : drift_ppb_(drift_ppb), wall_minus_mono_(offset), source_(source), truetime_seed_(truetime_seed) {
  ensure(drift_ppb >= -max_drift_ppb && drift_ppb <= max_drift_ppb, "a clock drifts by 10 % at most");
  ensure(source.poll_interval > Duration::zero(), "time masters are polled at a positive interval");
}

Duration NodeClock::scaled(Duration elapsed) const {
  if (drift_ppb_ == 0) return elapsed;
  return muldiv(elapsed, billion + drift_ppb_, billion);
}

Duration NodeClock::unscaled(Duration elapsed) const {
  if (drift_ppb_ == 0) return elapsed;
  const std::int64_t rate = billion + drift_ppb_;
  const Wide product = static_cast<Wide>(elapsed.count()) * billion;
  return Duration(static_cast<std::int64_t>((product + rate - 1) / rate));
}

WallTime NodeClock::wall(Instant now) const {
  if (frozen_) return frozen_at_;
  return WallTime(mono(now).time_since_epoch() + wall_minus_mono_);
}

Instant NodeClock::instant_of(MonoTime when, Instant now) const {
  const MonoTime current = mono(now);
  if (when <= current) return now;
  // scaled() rounds down, so the instant found is the first that shows `when` or later.
  return std::max(now, base_ + unscaled(when - mono_base_));
}

Instant NodeClock::instant_of(WallTime when, Instant now) const {
  if (when <= wall(now)) return now;
  if (frozen_) return never;
  return instant_of(MonoTime(when.time_since_epoch() - wall_minus_mono_), now);
}

void NodeClock::set_drift(std::int64_t ppb, Instant now) {
  ensure(ppb >= -max_drift_ppb && ppb <= max_drift_ppb, "a clock drifts by 10 % at most");
  mono_base_ = mono(now);
  base_ = now;
  drift_ppb_ = ppb;
}

void NodeClock::step(Duration by) {
  wall_minus_mono_ += by;
  if (frozen_) frozen_at_ += by;
}

void NodeClock::freeze(Instant now) {
  if (frozen_) return;
  frozen_at_ = wall(now);
  frozen_ = true;
}

void NodeClock::thaw(Instant) { frozen_ = false; }

TrueTimeInterval NodeClock::true_time(Instant now) const {
  const std::int64_t interval = source_.poll_interval.count();
  // Nodes poll at phases of their own.
  Stream phase_stream(truetime_seed_, "phase");
  const std::int64_t phase =
      static_cast<std::int64_t>(phase_stream.below(static_cast<std::uint64_t>(interval)));
  // Polls happen at k * interval - phase, k >= 0: the first one at or before the start of the run.
  const auto latest_poll = [&](Instant at) { return (at.time_since_epoch().count() + phase) / interval; };
  const auto instant_of_poll = [&](std::int64_t k) { return Instant(Duration(k * interval - phase)); };
  std::int64_t poll = latest_poll(now);
  if (instant_of_poll(poll) >= masters_lost_at_ && instant_of_poll(poll) < masters_regained_at_) {
    poll = std::max<std::int64_t>(0, latest_poll(masters_lost_at_ - Duration(1)));
  }
  const Instant polled_at = instant_of_poll(poll);
  const Duration since = now - polled_at;
  const Duration uncertainty =
      source_.uncertainty_at_poll + muldiv(since, source_.assumed_drift_ppb, billion);

  // The estimate is off by what the poll left and by the real drift since, both within what is assumed.
  Stream errors(truetime_seed_, "poll");
  Stream error = errors.split(static_cast<std::uint64_t>(poll));
  const std::int64_t at_poll = source_.uncertainty_at_poll.count();
  const std::int64_t left = error.between(-at_poll, at_poll);
  const std::int64_t drift = error.between(-source_.assumed_drift_ppb, source_.assumed_drift_ppb);
  const Duration off = Duration(left) + muldiv(since, drift, billion) + broken_by_;
  const WallTime estimate(now.time_since_epoch() + off);
  return {estimate - uncertainty, estimate + uncertainty};
}

void NodeClock::lose_time_masters(Instant now) {
  if (masters_lost_at_ != never && masters_regained_at_ == never) return;
  masters_lost_at_ = now;
  masters_regained_at_ = never;
}

void NodeClock::regain_time_masters(Instant now) {
  if (masters_lost_at_ != never) masters_regained_at_ = std::min(masters_regained_at_, now);
}

}  // namespace lightcone::sim
