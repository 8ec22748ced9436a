#include "sim/fields.hpp"

#include <catch2/catch.hpp>

namespace lightcone::sim {

namespace {

enum class ReadMode : std::uint8_t { log, lease, read_index };

Choices<ReadMode> choices_of(ReadMode) {
  static constexpr Choice<ReadMode> all[] = {
      {ReadMode::log, {"log", "Every read goes through the log."}},
      {ReadMode::lease, {"lease", "The leader answers while its lease lasts."}},
      {ReadMode::read_index, {"read_index", "The leader asks a majority whether it still leads."}},
  };
  return all;
}

struct Link {
  Duration latency = 1ms;
  Bandwidth bandwidth{10'000'000};
  static const FieldTable<Link>& fields() {
    static const FieldTable<Link> table("test_link", "A link.", field("latency", &Link::latency, "One way."),
                                        field("bandwidth", &Link::bandwidth, "Of the wire."));
    return table;
  }
};

struct Everything {
  bool prevote = true;
  std::int64_t snapshot_every = 1000;
  std::uint32_t replicas = 3;
  Duration election_min = 150ms;
  Duration skew = -5ms;
  Ratio loss{1, 200};
  Bytes buffer{65536};
  std::string greeting = "hi";
  ReadMode read_mode = ReadMode::lease;
  std::vector<Duration> pauses = {1s, 90s};
  std::map<std::string, Link> links = {{"a", {}}};
  std::optional<std::int64_t> limit;
  std::variant<Duration, Link> hop = Link{};
  Value start = Value(ValueList{Value(1), Value("x"), Value()});
  Open rest;

  static const FieldTable<Everything>& fields() {
    using E = Everything;
    static const FieldTable<Everything> table =
        FieldTable<Everything>(
            "test_everything", "One field of each type.",
            field("prevote", &E::prevote, "Ask before standing."),
            field("snapshot_every", &E::snapshot_every, "Entries between snapshots.")
                .at_least(1)
                .at_most(1'000'000),
            field("replicas", &E::replicas, "How many."),
            field("election_min", &E::election_min, "Shortest election timeout.").at_least(1ms).at_most(10s),
            field("skew", &E::skew, "Of the clock.").may_be_negative(),
            field("loss", &E::loss, "Share of messages lost.").probability(),
            field("buffer", &E::buffer, "Size of the buffer."),
            field("greeting", &E::greeting, "What to say.").required(),
            field("read_mode", &E::read_mode, "How reads are served."),
            field("pauses", &E::pauses, "How long.").at_most(2h).count_at_most(3),
            field("links", &E::links, "By name."), field("limit", &E::limit, "None when absent.").at_least(0),
            field("hop", &E::hop, "A duration or a link."), field("start", &E::start, "The first value."),
            field("rest", &E::rest, "For others."))
            .must("skew is less than election_min", "skew",
                  [](const Everything& e) { return e.skew < e.election_min; });
    return table;
  }
};

}  // namespace

TEST_CASE("a field table takes names, order and defaults from the struct") {
  const Table& table = Everything::fields();
  std::string all;
  for (const Field& f : table.fields()) all += f.name + "=" + quoted(f.default_value) + " ";
  CHECK(all ==
        "prevote=true snapshot_every=1000 replicas=3 election_min=\"150ms\" skew=\"-5ms\" loss=0.005 "
        "buffer=\"64KiB\" greeting=null read_mode=\"lease\" pauses=[...] links={...} limit=null hop={...} "
        "start=[...] rest=null ");
  CHECK(table.find("greeting")->is_required);
  CHECK(table.find("nobody") == nullptr);
}

TEST_CASE("a field finds its member in any object of the struct") {
  Everything one;
  const Field& field = *Everything::fields().find("election_min");
  CHECK(field.in(&one) == static_cast<void*>(&one.election_min));
  const auto& leaf = static_cast<const LeafType&>(*field.type);
  CHECK_FALSE(leaf.read(Literal::string("2.5s"), field.in(&one)));
  CHECK(one.election_min == 2500ms);
}

TEST_CASE("bounds say what they allow") {
  Everything one;
  const Field& election = *Everything::fields().find("election_min");
  const LeafType& leaf = *bounded_leaf(*election.type);
  CHECK(describe(election.bounds, leaf) == "1ms to 10s");
  CHECK_FALSE(outside(election.bounds, leaf, &one.election_min));
  one.election_min = 11s;
  const std::optional<Mismatch> why = outside(election.bounds, leaf, &one.election_min);
  REQUIRE(why);
  CHECK(why->problem == "\"11s\" is too large");
  CHECK(why->expected == "1ms to 10s");
  CHECK(describe({{}, Ratio{0, 1}, Ratio{1, 2}}, ratio_type()) == "more than 0 and at most 0.5");
  CHECK(describe({{}, {}, Ratio{1, 2}}, ratio_type()) == "at most 0.5");
  CHECK(describe({Ratio{}, {}, {}}, ratio_type()) == "at least 0");
}

TEST_CASE("quantities have a bound of zero unless their field says otherwise") {
  const Table& table = Everything::fields();
  CHECK(table.find("buffer")->bounds.least == Ratio{});
  CHECK_FALSE(table.find("skew")->bounds.least);
  CHECK_FALSE(table.find("replicas")->bounds.least);
  CHECK(table.find("pauses")->bounds.most == Ratio{(2h / 1ns), 1});
}

TEST_CASE("what a type writes, it reads back") {
  Everything one;
  one.snapshot_every = INT64_MIN;
  one.replicas = UINT32_MAX;
  one.loss = {1, 3};
  one.read_mode = ReadMode::read_index;
  one.election_min = Duration::max();
  for (const Field& field : Everything::fields().fields()) {
    if (field.type->kind() >= Kind::list) continue;
    const auto& leaf = static_cast<const LeafType&>(*field.type);
    const Literal written = leaf.write(field.in(&one));
    Everything two;
    INFO(field.name);
    CHECK_FALSE(leaf.read(written, field.in(&two)));
    CHECK(same_content(leaf.write(field.in(&two)), written));
  }
}

TEST_CASE("whole numbers stay within the type of their field") {
  const auto read = [](auto target, const char* digits) {
    const auto why =
        static_cast<const LeafType&>(type_of<decltype(target)>()).read(Literal::number_text(digits), &target);
    return why ? why->problem + "; expected " + why->expected
               : quoted(type_of<decltype(target)>().write(&target));
  };
  CHECK(read(std::int8_t{}, "127") == "127");
  CHECK(read(std::int8_t{}, "128") == "128 is out of range; expected a whole number from -128 to 127");
  CHECK(read(std::uint32_t{}, "-1") == "-1 is out of range; expected a whole number from 0 to 4294967295");
  CHECK(read(std::size_t{}, "9223372036854775807") == "9223372036854775807");
  CHECK(read(std::int64_t{}, "-9223372036854775808") == "-9223372036854775808");
  CHECK(read(std::int64_t{}, "9223372036854775808") ==
        "9223372036854775808 is out of range; expected a whole number from -9223372036854775808 to "
        "9223372036854775807");
  CHECK(read(std::int64_t{}, "1.5e3") == "1500");
  CHECK(read(std::int64_t{}, "1.5") == "1.5 is not a whole number; expected a whole number");
}

}  // namespace lightcone::sim
