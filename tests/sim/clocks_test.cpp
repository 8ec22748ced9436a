#include "sim/clock/node_clock.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "sim/chance/stream.hpp"
#include "sim/wide.hpp"

namespace {

using namespace lightcone::sim;

constexpr std::int64_t drift_limit = NodeClock::max_drift_ppb;

NodeClock clock_with(std::int64_t drift_ppb, Duration offset = {}) {
  return NodeClock(offset, drift_ppb, TrueTimeSource{}, 1);
}

// Rounded down, in 128 bits.
std::int64_t scaled(std::int64_t elapsed, std::int64_t drift_ppb) {
  return static_cast<std::int64_t>(Int128{elapsed} * (1'000'000'000 + drift_ppb) / 1'000'000'000);
}

bool contains(const TrueTimeInterval& interval, Instant now) {
  const WallTime truth(now.time_since_epoch());
  return interval.earliest <= truth && truth <= interval.latest;
}

Duration half_width(const TrueTimeInterval& interval) {
  return Duration((interval.latest - interval.earliest).count() / 2);
}

}  // namespace

TEST_CASE("clocks: drift is exact arithmetic, also after two hundred years") {
  Stream chance(1, "drift");
  for (int i = 0; i < 100'000; ++i) {
    const std::int64_t drift = chance.between(-drift_limit, drift_limit);
    const std::int64_t elapsed = chance.between(0, INT64_MAX / 10 * 7) >> chance.below(62);
    const NodeClock clock = clock_with(drift, 5s);
    REQUIRE(clock.mono(Instant(Duration(elapsed))) == MonoTime(Duration(scaled(elapsed, drift))));
    REQUIRE(clock.wall(Instant(Duration(elapsed))) == WallTime(5s + Duration(scaled(elapsed, drift))));
  }
}

TEST_CASE("clocks: the instant of a reading is the first at which the clock shows it") {
  Stream chance(2, "instant");
  for (int i = 0; i < 100'000; ++i) {
    NodeClock clock = clock_with(chance.between(-drift_limit, drift_limit));
    const Instant now(chance.between(Duration(0), Duration(1000h)));
    clock.set_drift(chance.between(-drift_limit, drift_limit), now);
    const MonoTime when = clock.mono(now) + chance.between(Duration(-1s), Duration(100h));
    const Instant found = clock.instant_of(when, now);
    REQUIRE(found >= now);
    REQUIRE(clock.mono(found) >= when);
    if (found > now) REQUIRE(clock.mono(found - Duration(1)) < when);
  }
}

TEST_CASE("clocks: mono never goes back, whatever happens to drift and to the wall clock") {
  Stream chance(3, "monotone");
  NodeClock clock = clock_with(0);
  Instant now{};
  MonoTime latest{};
  for (int i = 0; i < 200'000; ++i) {
    now += chance.between(Duration(0), Duration(i % 3 == 0 ? 1s : 5ns));
    REQUIRE(clock.mono(now) >= latest);
    latest = clock.mono(now);
    const std::uint64_t what = chance.below(8);
    if (what == 0) clock.set_drift(chance.between(-drift_limit, drift_limit), now);
    if (what == 1) clock.step(chance.between(Duration(-1h), Duration(1h)));
    if (what == 2) clock.freeze(now);
    if (what == 3) clock.thaw(now);
    REQUIRE(clock.mono(now) == latest);
  }
}

TEST_CASE("clocks: a change of drift loses less than a nanosecond") {
  NodeClock clock = clock_with(0);
  Instant now{};
  for (int i = 0; i < 1000; ++i) {  // three tenths of a nanosecond forward, then back
    now += 100ms;
    clock.set_drift(i % 2 == 0 ? 3 : -3, now);
  }
  CHECK((clock.mono(now) <= MonoTime(100s + 1ns)));
  CHECK((clock.mono(now) >= MonoTime(100s - 1000ns)));
}

TEST_CASE("clocks: a frozen wall clock stands still, then shows what it would have") {
  NodeClock clock = clock_with(0, 1s);
  clock.freeze(Instant(10s));
  clock.freeze(Instant(12s));
  CHECK(clock.wall(Instant(15s)) == WallTime(11s));
  CHECK(clock.mono(Instant(15s)) == MonoTime(15s));
  CHECK(clock.error(Instant(15s)) == -4s);
  CHECK(clock.instant_of(WallTime(12s), Instant(15s)) == never);
  clock.thaw(Instant(15s));
  CHECK(clock.wall(Instant(15s)) == WallTime(16s));
  CHECK(clock.error(Instant(15s)) == 1s);
}

TEST_CASE("clocks: TrueTime always contains true time, over drifts, steps, polls and lost masters") {
  Stream chance(4, "truetime");
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    TrueTimeSource source;
    source.poll_interval = chance.between(Duration(1), Duration(60s));
    source.uncertainty_at_poll = chance.between(Duration(0), Duration(10ms));
    source.assumed_drift_ppb = chance.between(0, 1'000'000);
    NodeClock clock(chance.between(Duration(-1h), Duration(1h)), chance.between(-drift_limit, drift_limit),
                    source, seed);
    Instant now{};
    for (int i = 0; i < 500; ++i) {
      now += chance.between(Duration(0), source.poll_interval);
      REQUIRE(contains(clock.true_time(now), now));
      const std::uint64_t what = chance.below(20);
      if (what == 0) clock.lose_time_masters(now);
      if (what == 1) clock.regain_time_masters(now);
      if (what == 2) clock.step(chance.between(Duration(-1h), Duration(1h)));
      REQUIRE(contains(clock.true_time(now), now));
    }
  }
}

TEST_CASE("clocks: TrueTime's uncertainty is Spanner's saw-tooth from 1 to 7 ms, 4 ms on average") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const NodeClock clock(0s, 0, TrueTimeSource{}, seed);
    Duration least = Duration::max();
    Duration most{0};
    Duration sum{0};
    constexpr std::int64_t samples = 30'000;
    for (std::int64_t i = 0; i < samples; ++i) {  // one interval, once a millisecond
      const Duration width = half_width(clock.true_time(Instant(100s + i * 1ms)));
      least = std::min(least, width);
      most = std::max(most, width);
      sum += width;
    }
    CHECK(least >= 1ms);
    CHECK(least <= 1ms + 200ns);
    CHECK(most <= 7ms);
    CHECK(most >= 7ms - 200ns);
    CHECK(std::abs((sum / samples - 4ms).count()) <= 100);
  }
}

TEST_CASE("clocks: TrueTime grows by 200 us a second from 1 ms at a poll") {
  const NodeClock clock(0s, 0, TrueTimeSource{}, 5);
  Instant poll{};
  for (Instant at{30s}; at < Instant(60s); at += 1ms) {
    if (half_width(clock.true_time(at)) < half_width(clock.true_time(at - 1ms))) poll = at;
  }
  REQUIRE(poll > Instant{});
  while (half_width(clock.true_time(poll - 1us)) < 2ms) poll -= 1us;
  while (half_width(clock.true_time(poll - 1ns)) < 2ms) poll -= 1ns;
  for (int second = 0; second < 30; ++second) {
    CHECK(half_width(clock.true_time(poll + second * 1s)) == 1ms + second * 200us);
  }
  CHECK(half_width(clock.true_time(poll + 30s - 1ns)) == 7ms - 1ns);
  CHECK(half_width(clock.true_time(poll + 30s)) == 1ms);
}

TEST_CASE("clocks: without time masters TrueTime's uncertainty grows on, until the next poll that succeeds") {
  const TrueTimeSource source;
  NodeClock clock(0s, 0, source, 6);
  const NodeClock untouched(0s, 0, source, 6);
  const Instant lost(100s);
  clock.lose_time_masters(lost);
  CHECK(half_width(clock.true_time(lost)) == half_width(untouched.true_time(lost)));
  Duration before = half_width(clock.true_time(lost));
  for (int minute = 1; minute <= 60; ++minute) {
    const Duration width = half_width(clock.true_time(lost + minute * 1min));
    CHECK(width - before == 12ms);
    before = width;
  }
  const Instant regained = lost + 1h;
  clock.regain_time_masters(regained);
  CHECK(half_width(clock.true_time(regained)) == before);
  CHECK(half_width(clock.true_time(regained + 30s)) == half_width(untouched.true_time(regained + 30s)));
}

TEST_CASE("clocks: nodes poll at phases of their own, and their errors differ") {
  const NodeClock one(0s, 0, TrueTimeSource{}, 1);
  const NodeClock two(0s, 0, TrueTimeSource{}, 2);
  CHECK(half_width(one.true_time(Instant(1h))) != half_width(two.true_time(Instant(1h))));
}

TEST_CASE("clocks: a TrueTime that is broken on purpose is wrong by as much") {
  NodeClock clock(0s, 0, TrueTimeSource{}, 7);
  const TrueTimeInterval before = clock.true_time(Instant(1h));
  clock.break_true_time(50ms);
  const TrueTimeInterval after = clock.true_time(Instant(1h));
  CHECK(after.earliest - before.earliest == 50ms);
  CHECK(after.latest - before.latest == 50ms);
  CHECK_FALSE(contains(after, Instant(1h)));
}
