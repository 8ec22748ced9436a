// Replicated data types: the laws of their joins, convergence in any order of delivery, and what they read,
// against twins, on every small execution and on random longer ones.
#include <catch2/catch.hpp>
#include <string>

#include "tests/models/crdt_types.hpp"

namespace lightcone::tests::crdt {

namespace {

using models::parts::crdt::CausalContext;
using models::parts::crdt::Dot;

template <class State>
State joined(State left, const State& right) {
  left.merge(right);
  return left;
}

// Shapiro et al. 2011, section 2.3: a join semilattice, in which a merge never goes down.
template <class State>
bool keeps_laws(const std::vector<State>& states) {
  for (const State& a : states) {
    if (joined(a, a) != a) return false;
    for (const State& b : states) {
      const State both = joined(a, b);
      if (both != joined(b, a) || joined(both, a) != both || joined(both, b) != both) return false;
      for (const State& c : states) {
        if (joined(both, c) != joined(a, joined(b, c))) return false;
      }
    }
  }
  return true;
}

template <class State>
State joined_all(const std::vector<State>& states) {
  State sum;
  for (const State& state : states) sum.merge(state);
  return sum;
}

// Every order of the deltas, with every delta once more at the end, gives the join of the replicas.
template <class Type>
bool converges_in_any_order(const Execution<Type>& execution) {
  const auto expected = joined_all(execution.states());
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < execution.deltas().size(); ++i) order.push_back(i);
  do {
    typename Type::State sum;
    for (const std::size_t i : order) sum.merge(execution.deltas()[i]);
    for (const std::size_t i : order) sum.merge(execution.deltas()[i]);
    if (sum != expected || !execution.agrees_with_everything(sum)) return false;
  } while (std::next_permutation(order.begin(), order.end()));
  return true;
}

template <class Type>
std::vector<typename Type::State> states_and_deltas(const Execution<Type>& execution) {
  std::vector<typename Type::State> states = execution.all();
  states.insert(states.end(), execution.deltas().begin(), execution.deltas().end());
  return states;
}

std::string text(const models::parts::crdt::Rga<char>& rga) {
  const std::vector<char> letters = rga.values();
  return {letters.begin(), letters.end()};
}

constexpr ReplicaId ann{{0}, 1};
constexpr ReplicaId bob{{1}, 1};

}  // namespace

#define REPLICATED_TYPES                                                                        \
  GCounterType, PnCounterType, LwwRegisterType, LwwMapType, MvRegisterType, OrSetType, RgaType, \
      BoundedCounterType, TombstoneSetType, FractionalTextType

TEMPLATE_TEST_CASE("crdt: joins are commutative, associative, idempotent and never go down", "",
                   REPLICATED_TYPES) {
  const auto keeps = [](const Execution<TestType>& execution) {
    if (!keeps_laws(states_and_deltas(execution))) FAIL("a law is broken");
  };
  every_execution<TestType>(2, 3, keeps);
  every_execution<TestType>(3, 2, keeps);
  random_executions<TestType>(50, 8, keeps);
}

TEMPLATE_TEST_CASE("crdt: joining the delta of an update is the update", "", REPLICATED_TYPES) {
  const auto is_exact = [](const Execution<TestType>& execution) {
    if (!execution.deltas_are_exact()) FAIL("a delta is not its update");
  };
  every_execution<TestType>(2, 4, is_exact);
  every_execution<TestType>(3, 3, is_exact);
  random_executions<TestType>(100, 30, is_exact);
}

TEMPLATE_TEST_CASE("crdt: whoever has all deltas has the same state, in whatever order they came", "",
                   REPLICATED_TYPES) {
  const auto converges = [](const Execution<TestType>& execution) {
    if (!converges_in_any_order(execution)) FAIL("an order of delivery matters");
  };
  every_execution<TestType>(2, 4, converges);
  every_execution<TestType>(3, 3, converges);
}

TEMPLATE_TEST_CASE("crdt: replicas read what the updates that they have seen say", "", REPLICATED_TYPES) {
  const auto agrees = [](const Execution<TestType>& execution) {
    if (!execution.all_agree()) FAIL("a replica does not agree with its twin");
    if (!execution.agrees_with_everything(joined_all(execution.states()))) FAIL("all of them do not");
  };
  every_execution<TestType>(2, 4, agrees);
  every_execution<TestType>(3, 3, agrees);
  random_executions<TestType>(100, 30, agrees);
}

TEST_CASE("crdt: a causal context is a set of dots, and equal sets are equal contexts") {
  sim::Stream chance(3, "dots");
  for (int round = 0; round < 300; ++round) {
    CausalContext contexts[2];
    std::set<Dot> twins[2];
    for (int i = 0; i < 12; ++i) {
      const auto which = chance.below(2);
      const auto who = chance.below(2);
      const Dot dot{who == 0 ? ann : bob, 1 + chance.below(6)};
      contexts[which].add(dot);
      twins[which].insert(dot);
    }
    REQUIRE((contexts[0] == contexts[1]) == (twins[0] == twins[1]));
    std::uint64_t last_of_ann = 0;
    for (const Dot& dot : twins[0]) {
      if (dot.replica == ann) last_of_ann = dot.counter;
    }
    REQUIRE(contexts[0].next(ann) == Dot{ann, last_of_ann + 1});
    CausalContext merged = contexts[0];
    merged.merge(contexts[1]);
    std::set<Dot> either = twins[0];
    either.insert(twins[1].begin(), twins[1].end());
    CausalContext added;
    for (const Dot& dot : either) added.add(dot);
    REQUIRE(merged == added);
    for (const ReplicaId& replica : {ann, bob}) {
      for (std::uint64_t counter = 1; counter <= 7; ++counter) {
        REQUIRE(merged.contains({replica, counter}) == either.contains({replica, counter}));
      }
    }
  }
}

TEST_CASE("crdt: a context includes another one when it knows of all its updates") {
  sim::Stream chance(4, "dots");
  int included = 0;
  for (int round = 0; round < 500; ++round) {
    CausalContext contexts[2];
    std::set<Dot> twins[2];
    for (int i = 0; i < 10; ++i) {
      const auto which = chance.below(4) == 0 ? 1U : 0U;
      const auto who = chance.below(2);
      const Dot dot{who == 0 ? ann : bob, 1 + chance.below(4)};
      contexts[which].add(dot);
      twins[which].insert(dot);
    }
    const bool expected = std::includes(twins[0].begin(), twins[0].end(), twins[1].begin(), twins[1].end());
    REQUIRE(contexts[0].includes(contexts[1]) == expected);
    included += expected ? 1 : 0;
  }
  CHECK(included > 50);
  CHECK(included < 450);
}

TEST_CASE("crdt: a context forgets single dots once there is no gap before them") {
  CausalContext context;
  context.add({ann, 3});
  context.add({ann, 2});
  CHECK(context.scattered() == 2);
  CHECK(context.replicas() == 0);
  context.add({ann, 1});
  CHECK(context.scattered() == 0);
  CHECK(context.replicas() == 1);
}

TEST_CASE("crdt: an observed-remove set keeps nothing of what was removed but the context") {
  models::parts::crdt::OrSet<int> set;
  for (int i = 0; i < 100; ++i) set.add(ann, i);
  for (int i = 0; i < 100; ++i) set.remove(i);
  CHECK(set.size() == 0);
  CHECK(set.context().replicas() == 1);
  CHECK(set.context().scattered() == 0);
}

TEST_CASE("crdt: an addition stands for those of the element that its replica has seen") {
  models::parts::crdt::OrSet<int> set;
  set.add(ann, 1);
  set.add(ann, 1);
  CHECK(set.elements().at(1) == std::set<Dot>{{ann, 2}});
  models::parts::crdt::OrSet<int> unaware;
  unaware.add(bob, 1);
  set.merge(unaware);
  CHECK(set.elements().at(1) == std::set<Dot>{{ann, 2}, {bob, 1}});
  set.add(ann, 1);
  CHECK(set.elements().at(1) == std::set<Dot>{{ann, 3}});
}

TEST_CASE("crdt: what a removed key left behind refuses an older write") {
  models::parts::crdt::LwwMap<int, int> map;
  map.remove({5, {ann, 1}}, 1);
  map.assign({4, {bob, 1}}, 1, 10);
  CHECK(map.find(1) == nullptr);
  map.assign({5, {bob, 2}}, 1, 11);
  REQUIRE(map.find(1) != nullptr);
  CHECK(*map.find(1) == 11);
  CHECK(map.registers() == 1);
}

TEST_CASE("crdt: runs typed at one place from left to right stay together") {
  models::parts::crdt::Rga<char> left;
  left.insert(ann, 0, '<');
  left.insert(ann, 1, '>');
  models::parts::crdt::Rga<char> right = left;
  for (const std::size_t i : {0U, 1U, 2U}) left.insert(ann, i + 1, "abc"[i]);
  for (const std::size_t i : {0U, 1U, 2U}) right.insert(bob, i + 1, "xyz"[i]);
  CHECK(text(joined(left, right)) == "<xyzabc>");
  CHECK(text(joined(right, left)) == "<xyzabc>");
}

TEST_CASE("crdt: an element waits for the one it stands behind, and an erasure for what it erases") {
  models::parts::crdt::Rga<char> writer;
  const auto a = writer.insert(ann, 0, 'a');
  const auto b = writer.insert(ann, 1, 'b');
  const auto without_a = writer.erase(0);
  models::parts::crdt::Rga<char> reader;
  reader.merge(without_a);
  reader.merge(b);
  CHECK(text(reader).empty());
  CHECK(reader.waiting() == 1);
  reader.merge(a);
  CHECK(text(reader) == "b");
  CHECK(reader.waiting() == 0);
  CHECK(reader.tombstones() == 1);
}

TEST_CASE("crdt: a position is counted without what was erased") {
  models::parts::crdt::Rga<char> rga;
  std::string twin;
  sim::Stream chance(5, "edits");
  for (int edit = 0; edit < 400; ++edit) {
    const auto verb = chance.below(5);
    if (verb < 2 && !twin.empty()) {
      const auto position = static_cast<std::size_t>(chance.below(twin.size()));
      rga.erase(position);
      twin.erase(position, 1);
      REQUIRE(text(rga) == twin);
      continue;
    }
    const auto position = static_cast<std::size_t>(chance.below(twin.size() + 1));
    const auto letter = static_cast<char>('a' + edit % 26);
    rga.insert(edit % 2 == 0 ? ann : bob, position, letter);
    twin.insert(position, 1, letter);
    REQUIRE(text(rga) == twin);
  }
}

TEST_CASE("crdt: a share is given once, and taken by whoever holds it") {
  models::parts::crdt::BoundedCounter stock;
  stock.add(ann, 2);
  CHECK_FALSE(stock.take(bob, 1));
  CHECK_FALSE(stock.give(bob, ann, 1));
  REQUIRE(stock.give(ann, bob, 2));
  CHECK_FALSE(stock.take(ann, 1));
  CHECK(stock.take(bob, 2));
  CHECK(stock.value() == 0);
  CHECK(stock.share(ann) == 0);
  stock.take_unchecked(ann, 1);
  CHECK(stock.value() == -1);
  CHECK(stock.share(ann) == -1);
}

TEST_CASE("crdt: whoever forgets a tombstone takes the addition for a new one") {
  models::parts::crdt::TombstoneSet<int> mine;
  models::parts::crdt::TombstoneSet<int> theirs;
  mine.add({ann, 1}, 5);
  theirs.merge(mine);
  mine.remove({ann, 2}, 5);
  CHECK(mine.collect([](const Dot& removal) { return removal != Dot{ann, 2}; }) == 0);
  auto whole = mine;
  CHECK(mine.collect([](const Dot& removal) { return removal == Dot{ann, 2}; }) == 1);
  whole.merge(theirs);
  mine.merge(theirs);
  CHECK_FALSE(whole.contains(5));
  CHECK(mine.contains(5));
}

TEST_CASE("crdt: fractions mix what two type at one place, and keep each one's order") {
  models::parts::crdt::FractionalText<char> left;
  const auto begin = left.insert_behind({ann, 1}, {}, '<');
  auto right = left;
  auto at = *left.find('<');
  for (const std::uint64_t i : {0U, 1U, 2U}) {
    left.insert_behind({ann, 2 + i}, at, "abc"[i]);
    at = *left.find("abc"[i]);
  }
  at = *right.find('<');
  for (const std::uint64_t i : {0U, 1U, 2U}) {
    right.insert_behind({bob, 1 + i}, at, "xyz"[i]);
    at = *right.find("xyz"[i]);
  }
  const std::vector<char> both = joined(left, right).values();
  CHECK(std::string(both.begin(), both.end()) == "<axbycz");
}

TEST_CASE("crdt: between two neighbouring fractions there is always another one") {
  models::parts::crdt::FractionalText<int> text;
  using Position = models::parts::crdt::FractionalText<int>::Position;
  std::vector<int> twin;
  sim::Stream chance(6, "places");
  for (int i = 0; i < 300; ++i) {
    const auto place = static_cast<std::size_t>(chance.below(std::min<std::uint64_t>(twin.size(), 3) + 1));
    const Position behind = place == 0 ? Position{} : *text.find(twin[place - 1]);
    text.insert_behind({ann, static_cast<std::uint64_t>(i) + 1}, behind, i);
    twin.insert(twin.begin() + static_cast<std::ptrdiff_t>(place), i);
    REQUIRE(text.values() == twin);
  }
}

TEST_CASE("crdt: ties by arrival are what must not be") {
  using Text = models::parts::crdt::Rga<char>;
  Text left(Text::Ties::by_arrival);
  Text right(Text::Ties::by_arrival);
  const Text a = left.insert(ann, 0, 'a');
  const Text b = right.insert(bob, 0, 'b');
  left.merge(b);
  right.merge(a);
  CHECK(left == right);
  CHECK(text(left) != text(right));
}

TEST_CASE("crdt: an insertion may be behind what was erased, and can be placed where that is known") {
  models::parts::crdt::Rga<char> writer;
  const auto a = writer.insert(ann, 0, 'a');
  const auto id = *writer.find('a');
  writer.erase(id);
  const auto b = writer.insert_behind(ann, id, 'b');
  CHECK(text(writer) == "b");
  CHECK(writer.find('a') == id);
  CHECK_FALSE(writer.find('c'));
  models::parts::crdt::Rga<char> reader;
  CHECK_FALSE(reader.can_place(b));
  CHECK_FALSE(reader.can_place(writer.erase(*writer.find('b'))));
  reader.merge(a);
  CHECK(reader.can_place(b));
}

}  // namespace lightcone::tests::crdt
