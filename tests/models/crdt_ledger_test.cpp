// What the ledger of replicated data types finds wrong, and what it does not.
#include <catch2/catch.hpp>
#include <optional>
#include <string>

#include "models/crdt/ledger.hpp"

namespace lightcone::tests {

namespace {

using namespace models::crdt;

constexpr ReplicaId ann{sim::NodeId{0}, 1};
constexpr ReplicaId bob{sim::NodeId{1}, 1};

// Replicas of one object, and the ledger of what was done to it.
class Book {
 public:
  explicit Book(Type type, Removals removals = Removals::context) {
    parameters_.type = type;
    parameters_.removals = removals;
    parameters_.clock_resolution = sim::Duration(1);
  }
  // On `object`, which has seen `seen`.
  Update update(Object& object, const Dot& dot, Verb verb, sim::Value value, CausalContext seen = {},
                std::optional<std::int64_t> behind = {}, int time = 1) {
    Change change;
    change.verb = verb;
    change.value = std::move(value);
    change.behind = behind;
    auto outcome = rules_.change(object, change, {dot.replica, dot, sim::WallTime(sim::Duration(time))});
    REQUIRE(std::holds_alternative<Object>(outcome));
    Update update{dot, std::move(seen), "k", change, sim::Payload::of(std::get<Object>(std::move(outcome)))};
    ledger_.add(update);
    return update;
  }
  Object blank() const { return rules_.blank(); }
  Ledger& ledger() { return ledger_; }
  std::string judge(const sim::Value& read) const {
    const auto complaint = ledger_.judge("k", read);
    return complaint ? complaint->anomaly : std::string();
  }

 private:
  Parameters parameters_;
  Safeguards safe_;
  Rules rules_{parameters_, safe_};
  Ledger ledger_{parameters_};
};

sim::Value list(std::initializer_list<std::int64_t> numbers) {
  sim::ValueList list;
  for (const std::int64_t number : numbers) list.emplace_back(number);
  return list;
}

CausalContext context(std::initializer_list<Dot> dots) {
  CausalContext context;
  for (const Dot& dot : dots) context.add(dot);
  return context;
}

}  // namespace

TEST_CASE("crdt ledger: a counter is a sum, and what is struck does not count") {
  Book book(Type::pncounter);
  Object object = book.blank();
  const Update up = book.update(object, {ann, 1}, Verb::incr, 1);
  book.ledger().add(up);
  book.update(object, {bob, 1}, Verb::incr, 1);
  book.update(object, {bob, 2}, Verb::decr, 1);
  CHECK(book.ledger().size() == 3);
  CHECK(book.ledger().count("k") == 1);
  CHECK(book.judge(1).empty());
  CHECK(book.judge(0) == "lost-update");
  CHECK(book.judge(2) == "duplicate-effect");
  book.ledger().strike(
      [](const Update& update, std::size_t number) { return update.dot.replica == ann && number == 0; });
  CHECK(book.judge(0).empty());
}

TEST_CASE("crdt ledger: two updates of one name are told from one that was heard of twice") {
  Book book(Type::orset);
  Object object = book.blank();
  book.update(object, {ann, 1}, Verb::add, 1);
  Object old = book.blank();
  book.update(old, {ann, 1}, Verb::add, 2);
  CHECK(book.ledger().size() == 2);
  CHECK(book.judge(list({1})) == "lost-write");
  CHECK(book.ledger().judge("k", list({1}))->text.find("is the name of two") != std::string::npos);
}

TEST_CASE("crdt ledger: additions win over removals that have not seen them, with tombstones and without") {
  for (const Removals removals : {Removals::context, Removals::tombstones}) {
    Book book(Type::orset, removals);
    Object anns = book.blank();
    book.update(anns, {ann, 1}, Verb::add, 1);
    Object bobs = anns;
    book.update(bobs, {bob, 1}, Verb::remove, 1);
    CHECK(book.judge(list({})).empty());
    CHECK(book.judge(list({1})) == "resurrection");
    book.update(anns, {ann, 2}, Verb::add, 1);
    CHECK(book.judge(list({1})).empty());
    CHECK(book.judge(list({})) == "lost-write");
    CHECK(book.judge(list({1, 2})) == "resurrection");
  }
}

TEST_CASE("crdt ledger: the later stamp remains, and of equal ones the greater name") {
  Book book(Type::lwwmap);
  Object object = book.blank();
  book.update(object, {ann, 1}, Verb::put, 10, {}, {}, 5);
  book.update(object, {bob, 1}, Verb::put, 20, {}, {}, 5);
  CHECK(book.judge(20).empty());
  CHECK(book.judge(10) == "lost-write");
  book.update(object, {ann, 2}, Verb::erase, sim::Value(), {}, {}, 6);
  CHECK(book.judge(sim::Value()).empty());
  CHECK(book.judge(20) == "lost-write");
}

TEST_CASE("crdt ledger: a text has what was typed, once, and not what was erased") {
  Book book(Type::rga);
  Object object = book.blank();
  book.update(object, {ann, 1}, Verb::type, 1);
  book.update(object, {ann, 2}, Verb::type, 2, context({{ann, 1}}), 1);
  CHECK(book.judge(list({1, 2})).empty());
  CHECK(book.judge(list({1})) == "lost-write");
  CHECK(book.judge(list({1, 2, 2})) == "duplicate-effect");
  CHECK(book.judge(list({1, 2, 3})) == "duplicate-effect");
  CHECK(book.judge(list({2, 1})) == "reorder");
  book.update(object, {ann, 3}, Verb::backspace, 1);
  CHECK(book.judge(list({2})).empty());
  CHECK(book.judge(list({1, 2})) == "resurrection");
}

TEST_CASE("crdt ledger: between two letters stands what was typed by somebody who had seen the first") {
  Book book(Type::rga);
  Object object = book.blank();
  book.update(object, {ann, 1}, Verb::type, 1);
  book.update(object, {ann, 2}, Verb::type, 2, context({{ann, 1}}), 1);
  Object other = book.blank();
  book.update(other, {bob, 1}, Verb::type, 7);
  CHECK(book.judge(list({7, 1, 2})).empty());
  CHECK(book.judge(list({1, 2, 7})).empty());
  CHECK(book.judge(list({1, 7, 2})) == "invariant(P30.6)");
  book.update(object, {bob, 2}, Verb::type, 8, context({{ann, 1}, {bob, 1}}), 1);
  CHECK(book.judge(list({7, 1, 8, 2})).empty());
}

}  // namespace lightcone::tests
