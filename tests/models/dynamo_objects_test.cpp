// Counters and sets in the values of a store: what a reader makes of siblings.
#include <catch2/catch.hpp>

#include "models/dynamo/objects.hpp"

namespace lightcone::tests {

namespace {

using namespace models::dynamo;
using sim::Value;
using sim::ValueList;

Version number(std::int64_t value) {
  Version version;
  version.tag = {1, 1, 1};
  version.value = Value(value);
  return version;
}

// Siblings by different replicas, none of which has seen another.
Version beside_each_other(const std::vector<Value>& values) {
  Version all;
  std::uint32_t replica = 0;
  for (const Value& value : values) {
    ++replica;
    all.siblings.put({{replica}, 1}, {}, {replica, value, false, {}},
                     models::parts::versions::Clocks::dotted);
  }
  return all;
}

}  // namespace

TEST_CASE("objects: a counter with timestamps is a number") {
  CHECK(counts_in(Version()).empty());
  const Counts counts = counts_in(number(4));
  CHECK(sum_of(counts) == 4);
  CHECK(counter_with(counts, 0) == Value(4));
}

TEST_CASE("objects: of the siblings of a counter each writer's greatest entry counts") {
  const Value left = counter_with({{1, 3}, {2, 1}}, 1);
  const Value right = counter_with({{1, 2}, {3, 5}}, 3);
  for (const auto& siblings : {std::vector{left, right}, std::vector{right, left}}) {
    const Counts counts = counts_in(beside_each_other(siblings));
    CHECK(counts == Counts{{1, 3}, {2, 1}, {3, 5}});
    CHECK(sum_of(counts) == 9);
    CHECK(counts_in(beside_each_other({counter_with(counts, 2)})) == counts);
  }
}

TEST_CASE("objects: of the siblings of a set the union is there, each element once and in order") {
  CHECK(elements_in(Version()).empty());
  const Value left(ValueList{Value(2), Value(5)});
  const Value right(ValueList{Value(1), Value(2)});
  CHECK(elements_in(beside_each_other({left, right})) == ValueList{Value(1), Value(2), Value(5)});
}

}  // namespace lightcone::tests
