// What the simulation knows of the structs that travel: names, fields, payloads.
#include <array>
#include <catch2/catch.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/fact.hpp"
#include "sim/payload.hpp"

namespace lightcone::tests::elsewhere {
struct RequestVote {};
namespace deeper {
struct RequestVote {};
}  // namespace deeper
template <class T>
struct Wrapped {
  static constexpr std::string_view fact_name = "Wrapped";
};
}  // namespace lightcone::tests::elsewhere

struct GlobalFact {};

namespace {

using namespace lightcone::sim;
using namespace std::chrono_literals;

struct Hidden {};
enum class Colour { red, green };
BOOST_DESCRIBE_ENUM(Colour, red, green)

struct Inner {
  int x;
  bool on;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (x, on))

struct Everything {
  bool flag = true;
  std::int8_t small = -5;
  std::uint64_t big = 1ULL << 40U;
  Colour colour = Colour::green;
  NodeId node{3};
  NodeId nobody = no_node;
  Duration duration = 5ms;
  WallTime wall{7ns};
  MonoTime mono{8ns};
  std::string text = "hi";
  Value value = ValueList{1, "a"};
  std::optional<Inner> some = Inner{1, true};
  std::optional<Inner> none;
  std::vector<Inner> list{{2, false}, {3, true}};
  std::vector<std::vector<int>> nested{{1}, {}, {2, 3}};
  std::map<std::string, int> map{{"k", 4}};
  std::set<int> set{9, 8};
  std::array<int, 2> pair{1, 2};
  std::vector<bool> flags{true, false};
  Inner inner{6, true};
  Payload payload = Payload::of(Inner{7, false});
  Payload empty;
};
BOOST_DESCRIBE_STRUCT(Everything, (),
                      (flag, small, big, colour, node, nobody, duration, wall, mono, text, value, some, none,
                       list, nested, map, set, pair, flags, inner, payload, empty))

class Spelled final : public FieldVisitor {
 public:
  void null(std::string_view name) override { put(name, "null"); }
  void flag(std::string_view name, bool value) override { put(name, value ? "true" : "false"); }
  void integer(std::string_view name, std::int64_t value) override { put(name, std::to_string(value)); }
  void text(std::string_view name, std::string_view value) override {
    put(name, "'" + std::string(value) + "'");
  }
  void node(std::string_view name, NodeId value) override { put(name, "n" + std::to_string(value.index)); }
  void duration(std::string_view name, Duration value) override {
    put(name, std::to_string(value.count()) + "ns");
  }
  void value(std::string_view name, const Value& value) override { put(name, value.to_json()); }
  void open_object(std::string_view name) override { put(name, "{"); }
  void open_list(std::string_view name) override { put(name, "["); }
  void close() override { spelled += " end"; }
  std::string spelled;

 private:
  void put(std::string_view name, const std::string& content) {
    spelled += spelled.empty() ? "" : " ";
    spelled += name.empty() ? content : std::string(name) + "=" + content;
  }
};

struct Counted {
  explicit Counted(int& count) : living(&count) { ++*living; }
  Counted(Counted&& other) noexcept : living(other.living) { ++*living; }
  Counted(const Counted& other) : living(other.living) { ++*living; }
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --*living; }
  int* living;
};

}  // namespace

TEST_CASE("facts: names are the same under every compiler, whatever the namespace") {
  CHECK(fact_name<lightcone::tests::elsewhere::RequestVote>() == "RequestVote");
  CHECK(fact_name<lightcone::tests::elsewhere::deeper::RequestVote>() == "RequestVote");
  CHECK(fact_name<lightcone::tests::elsewhere::Wrapped<int>>() == "Wrapped");
  CHECK(fact_name<GlobalFact>() == "GlobalFact");
  CHECK(fact_name<Hidden>() == "Hidden");
  struct Local {};
  CHECK(fact_name<Local>() == "Local");
  CHECK(name_hash("RequestVote") == 0x08DA64150844FBF6U);
  CHECK(fact_type<Hidden>.hash == name_hash("Hidden"));
  CHECK(&fact_type<lightcone::tests::elsewhere::RequestVote> !=
        &fact_type<lightcone::tests::elsewhere::deeper::RequestVote>);
}

TEST_CASE("facts: say all their fields, nested to any depth, in order") {
  Spelled spelled;
  const Everything everything;
  fact_type<Everything>.visit(&everything, spelled);
  CHECK(spelled.spelled ==
        "flag=true small=-5 big=1099511627776 colour='green' node=n3 nobody=null duration=5000000ns wall=7ns "
        "mono=8ns text='hi' value=[1,\"a\"] some={ x=1 on=true end none=null list=[ { x=2 on=false end { x=3 "
        "on=true end end nested=[ [ 1 end [ end [ 2 3 end end map=[ [ 'k' 4 end end set=[ 8 9 end pair=[ 1 2 "
        "end "
        "flags=[ true false end inner={ x=6 on=true end payload={ x=7 on=false end empty=null");
}

TEST_CASE("facts: an enumerator without a name is a question mark") {
  Spelled spelled;
  visit_field("colour", static_cast<Colour>(7), spelled);
  CHECK(spelled.spelled == "colour='?'");
}

TEST_CASE("payloads: are shared by copies, moved without a trace and freed with the last owner") {
  int living = 0;
  {
    Payload one = Payload::of(Counted(living));
    CHECK(living == 1);
    Payload two = one;
    const Counted* content = one.as<Counted>();
    CHECK(two.as<Counted>() == content);
    Payload three = std::move(one);
    CHECK_FALSE(one);  // NOLINT(bugprone-use-after-move): empty, and that is the test
    CHECK(three.as<Counted>() == content);
    two = three;
    three = Payload();
    const Payload& same = two;
    two = same;
    CHECK(living == 1);
    CHECK(&two.get<Counted>() == content);
  }
  CHECK(living == 0);
}

TEST_CASE("payloads: give their content as its type and as nothing else") {
  const Payload payload = Payload::of(Inner{4, true});
  CHECK(payload.as<Inner>()->x == 4);
  CHECK(payload.as<Hidden>() == nullptr);
  CHECK(payload.type() == &fact_type<Inner>);
  CHECK(payload.bytes() == 8 + 1);
  const Payload empty;
  CHECK_FALSE(empty);
  CHECK(empty.as<Inner>() == nullptr);
  CHECK(empty.type() == nullptr);
  CHECK(empty.bytes() == 0);
}
