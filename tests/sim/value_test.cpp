#include "sim/value.hpp"

#include <catch2/catch.hpp>

using lightcone::sim::Value;
using lightcone::sim::ValueList;

TEST_CASE("a value prints as JSON on one line") {
  CHECK(Value().to_json() == "null");
  CHECK(Value(ValueList{Value("r"), Value("x"), Value(ValueList{Value(1), Value(-2)}), Value(true)})
            .to_json() == R"(["r","x",[1,-2],true])");
  CHECK(Value("a\"b\\\n\x01\xC3\xA9\xFF").to_json() == "\"a\\\"b\\\\\\n\\u0001\xC3\xA9\xEF\xBF\xBD\"");
}

TEST_CASE("values are totally ordered, by type and then by content") {
  const std::vector<Value> ascending = {Value(),    Value(false),       Value(true),
                                        Value(-1),  Value(7),           Value(""),
                                        Value("a"), Value(ValueList{}), Value(ValueList{Value(1)})};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      CHECK((ascending[i] < ascending[j]) == (i < j));
      CHECK((ascending[i] == ascending[j]) == (i == j));
    }
  }
}
