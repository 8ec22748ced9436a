// One check server, without a simulation: at which timestamp it evaluates, whom it asks, and what it answers
// when nobody tells it.
#include <catch2/catch.hpp>
#include <memory>
#include <vector>

#include "models/zanzibar/server.hpp"
#include "tests/models/fake_env.hpp"

namespace lightcone::tests {

using namespace models::zanzibar;
using namespace std::chrono_literals;

namespace {

constexpr NodeId t1{0}, n1{1}, n2{2}, client{9};

Object doc(std::uint32_t number) { return {1, Namespace::doc, number}; }
Object group(std::uint32_t number) { return {1, Namespace::group, number}; }
Userset viewers() { return {doc(0), Relation::viewer}; }

// Server n1, whose store t1 answers from a table of tuples.
class One {
 public:
  explicit One(sim::BugSet bugs = {}, const std::vector<NodeId>& servers = {n1},
               const Parameters& parameters = {})
      : parameters_(parameters), bugs_(std::move(bugs)) {
    parameters_.stores = 1;
    parameters_.indexes = 0;
    server_ = std::make_unique<Server>(env_, parameters_, bugs_, Layout{{t1}, servers, {}, client}, 0);
    for (const Namespace space : {Namespace::doc, Namespace::folder, Namespace::group}) {
      const Userset schema = schema_of({1, space, 0});
      add({schema.object, schema.relation, user(parameters.is_dated() ? 1 : roles_schema)});
    }
  }
  void add(const Tuple& tuple) { tuples_.push_back(tuple); }
  void remove(const Tuple& tuple) { std::erase(tuples_, tuple); }

  template <class M>
  auto sent() {
    return env_.take_sent<M>();
  }
  template <class M>
  void ask(const M& message) {
    server_->on(message, sim::From{client});
  }
  // Works until nothing is left to do, and answers reads of sets for which the store is up.
  void work(bool store_answers = true) {
    for (;;) {
      const auto reads = env_.take_sent<StoreRead>();
      for (const auto& read : reads) {
        ++reads_;
        asked_at_.push_back(read.message.ts);
        if (store_answers) server_->on(rows_of(read.message), sim::From{t1});
      }
      if (reads.empty() && !step()) return;
    }
  }
  Checked check(UserId who, Timestamp zookie = 0) {
    ask(Check{1, viewers(), who, zookie});
    work();
    return sent<Checked>().at(0).message;
  }
  FakeEnv& env() { return env_; }
  Server& server() { return *server_; }
  int reads() const { return reads_; }
  Timestamp now() const {
    return const_cast<One*>(this)->env_.true_time().earliest.time_since_epoch().count();
  }
  const std::vector<Timestamp>& asked_at() const { return asked_at_; }
  const Parameters& parameters() const { return parameters_; }

 private:
  StoreRows rows_of(const StoreRead& read) const {
    StoreRows rows{read.request, {}};
    for (const Tuple& tuple : tuples_) {
      if (tuple.object == read.set.object && tuple.relation == read.set.relation)
        rows.subjects.push_back(tuple.subject);
    }
    return rows;
  }
  // The oldest piece of work that is due.
  bool step() {
    if (!env_.has_timer<StepDue>()) return false;
    env_.fire<StepDue>(*server_);
    return true;
  }

  Parameters parameters_;
  sim::BugSet bugs_;
  FakeEnv env_{n1};
  std::unique_ptr<Server> server_;
  std::vector<Tuple> tuples_;
  int reads_ = 0;
  std::vector<Timestamp> asked_at_;
};

const Tuple shared{doc(0), Relation::viewer, user(1)};

}  // namespace

TEST_CASE("zanzibar: a check is answered from the tuples at one timestamp, fresh enough by default") {
  One one;
  one.add(shared);
  const Checked checked = one.check(1);
  CHECK(checked.is_allowed);
  CHECK(checked.is_known);
  CHECK(checked.ts >= one.now() - one.parameters().default_staleness.count());
  CHECK(checked.ts % one.parameters().quantum.count() == 0);
  for (const Timestamp ts : one.asked_at()) CHECK(ts == checked.ts);
  CHECK_FALSE(one.check(2).is_allowed);
}

TEST_CASE("zanzibar: a check with a zookie is evaluated there or later, and before a change of content now") {
  One one;
  one.env().advance(100ms);
  const Timestamp recent = one.now() - 1;
  CHECK(one.check(1, recent).ts == recent);
  const Timestamp old = one.now() - 3'000'000'000;
  CHECK(one.check(1, old).ts > old);
  one.ask(ContentChangeCheck{1, {doc(0), Relation::editor}, 1});
  one.work();
  CHECK(one.sent<Checked>().at(0).message.ts >= one.now());
  One careless({"zanzibar.ignore-zookie"});
  CHECK(careless.check(1, recent).ts < recent);
}

TEST_CASE("zanzibar: what is to be true now is asked about the latest that it may be, and the rest is past") {
  One one;
  one.env().set_uncertainty(50ms);
  const Timestamp latest = one.env().true_time().latest.time_since_epoch().count();
  one.ask(ContentChangeCheck{1, {doc(0), Relation::editor}, 1});
  one.ask(Read{1, viewers(), 0, true});
  one.ask(Read{1, viewers(), 0, false});
  one.work();
  CHECK(one.sent<Checked>().at(0).message.ts == latest);
  const auto read = one.sent<ReadBack>();
  CHECK(read.at(0).message.ts == latest);
  CHECK(read.at(1).message.ts < one.now());
}

TEST_CASE("zanzibar: what was found out once is kept, for its timestamp") {
  One one;
  one.add(shared);
  CHECK(one.check(1).is_allowed);
  const int reads = one.reads();
  CHECK(one.check(1).is_allowed);
  CHECK(one.reads() == reads);
  one.remove(shared);
  CHECK_FALSE(one.check(1, one.now() - 1).is_allowed);
  One careless({"zanzibar.cache-not-ts-keyed"});
  careless.add(shared);
  CHECK(careless.check(1).is_allowed);
  careless.remove(shared);
  CHECK(careless.check(1, careless.now() - 1).is_allowed);
}

TEST_CASE("zanzibar: whoever asks for what is under way already waits for that") {
  One one;
  one.add(shared);
  for (int i = 0; i < 5; ++i) one.ask(Check{1, viewers(), 1, 0});
  one.work();
  CHECK(one.sent<Checked>().size() == 5);
  CHECK(one.server().tuples().most_of_one() == 1);
}

TEST_CASE("zanzibar: what nobody can tell is not known, and not allowed") {
  One one;
  one.add(shared);
  one.ask(Check{1, viewers(), 1, 0});
  one.work(false);
  CHECK(one.sent<Checked>().empty());
  one.env().fire<CheckIsLate>(one.server());
  const Checked checked = one.sent<Checked>().at(0).message;
  CHECK_FALSE(checked.is_allowed);
  CHECK_FALSE(checked.is_known);
  One careless({"zanzibar.fail-open"});
  careless.ask(Check{1, viewers(), 1, 0});
  careless.work(false);
  careless.env().fire<CheckIsLate>(careless.server());
  CHECK(careless.sent<Checked>().at(0).message.is_allowed);
}

TEST_CASE("zanzibar: what could not be found out is asked about again") {
  One one;
  one.add(shared);
  one.ask(Check{1, viewers(), 1, 0});
  one.work(false);
  one.env().fire<ReadIsLate>(one.server());
  one.work();
  CHECK_FALSE(one.sent<Checked>().at(0).message.is_known);
  CHECK(one.check(1).is_allowed);
}

TEST_CASE("zanzibar: a tenant that asks for too much is in nobody else's way") {
  Parameters parameters;
  parameters.max_open = 3;
  One one({}, {n1}, parameters);
  one.add(shared);
  for (std::uint32_t number = 0; number < 5; ++number)
    one.ask(Check{2, {{2, Namespace::doc, number}, Relation::viewer}, 1, 0});
  one.work(false);
  CHECK(one.sent<Checked>().size() == 2);  // three are still under way
  CHECK(one.check(1).is_allowed);
}

TEST_CASE("zanzibar: a namespace without a schema is not known") {
  One one;
  one.add(shared);
  const Userset schema = schema_of(doc(0));
  one.remove({schema.object, schema.relation, user(1)});
  CHECK_FALSE(one.check(1).is_known);
}

TEST_CASE("zanzibar: groups in each other are followed once around") {
  One one;
  one.add({doc(0), Relation::viewer, userset(group(0), Relation::member)});
  one.add({group(0), Relation::member, userset(group(1), Relation::member)});
  one.add({group(1), Relation::member, userset(group(0), Relation::member)});
  one.add({group(1), Relation::member, userset(group(2), Relation::member)});
  one.add({group(2), Relation::member, user(4)});
  CHECK(one.check(4).is_allowed);
  CHECK_FALSE(one.check(5).is_allowed);
  CHECK(one.check(5).is_known);
}

// Group 1 denies while it is looked at on the way from group 0, of which it waits to hear. That is not kept.
TEST_CASE("zanzibar: what a cut denied on the way to something else is not kept") {
  One one;
  one.add({doc(0), Relation::viewer, userset(group(0), Relation::member)});
  one.add({doc(1), Relation::viewer, userset(group(1), Relation::member)});
  one.add({group(0), Relation::member, userset(group(1), Relation::member)});
  one.add({group(1), Relation::member, userset(group(0), Relation::member)});
  one.add({group(0), Relation::member, userset(group(2), Relation::member)});
  one.add({group(2), Relation::member, user(4)});
  CHECK(one.check(4).is_allowed);
  one.ask(Check{1, {doc(1), Relation::viewer}, 4, 0});
  one.work();
  CHECK(one.sent<Checked>().at(0).message.is_allowed);
}

TEST_CASE("zanzibar: what a cut denied is kept by whatever it was cut at") {
  One one;
  for (const std::uint32_t number : {0U, 1U})
    one.add({doc(number), Relation::viewer, userset(group(0), Relation::member)});
  one.add({group(0), Relation::member, userset(group(1), Relation::member)});
  one.add({group(1), Relation::member, userset(group(0), Relation::member)});
  CHECK_FALSE(one.check(4).is_allowed);
  const std::uint64_t hits = one.server().evaluator().cache_hits();
  one.ask(Check{1, {doc(1), Relation::viewer}, 4, 0});
  one.work();
  CHECK_FALSE(one.sent<Checked>().at(0).message.is_allowed);
  CHECK(one.server().evaluator().cache_hits() == hits + 1);
}

TEST_CASE("zanzibar: what is nested too deeply is not known") {
  One one;
  one.add({doc(0), Relation::viewer, userset(group(0), Relation::member)});
  for (std::uint32_t i = 0; i < 20; ++i)
    one.add({group(i), Relation::member, userset(group(i + 1), Relation::member)});
  one.add({group(20), Relation::member, user(4)});
  one.add({group(5), Relation::member, user(3)});
  CHECK_FALSE(one.check(4).is_known);
  CHECK(one.check(3).is_allowed);
}

TEST_CASE("zanzibar: a subproblem goes to its owner, which answers for the same timestamp") {
  One one({}, {n1, n2});
  std::uint32_t other = 0;
  while (hash_of(group(other)) % 2 == 0) ++other;  // n2's
  one.add({doc(0), Relation::viewer, userset(group(other), Relation::member)});
  one.ask(Check{1, viewers(), 4, 0});
  one.work();
  const auto asked = one.sent<Subcheck>();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].to == n2);
  CHECK(asked[0].message.ts == one.asked_at().front());
  CHECK(asked[0].message.way == std::vector{viewers()});
  one.server().on(Subchecked{asked[0].message.request, {.verdict = Verdict::allow}}, sim::From{n2});
  one.work();
  CHECK(one.sent<Checked>().at(0).message.is_allowed);
}

TEST_CASE("zanzibar: who is banned, or perhaps banned, is not let in") {
  const std::vector<NodeId> both = {n1, n2};
  for (const bool is_careless : {false, true}) {
    One one(is_careless ? sim::BugSet{"zanzibar.exclusion-unknown-false"} : sim::BugSet{}, both);
    std::uint32_t other = 0;
    while (hash_of(group(other)) % 2 == 0) ++other;
    one.add(shared);
    one.add({doc(0), Relation::banned, userset(group(other), Relation::member)});
    one.ask(Check{1, viewers(), 1, 0});
    one.work();
    CHECK(one.sent<Subcheck>().size() == 1);
    one.env().fire<SubcheckIsLate>(one.server());
    one.work();
    CHECK(one.sent<Checked>().at(0).message.is_allowed == is_careless);
  }
}

TEST_CASE("zanzibar: tenants are asked about, and change, nothing of each other") {
  One one;
  one.add(shared);
  one.ask(Check{2, viewers(), 1, 0});
  one.ask(ContentChangeCheck{2, viewers(), 1});
  one.ask(Read{2, viewers(), 0, false});
  one.ask(Expand{2, viewers(), 0});
  one.ask(Write{2, {client, 1}, {{shared, false}}, -1});
  const Subject foreign = userset({2, Namespace::group, 0}, Relation::member);
  one.ask(Write{1, {client, 2}, {{{doc(0), Relation::viewer, foreign}, false}}, -1});
  one.work();
  CHECK(one.reads() == 0);
  const auto checked = one.sent<Checked>();
  REQUIRE(checked.size() == 2);
  for (const auto& each : checked) CHECK_FALSE(each.message.is_allowed);
  CHECK(one.sent<Refused>().size() == 4);
  CHECK(one.sent<Write>().empty());
}

TEST_CASE("zanzibar: reads and expansions are answered at their timestamp, or refused") {
  One one;
  one.add(shared);
  one.ask(Read{1, viewers(), 0, false});
  one.ask(Expand{1, viewers(), 0});
  one.work();
  CHECK(one.sent<ReadBack>().at(0).message.subjects == std::vector{user(1)});
  CHECK(one.sent<Expanded>().at(0).message.tree == "(({u1} | ({} | {}) | {}) - {})");
  one.env().advance(1s);
  one.ask(Read{1, viewers(), 0, false});
  one.work(false);
  one.env().fire<ReadIsLate>(one.server());
  CHECK(one.sent<Refused>().size() == 1);
}

namespace {

Parameters with_tokens(bool introspection) {
  Parameters parameters;
  parameters.scheme = Scheme::token;
  parameters.introspection = introspection;
  parameters.cache_ttl = 0s;
  return parameters;
}

const Tuple granted{doc(0), Relation::viewer, userset(group(2), Relation::member)};
const Tuple has_role{group(2), Relation::member, user(4)};

Token token_of(One& one, UserId who) {
  one.ask(AskToken{1, who});
  one.work();
  return one.sent<Issued>().at(0).message.token;
}

bool is_let_in(One& one, const Token& token) {
  one.ask(CheckToken{viewers(), token});
  one.work();
  return one.sent<Checked>().at(0).message.is_allowed;
}

}  // namespace

TEST_CASE("zanzibar: a role that is cached is believed for as long as the cache lives, and no longer") {
  Parameters parameters;
  parameters.scheme = Scheme::roles;
  parameters.cache_ttl = 2s;
  One one({}, {n1}, parameters);
  one.add(granted);
  one.add(has_role);
  CHECK(one.check(4).is_allowed);
  one.remove(has_role);
  one.env().advance(1999ms);
  CHECK(one.check(4).is_allowed);
  one.env().advance(1ms);
  CHECK_FALSE(one.check(4).is_allowed);
}

TEST_CASE(
    "zanzibar: a role is as old as the question about it, and an answer to an earlier one is no answer") {
  Parameters parameters;
  parameters.scheme = Scheme::roles;
  parameters.cache_ttl = 2s;
  One one({}, {n1}, parameters);
  one.add(granted);
  one.add(has_role);
  one.ask(Check{1, viewers(), 4, 0});
  one.ask(Check{1, viewers(), 4, 0});
  one.env().fire<StepDue>(one.server());
  one.env().fire<StepDue>(one.server());
  const auto asked = one.sent<StoreRead>();
  REQUIRE(asked.size() == 2);  // the second asks for itself
  one.env().advance(50ms);
  for (const auto& read : asked) one.server().on(StoreRows{read.message.request, {user(3)}}, sim::From{t1});
  one.work();
  CHECK(one.check(4).is_allowed);
  const int reads = one.reads();
  one.env().advance(1949ms);
  CHECK(one.check(4).is_allowed);
  CHECK(one.reads() == reads);
  one.env().advance(1ms);
  CHECK(one.check(4).is_allowed);
  CHECK(one.reads() == reads + 1);
}

TEST_CASE("zanzibar: a token says which roles its user has, until it expires") {
  One one({}, {n1}, with_tokens(false));
  one.add(granted);
  one.add(has_role);
  const Token token = token_of(one, 4);
  CHECK(token.roles == std::vector{group(2)});
  CHECK(is_let_in(one, token));
  one.remove(has_role);
  CHECK(is_let_in(one, token));
  one.env().advance(with_tokens(false).token_ttl);
  CHECK_FALSE(is_let_in(one, token));
}

TEST_CASE("zanzibar: what a role may is looked up for every token") {
  One one({}, {n1}, with_tokens(false));
  one.add(granted);
  one.add(has_role);
  const Token token = token_of(one, 4);
  one.remove(granted);
  CHECK_FALSE(is_let_in(one, token));
}

TEST_CASE("zanzibar: a token that is asked about is worth what is still so") {
  for (const bool is_careless : {false, true}) {
    One one(is_careless ? sim::BugSet{"zanzibar.role-in-token"} : sim::BugSet{}, {n1}, with_tokens(true));
    one.add(granted);
    one.add(has_role);
    const Token token = token_of(one, 4);
    CHECK(is_let_in(one, token));
    one.remove(has_role);
    CHECK(is_let_in(one, token) == is_careless);
  }
}

TEST_CASE("zanzibar: a token that was changed, or is another tenant's, opens nothing") {
  One one({}, {n1}, with_tokens(false));
  one.add(granted);
  one.add(has_role);
  Token forged = token_of(one, 3);
  CHECK_FALSE(is_let_in(one, forged));
  forged.roles = {group(2)};
  CHECK_FALSE(is_let_in(one, forged));
  Token longer = token_of(one, 4);
  longer.expires += 1;
  CHECK_FALSE(is_let_in(one, longer));
  Token foreign = token_of(one, 4);
  foreign.tenant = 2;
  foreign.signature = signature_of(foreign);
  CHECK_FALSE(is_let_in(one, foreign));
}

}  // namespace lightcone::tests
