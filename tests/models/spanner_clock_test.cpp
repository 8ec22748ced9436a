// Clocks that know how wrong they are.
#include <catch2/catch.hpp>

#include "models/parts/clocks/interval_clock.hpp"
#include "tests/models/fake_env.hpp"

namespace lightcone::tests {

using models::parts::clocks::IntervalClock;
using models::parts::clocks::Timestamp;
using namespace std::chrono_literals;

TEST_CASE("clocks: with a bound of its own, the interval is the wall clock give or take it") {
  FakeEnv env({0});
  const IntervalClock clock(env, 5ms);
  const Timestamp wall = env.wall().time_since_epoch().count();
  CHECK(clock.now().earliest == wall - 5'000'000);
  CHECK(clock.now().latest == wall + 5'000'000);
}

TEST_CASE("clocks: a timestamp has passed when the earliest that the time may be is behind it") {
  FakeEnv env({0});
  const IntervalClock clock(env, 5ms);
  const Timestamp stamp = clock.now().latest;
  CHECK_FALSE(clock.has_passed(stamp));
  CHECK(clock.until_passed(stamp) == 10ms + 1ns);  // commit wait: twice the uncertainty
  env.advance(10ms);
  CHECK_FALSE(clock.has_passed(stamp));
  env.advance(1ns);
  CHECK(clock.has_passed(stamp));
  CHECK(clock.until_passed(stamp) == 0ns);
}

TEST_CASE("clocks: without one, it is what the time masters say") {
  FakeEnv env({0});
  const IntervalClock clock(env, 0ns);
  CHECK(clock.now().earliest == env.true_time().earliest.time_since_epoch().count());
  CHECK(clock.now().latest == env.true_time().latest.time_since_epoch().count());
}

}  // namespace lightcone::tests
