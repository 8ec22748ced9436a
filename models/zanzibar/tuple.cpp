#include "models/zanzibar/tuple.hpp"

#include <fmt/format.h>

namespace lightcone::models::zanzibar {

std::string to_text(const Object& object) {
  return fmt::format("t{}/{}:{}", object.tenant, sim::detail::enumerator_name(object.space), object.number);
}

std::string_view to_text(Relation relation) { return sim::detail::enumerator_name(relation); }

std::string to_text(const Subject& subject) {
  if (subject.form == Subject::Form::user) return fmt::format("u{}", subject.user);
  if (subject.relation == Relation::self) return to_text(subject.object);
  return fmt::format("{}#{}", to_text(subject.object), to_text(subject.relation));
}

std::string to_text(const Tuple& tuple) {
  return fmt::format("{}#{}@{}", to_text(tuple.object), to_text(tuple.relation), to_text(tuple.subject));
}

}  // namespace lightcone::models::zanzibar
