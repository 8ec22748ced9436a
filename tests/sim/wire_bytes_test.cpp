// What a value costs on a link or a disk: the same for every compiler, standard library and word size.
#include "sim/wire_bytes.hpp"

#include <boost/describe.hpp>
#include <catch2/catch.hpp>
#include <map>
#include <optional>

#include "sim/payload.hpp"

namespace lightcone::sim {

namespace {

enum class Colour : std::uint32_t { red, green };

struct Point {
  std::int16_t x = 0;
  std::uint64_t y = 0;
};
BOOST_DESCRIBE_STRUCT(Point, (), (x, y))

struct Everything {
  bool flag = false;
  Colour colour = Colour::red;
  NodeId node;
  Duration span{};
  std::string text;
  std::optional<std::string> maybe;
  std::vector<Point> points;
  std::map<std::string, std::int64_t> counts;
  Value value;
  Payload payload;
};
BOOST_DESCRIBE_STRUCT(Everything, (), (flag, colour, node, span, text, maybe, points, counts, value, payload))

struct Declared {
  std::string hidden;
  friend std::uint64_t wire_bytes(const Declared& declared) { return 1000 + declared.hidden.size(); }
};
BOOST_DESCRIBE_STRUCT(Declared, (), (hidden))

struct Holder {
  std::vector<Declared> all;
};
BOOST_DESCRIBE_STRUCT(Holder, (), (all))

constexpr std::uint64_t empty = 1 + 1 + 4 + 8 + 4 + 1 + 4 + 4 + 1 + 0;

}  // namespace

TEST_CASE("wire bytes: the described fields, each by its kind") {
  Everything all;
  CHECK(bytes_on_wire(all) == empty);
  CHECK(bytes_on_wire(Point{}) == 16);

  all.text = "seven..";
  CHECK(bytes_on_wire(all) == empty + 7);
  all.text.clear();
  all.maybe = "abc";
  CHECK(bytes_on_wire(all) == empty + 4 + 3);
  all.maybe.reset();
  all.points.resize(3);
  CHECK(bytes_on_wire(all) == empty + 3 * 16);
  all.points.clear();
  all.counts["ab"] = 1;
  CHECK(bytes_on_wire(all) == empty + (4 + 2) + 8);
  all.counts.clear();
  all.payload = Payload::of(Point{});
  CHECK(bytes_on_wire(all) == empty + 16);
}

TEST_CASE("wire bytes: a value's kind is a byte of its own") {
  CHECK(bytes_on_wire(Value()) == 1);
  CHECK(bytes_on_wire(Value(true)) == 2);
  CHECK(bytes_on_wire(Value(7)) == 9);
  CHECK(bytes_on_wire(Value("four")) == 5 + 4);
  CHECK(bytes_on_wire(Value(ValueList{Value(1), Value()})) == 5 + 9 + 1);
}

TEST_CASE("wire bytes: a type that knows better is believed, inside others too") {
  CHECK(bytes_on_wire(Declared{"xy"}) == 1002);
  Holder holder;
  holder.all.resize(2);
  CHECK(bytes_on_wire(holder) == 4 + 2000);
  CHECK(fact_type<Holder>.wire_bytes(&holder) == 2004);
}

}  // namespace lightcone::sim
