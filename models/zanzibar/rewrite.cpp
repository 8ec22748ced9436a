#include "models/zanzibar/rewrite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

namespace lightcone::models::zanzibar {

namespace {

using Form = Rewrite::Form;

Rewrite stored() { return {}; }
Rewrite computed(Relation relation) { return {Form::computed, relation, Relation::self, {}}; }
Rewrite through(Relation tupleset, Relation relation) {
  return {Form::tuple_to_userset, relation, tupleset, {}};
}
Rewrite combined(Form form, std::vector<Rewrite> operands) {
  return {form, Relation::self, Relation::self, std::move(operands)};
}

using Rules = std::map<std::pair<Namespace, Relation>, Rewrite>;

Rewrite viewers_of_a_doc(std::uint32_t schema) {
  Rewrite viewers = combined(
      Form::any_of, {stored(), computed(Relation::editor), through(Relation::parent, Relation::viewer)});
  if (schema == 2) viewers = combined(Form::all_of, {std::move(viewers), computed(Relation::approved)});
  return combined(Form::but_not, {std::move(viewers), computed(Relation::banned)});
}

Rules rules_of(std::uint32_t schema) {
  Rules rules;
  rules[{Namespace::group, Relation::member}] = stored();
  rules[{Namespace::folder, Relation::parent}] = stored();
  rules[{Namespace::folder, Relation::viewer}] =
      combined(Form::any_of, {stored(), through(Relation::parent, Relation::viewer)});
  for (const Relation relation : {Relation::owner, Relation::banned, Relation::approved, Relation::parent})
    rules[{Namespace::doc, relation}] = stored();
  rules[{Namespace::doc, Relation::editor}] = combined(Form::any_of, {stored(), computed(Relation::owner)});
  rules[{Namespace::doc, Relation::viewer}] = schema == roles_schema ? stored() : viewers_of_a_doc(schema);
  return rules;
}

std::string_view sign_of(Form form) {
  switch (form) {
    case Form::all_of:
      return " & ";
    case Form::but_not:
      return " - ";
    default:
      return " | ";
  }
}

std::string expand(std::uint32_t schema, const Rewrite& rule, const Userset& set, const RowsOf& rows) {
  std::vector<std::string> parts;
  switch (rule.form) {
    case Form::stored:
      for (const Subject& subject : rows(set)) parts.push_back(to_text(subject));
      return fmt::format("{{{}}}", fmt::join(parts, ", "));
    case Form::computed:
      return zanzibar::expand(schema, {set.object, rule.relation}, rows);
    case Form::tuple_to_userset:
      for (const Subject& subject : rows({set.object, rule.tupleset}))
        parts.push_back(to_text(userset(subject.object, rule.relation)));
      return fmt::format("{{{}}}", fmt::join(parts, ", "));
    default:
      for (const Rewrite& operand : rule.operands) parts.push_back(expand(schema, operand, set, rows));
      return fmt::format("({})", fmt::join(parts, sign_of(rule.form)));
  }
}

void collect(std::uint32_t schema, const Rewrite& rule, const Userset& set, std::set<Relation>& into) {
  if (rule.form == Form::stored) into.insert(set.relation);
  if (rule.form == Form::tuple_to_userset) into.insert(rule.tupleset);
  if (rule.form == Form::computed) {
    const Rewrite* other = rewrite_of(schema, set.object.space, rule.relation);
    if (other != nullptr) collect(schema, *other, {set.object, rule.relation}, into);
  }
  for (const Rewrite& operand : rule.operands) collect(schema, operand, set, into);
}

}  // namespace

const Rewrite* rewrite_of(std::uint32_t schema, Namespace space, Relation relation) {
  static const std::array<Rules, schemas> all = {rules_of(1), rules_of(2), rules_of(roles_schema)};
  if (schema == 0 || schema > schemas) return nullptr;
  const Rules& rules = all[schema - 1];
  const auto found = rules.find({space, relation});
  return found == rules.end() ? nullptr : &found->second;
}

std::string expand(std::uint32_t schema, const Userset& set, const RowsOf& rows) {
  const Rewrite* rule = rewrite_of(schema, set.object.space, set.relation);
  return rule == nullptr ? std::string() : expand(schema, *rule, set, rows);
}

std::vector<Relation> relations_read_by(std::uint32_t schema, const Userset& set) {
  std::set<Relation> found;
  const Rewrite* rule = rewrite_of(schema, set.object.space, set.relation);
  if (rule != nullptr) collect(schema, *rule, set, found);
  return {found.begin(), found.end()};
}

}  // namespace lightcone::models::zanzibar
