// How a producer numbers what it has in flight in one partition, and when it does so anew.
#include <catch2/catch.hpp>
#include <cstdint>

#include "models/kafka/in_flight.hpp"

namespace lightcone::tests {

namespace {

using models::kafka::InFlight;
using models::kafka::LeaderEpoch;
using Stamp = InFlight::Stamp;
using Cure = InFlight::Cure;

// Records 1 to `last` are under way, in epoch 0.
InFlight under_way(std::uint64_t last) {
  InFlight in_flight;
  for (std::uint64_t number = 1; number <= last; ++number) {
    in_flight.wait(number);
    in_flight.begin(number, 0);
  }
  return in_flight;
}

void acknowledge(InFlight& in_flight, std::uint64_t number, LeaderEpoch epoch = 1) {
  in_flight.acknowledged(number, in_flight.stamp_of(number), epoch);
}

// What a leader's word that a number before this record is missing comes to, if it was the first when it was
// sent.
Cure cure_of(const InFlight& in_flight, std::uint64_t number, LeaderEpoch epoch = 1) {
  return in_flight.cure({number, in_flight.stamp_of(number), true}, epoch);
}

}  // namespace

TEST_CASE("kafka: records in flight begin in the order in which they came, at most five from first to last") {
  InFlight in_flight = under_way(5);
  CHECK(in_flight.stamp_of(5) == Stamp{0, 4});
  in_flight.wait(6);
  in_flight.wait(7);
  CHECK_FALSE(in_flight.may_begin(6));
  acknowledge(in_flight, 2);
  CHECK_FALSE(in_flight.may_begin(6));  // the leader might forget where the first is
  acknowledge(in_flight, 1);
  CHECK(in_flight.may_begin(6));
  CHECK_FALSE(in_flight.may_begin(7));
  in_flight.leave(6);
  CHECK(in_flight.may_begin(7));
  in_flight.begin(7, 0);
  CHECK(in_flight.stamp_of(7) == Stamp{0, 5});
}

TEST_CASE("kafka: nobody begins while a record is tried again") {
  InFlight in_flight = under_way(2);
  in_flight.failed(1);
  in_flight.wait(3);
  CHECK_FALSE(in_flight.may_begin(3));
  acknowledge(in_flight, 1);
  CHECK(in_flight.may_begin(3));
}

TEST_CASE("kafka: what is in flight is numbered anew when what was acknowledged before it is missing") {
  InFlight in_flight = under_way(4);
  acknowledge(in_flight, 1, 3);
  CHECK(cure_of(in_flight, 2, 2) == Cure::wait);  // that leader has been replaced by who acknowledged it
  CHECK(cure_of(in_flight, 3, 3) == Cure::renumber);
  CHECK(in_flight.cure({2, in_flight.stamp_of(2), false}, 3) == Cure::wait);
  REQUIRE(cure_of(in_flight, 2, 3) == Cure::renumber);
  in_flight.renumber(1);
  CHECK(in_flight.stamp_of(2) == Stamp{1, 0});
  CHECK(in_flight.stamp_of(4) == Stamp{1, 2});
  CHECK(in_flight.cure({2, {0, 1}, true}, 3) == Cure::wait);  // that was about the number before
  in_flight.wait(5);
  REQUIRE(in_flight.may_begin(5));
  in_flight.begin(5, 1);
  CHECK(in_flight.stamp_of(5) == Stamp{1, 3});
}

TEST_CASE("kafka: what is in flight behind a record that was given up is not numbered anew") {
  InFlight in_flight = under_way(3);
  in_flight.given_up(1);
  CHECK(cure_of(in_flight, 2) == Cure::give_up);
  in_flight.wait(4);
  CHECK_FALSE(in_flight.may_begin(4));
  in_flight.given_up(2);
  CHECK_FALSE(in_flight.needs_later_epoch());
  in_flight.given_up(3);
  CHECK(in_flight.needs_later_epoch());
  REQUIRE(in_flight.may_begin(4));
  in_flight.begin(4, 1);
  CHECK(in_flight.stamp_of(4) == Stamp{1, 0});
}

TEST_CASE("kafka: a record that was given up has arrived when one behind it is acknowledged") {
  InFlight in_flight = under_way(3);
  in_flight.given_up(1);
  acknowledge(in_flight, 2);
  CHECK(cure_of(in_flight, 3) == Cure::renumber);
  in_flight.wait(4);
  CHECK(in_flight.may_begin(4));
  in_flight.given_up(3);
  CHECK(in_flight.needs_later_epoch());
}

TEST_CASE("kafka: one that is acknowledged by the number it had before leaves a hole in the later epoch") {
  InFlight in_flight = under_way(2);
  in_flight.renumber(1);
  in_flight.acknowledged(1, {0, 0}, 1);
  CHECK(cure_of(in_flight, 2) == Cure::give_up);
  in_flight.given_up(2);
  CHECK(in_flight.needs_later_epoch());
}

TEST_CASE(
    "kafka: a partition takes the producer's later epoch when nothing of the earlier one is under way") {
  InFlight in_flight = under_way(2);
  in_flight.wait(3);
  in_flight.begin(3, 4);
  CHECK(in_flight.stamp_of(3) == Stamp{0, 2});
  for (const std::uint64_t number : {1U, 2U, 3U}) acknowledge(in_flight, number);
  in_flight.wait(4);
  in_flight.begin(4, 4);
  CHECK(in_flight.stamp_of(4) == Stamp{4, 0});
  CHECK(in_flight.epoch() == 4);
}

}  // namespace lightcone::tests
