// Tuples, rules and the oracle: what every answer of the model is judged by is itself held against a twin
// that computes all sets from the bottom up.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <vector>

#include "models/zanzibar/bounded_cache.hpp"
#include "models/zanzibar/oracle.hpp"
#include "models/zanzibar/tuple_table.hpp"
#include "models/zanzibar/verdict.hpp"
#include "sim/chance/stream.hpp"

namespace lightcone::tests {

using namespace models::zanzibar;

namespace {

constexpr UserId users = 4;

Object group(std::uint32_t number) { return {1, Namespace::group, number}; }
Object folder(std::uint32_t number) { return {1, Namespace::folder, number}; }
Object doc(std::uint32_t number) { return {1, Namespace::doc, number}; }
Subject members(std::uint32_t number) { return userset(group(number), Relation::member); }
Subject in(const Object& object) { return userset(object, Relation::self); }

// A group, a folder or a document with users and groups for its relations, and with parents.
std::set<Tuple> drawn_tuples(sim::Stream& chance) {
  std::set<Tuple> tuples;
  const auto number = [&](std::uint64_t below) { return static_cast<std::uint32_t>(chance.below(below)); };
  for (const Namespace space : {Namespace::group, Namespace::folder, Namespace::doc}) {
    const std::uint32_t schema = space == Namespace::doc ? 1 + number(2) : 1;
    const Userset place = schema_of({1, space, 0});
    tuples.insert({place.object, place.relation, user(schema)});
  }
  for (int i = 0; i < 24; ++i) {
    const std::uint64_t kind = chance.below(8);
    const std::uint32_t a = number(4);
    const std::uint32_t b = number(4);
    const bool is_user = chance.chance({1, 2});
    const Subject who = is_user ? user(b) : members(b);
    constexpr Relation of_docs[] = {Relation::owner, Relation::editor, Relation::viewer, Relation::banned,
                                    Relation::approved};
    if (kind == 0) tuples.insert({doc(a % 2), Relation::parent, in(folder(b % 3))});
    if (kind == 1) tuples.insert({folder(a % 3), Relation::parent, in(folder(b % 3))});
    if (kind == 2) tuples.insert({folder(a % 3), Relation::viewer, who});
    if (kind == 3 || kind == 4) tuples.insert({group(a), Relation::member, who});
    if (kind > 4) tuples.insert({doc(a % 2), of_docs[number(5)], who});
  }
  return tuples;
}

// All sets at once, stratum by stratum, each until nothing changes any more.
class Twin {
 public:
  explicit Twin(const std::set<Tuple>& tuples) : tuples_(tuples) {
    const std::vector<std::vector<Userset>> strata = {
        all(Namespace::group, Relation::member), all(Namespace::folder, Relation::viewer),
        all(Namespace::doc, Relation::owner),    all(Namespace::doc, Relation::editor),
        all(Namespace::doc, Relation::banned),   all(Namespace::doc, Relation::approved),
        all(Namespace::doc, Relation::viewer),
    };
    for (const auto& stratum : strata) {
      bool changed = true;
      while (changed) {
        changed = false;
        for (const Userset& set : stratum) {
          std::set<UserId> now =
              value(*rewrite_of(schema(set.object.space), set.object.space, set.relation), set);
          changed = changed || now != sets_[set];
          sets_[set] = std::move(now);
        }
      }
    }
  }
  bool contains(const Userset& set, UserId who) { return sets_[set].contains(who); }

 private:
  static std::vector<Userset> all(Namespace space, Relation relation) {
    std::vector<Userset> sets;
    for (std::uint32_t number = 0; number < 4; ++number) sets.push_back({{1, space, number}, relation});
    return sets;
  }
  std::uint32_t schema(Namespace space) const {
    for (const Tuple& tuple : tuples_) {
      if (tuple.object == schema_of({1, space, 0}).object) return tuple.subject.user;
    }
    return 0;
  }
  std::set<UserId> value(const Rewrite& rule, const Userset& set) {
    using Form = Rewrite::Form;
    std::set<UserId> found;
    const auto add = [&](const std::set<UserId>& more) { found.insert(more.begin(), more.end()); };
    if (rule.form == Form::computed) return sets_[{set.object, rule.relation}];
    for (const Tuple& tuple : tuples_) {
      if (tuple.object != set.object) continue;
      if (rule.form == Form::stored && tuple.relation == set.relation) {
        if (tuple.subject.form == Subject::Form::user) {
          found.insert(tuple.subject.user);
        } else {
          add(sets_[{tuple.subject.object, tuple.subject.relation}]);
        }
      }
      if (rule.form == Form::tuple_to_userset && tuple.relation == rule.tupleset)
        add(sets_[{tuple.subject.object, rule.relation}]);
    }
    for (std::size_t i = 0; i < rule.operands.size(); ++i) {
      const std::set<UserId> operand = value(rule.operands[i], set);
      if (i == 0 || rule.form == Form::any_of) {
        add(operand);
        continue;
      }
      const bool keeps = rule.form == Form::all_of;
      std::erase_if(found, [&](UserId who) { return operand.contains(who) != keeps; });
    }
    return found;
  }

  const std::set<Tuple>& tuples_;
  std::map<Userset, std::set<UserId>> sets_;
};

RowsOf rows_of(const std::set<Tuple>& tuples) {
  return [&tuples](const Userset& set) {
    std::vector<Subject> rows;
    for (const Tuple& tuple : tuples) {
      if (tuple.object == set.object && tuple.relation == set.relation) rows.push_back(tuple.subject);
    }
    return rows;
  };
}

const Outcome yes{.verdict = Verdict::allow};
const Outcome no{.verdict = Verdict::deny};
const Outcome unclear{};

std::optional<Verdict> of(Rewrite::Form form, const std::vector<std::optional<Outcome>>& operands,
                          bool unknown_excludes_nobody = false) {
  Combination combination(form, operands.size(), unknown_excludes_nobody);
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (operands[i]) combination.set(i, *operands[i]);
  }
  const auto result = combination.result();
  return result ? std::optional(result->verdict) : std::nullopt;
}

}  // namespace

TEST_CASE("zanzibar: the oracle finds what all sets together say, with groups and folders in each other") {
  std::size_t allowed = 0;
  std::size_t asked = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    sim::Stream chance(seed, "tuples");
    const std::set<Tuple> tuples = drawn_tuples(chance);
    Twin twin(tuples);
    const RowsOf rows = rows_of(tuples);
    for (const Userset& set : {Userset{doc(0), Relation::viewer}, Userset{doc(1), Relation::viewer},
                               Userset{doc(0), Relation::editor}, Userset{folder(0), Relation::viewer},
                               Userset{group(0), Relation::member}}) {
      for (UserId who = 0; who < users; ++who) {
        INFO("seed " << seed << ", " << to_text(set) << ", u" << who);
        CHECK(contains(set, who, rows) == twin.contains(set, who));
        allowed += contains(set, who, rows) ? 1 : 0;
        ++asked;
      }
    }
  }
  CHECK(allowed > asked / 10);
  CHECK(allowed < asked * 9 / 10);
}

TEST_CASE("zanzibar: without a schema nobody is in anything, and relations that a schema lacks are empty") {
  const std::set<Tuple> tuples = {{doc(0), Relation::viewer, user(1)}};
  CHECK_FALSE(contains({doc(0), Relation::viewer}, 1, rows_of(tuples)));
  CHECK(rewrite_of(0, Namespace::doc, Relation::viewer) == nullptr);
  CHECK(rewrite_of(schemas + 1, Namespace::doc, Relation::viewer) == nullptr);
  CHECK(rewrite_of(1, Namespace::group, Relation::viewer) == nullptr);
}

TEST_CASE("zanzibar: what may be is judged by all that may be there, and without what need not be") {
  const Userset schema = schema_of(doc(0));
  const std::set<Tuple> certain = {{schema.object, schema.relation, user(1)},
                                   {doc(0), Relation::viewer, user(1)}};
  std::set<Tuple> perhaps = certain;
  perhaps.insert({doc(0), Relation::viewer, user(2)});
  perhaps.insert({doc(0), Relation::banned, user(1)});
  const RowsOf most = rows_of(perhaps);
  const RowsOf least = rows_of(certain);
  const Userset viewers{doc(0), Relation::viewer};
  CHECK(may_contain(viewers, 1, {most, least}));
  CHECK(may_contain(viewers, 2, {most, least}));
  CHECK_FALSE(may_contain(viewers, 3, {most, least}));
  CHECK_FALSE(contains(viewers, 1, most));
  CHECK_FALSE(contains(viewers, 2, least));
}

TEST_CASE("zanzibar: an expansion is the rule with what is stored, and stays within its object") {
  const Userset schema = schema_of(doc(0));
  const std::set<Tuple> tuples = {{schema.object, schema.relation, user(1)},
                                  {doc(0), Relation::viewer, members(2)},
                                  {doc(0), Relation::owner, user(0)},
                                  {doc(0), Relation::parent, in(folder(1))},
                                  {doc(0), Relation::banned, user(3)}};
  CHECK(expand(1, {doc(0), Relation::viewer}, rows_of(tuples)) ==
        "(({t1/group:2#member} | ({} | {u0}) | {t1/folder:1#viewer}) - {u3})");
  CHECK(relations_read_by(1, {doc(0), Relation::viewer}) ==
        std::vector{Relation::owner, Relation::editor, Relation::viewer, Relation::banned, Relation::parent});
  CHECK(relations_read_by(1, {group(0), Relation::viewer}).empty());
  CHECK(expand(2, {doc(0), Relation::viewer}, rows_of(tuples)) ==
        "((({t1/group:2#member} | ({} | {u0}) | {t1/folder:1#viewer}) & {}) - {u3})");
  CHECK(expand(3, {doc(0), Relation::viewer}, rows_of(tuples)) == "{t1/group:2#member}");
}

TEST_CASE("zanzibar: a table says what was there at each timestamp") {
  TupleTable table;
  const Tuple tuple{doc(0), Relation::viewer, user(1)};
  table.apply(10, {tuple, false});
  table.apply(20, {tuple, true});
  table.apply(30, {tuple, false});
  const Userset viewers{doc(0), Relation::viewer};
  for (const auto& [ts, is_there] : std::map<Timestamp, bool>{
           {9, false}, {10, true}, {19, true}, {20, false}, {29, false}, {30, true}, {99, true}}) {
    CHECK(table.read(viewers, ts).size() == (is_there ? 1U : 0U));
    CHECK(table.all_of(Namespace::doc, ts).size() == (is_there ? 1U : 0U));
  }
  CHECK(table.changed(doc(0)) == 30);
  CHECK(table.changed(doc(1)) == 0);
  table.apply(40, {tuple, false});
  table.apply(40, {tuple, true});  // of one write, the last change counts
  CHECK(table.read(viewers, 40).empty());
}

TEST_CASE("zanzibar: a rule is decided by the operands that decide it, and what is unknown stays unknown") {
  using Form = Rewrite::Form;
  CHECK(of(Form::any_of, {yes, {}}) == Verdict::allow);
  CHECK(of(Form::any_of, {no, {}}) == std::nullopt);
  CHECK(of(Form::any_of, {no, unclear}) == Verdict::unknown);
  CHECK(of(Form::any_of, {no, no}) == Verdict::deny);
  CHECK(of(Form::all_of, {no, {}}) == Verdict::deny);
  CHECK(of(Form::all_of, {yes, {}}) == std::nullopt);
  CHECK(of(Form::all_of, {yes, unclear}) == Verdict::unknown);
  CHECK(of(Form::all_of, {yes, yes}) == Verdict::allow);
  CHECK(of(Form::but_not, {{}, yes}) == Verdict::deny);
  CHECK(of(Form::but_not, {no, {}}) == Verdict::deny);
  CHECK(of(Form::but_not, {yes, {}}) == std::nullopt);
  CHECK(of(Form::but_not, {yes, no}) == Verdict::allow);
  CHECK(of(Form::but_not, {unclear, no}) == Verdict::unknown);
  CHECK(of(Form::but_not, {yes, unclear}) == Verdict::unknown);
  CHECK(of(Form::but_not, {yes, unclear}, true) == Verdict::allow);
  CHECK(of(Form::but_not, {unclear, unclear}, true) == Verdict::unknown);
}

TEST_CASE("zanzibar: a denial by a cut waits for whatever it was cut at, and excludes nobody before") {
  const Outcome cut_at_2{.verdict = Verdict::deny, .cut = 2};
  const Outcome cut_at_1{.verdict = Verdict::deny, .cut = 1};
  Combination any(Rewrite::Form::any_of, 2, false);
  any.set(0, cut_at_2);
  any.set(1, cut_at_1);
  CHECK(any.result()->cut == 1);
  Combination both(Rewrite::Form::all_of, 2, false);
  both.set(0, cut_at_1);
  CHECK_FALSE(both.result());
  both.set(1, no);
  CHECK(both.result()->cut == Outcome::not_cut);
  CHECK(of(Rewrite::Form::but_not, {yes, cut_at_1}) == Verdict::unknown);
}

TEST_CASE("zanzibar: a rule that was decided without an operand remembers that one was missing") {
  Combination any(Rewrite::Form::any_of, 2, false);
  any.set(0, yes);
  CHECK_FALSE(any.result()->missed);
  any.set(1, unclear);
  CHECK(any.result()->missed);
}

TEST_CASE("zanzibar: a cache forgets what is old, and the oldest when it is full") {
  using namespace std::chrono_literals;
  const sim::MonoTime start{};
  BoundedCache<int, int> cache(2, 10ms);
  cache.put(1, 10, start);
  cache.put(2, 20, start + 1ms);
  cache.put(1, 11, start + 2ms);
  REQUIRE(cache.find(1, start + 11ms) != nullptr);
  CHECK(*cache.find(1, start + 11ms) == 11);
  CHECK(cache.find(2, start + 11ms) == nullptr);
  cache.put(3, 30, start + 3ms);
  CHECK(cache.size() == 2);
  CHECK(cache.find(1, start + 4ms) == nullptr);
  CHECK(cache.find(2, start + 4ms) != nullptr);
  CHECK(cache.find(3, start + 12ms) != nullptr);
  for (int i = 0; i < 100; ++i) cache.put(3, i, start);
  CHECK(cache.size() == 2);
  BoundedCache<int, int> none(0, 10ms);
  none.put(1, 10, start);
  CHECK(none.find(1, start) == nullptr);
}

}  // namespace lightcone::tests
