#include "models/zanzibar/oracle.hpp"

#include <algorithm>

namespace lightcone::models::zanzibar {

namespace {

using Form = Rewrite::Form;

class Search {
 public:
  Search(UserId user, const Views& views) : user_(user), views_(views) {}

  // A shortest proof meets nothing twice on one way, so what is met again need not be followed.
  bool contains(const Userset& set) {
    if (std::find(way_.begin(), way_.end(), set) != way_.end()) return false;
    way_.push_back(set);
    bool found = false;
    for (const Subject& schema : views_.most(schema_of(set.object))) {
      const Rewrite* rule = rewrite_of(schema.user, set.object.space, set.relation);
      found = found || (rule != nullptr && fulfils(*rule, set));
    }
    way_.pop_back();
    return found;
  }

 private:
  bool fulfils(const Rewrite& rule, const Userset& set) {
    const auto holds = [&](const Rewrite& operand) { return fulfils(operand, set); };
    switch (rule.form) {
      case Form::stored:
        return is_stored(set);
      case Form::computed:
        return contains({set.object, rule.relation});
      case Form::tuple_to_userset:
        return is_through(set, rule);
      case Form::any_of:
        return std::any_of(rule.operands.begin(), rule.operands.end(), holds);
      case Form::all_of:
        return std::all_of(rule.operands.begin(), rule.operands.end(), holds);
      case Form::but_not:
        return holds(rule.operands[0]) && !is_excluded(rule.operands[1], set);
    }
    return false;
  }

  bool is_stored(const Userset& set) {
    const std::vector<Subject> rows = views_.most(set);
    return std::any_of(rows.begin(), rows.end(), [&](const Subject& subject) {
      return subject.form == Subject::Form::user ? subject.user == user_
                                                 : contains({subject.object, subject.relation});
    });
  }

  bool is_through(const Userset& set, const Rewrite& rule) {
    const std::vector<Subject> rows = views_.most({set.object, rule.tupleset});
    return std::any_of(rows.begin(), rows.end(), [&](const Subject& subject) {
      return subject.form == Subject::Form::userset && contains({subject.object, rule.relation});
    });
  }

  bool is_excluded(const Rewrite& rule, const Userset& set) {
    Search inverse(user_, {views_.least, views_.most});
    inverse.way_ = way_;
    return inverse.fulfils(rule, set);
  }

  UserId user_;
  Views views_;
  std::vector<Userset> way_;
};

}  // namespace

bool may_contain(const Userset& set, UserId user, const Views& views) {
  return Search(user, views).contains(set);
}

}  // namespace lightcone::models::zanzibar
