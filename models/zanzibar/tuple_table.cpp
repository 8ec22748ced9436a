#include "models/zanzibar/tuple_table.hpp"

#include <algorithm>

#include "sim/ensure.hpp"

namespace lightcone::models::zanzibar {

void TupleTable::apply(Timestamp ts, const Change& change) {
  const Tuple& tuple = change.tuple;
  Versions& versions = sets_[{tuple.object, tuple.relation}][tuple.subject];
  sim::ensure(versions.empty() || versions.back().ts <= ts, "versions of a tuple are written in their order");
  if (!versions.empty() && versions.back().ts == ts) {
    versions.back().is_there = !change.is_removal;
  } else {
    versions.push_back({ts, !change.is_removal});
  }
  Timestamp& changed = changed_[tuple.object];
  changed = std::max(changed, ts);
}

bool TupleTable::is_there(const Versions& versions, Timestamp ts) {
  const auto after = std::upper_bound(versions.begin(), versions.end(), ts,
                                      [](Timestamp t, const Version& version) { return t < version.ts; });
  return after != versions.begin() && std::prev(after)->is_there;
}

std::vector<Subject> TupleTable::read(const Userset& set, Timestamp ts) const {
  std::vector<Subject> found;
  const auto subjects = sets_.find(set);
  if (subjects == sets_.end()) return found;
  for (const auto& [subject, versions] : subjects->second) {
    if (is_there(versions, ts)) found.push_back(subject);
  }
  return found;
}

Timestamp TupleTable::changed(const Object& object) const {
  const auto found = changed_.find(object);
  return found == changed_.end() ? 0 : found->second;
}

std::vector<Tuple> TupleTable::all_of(Namespace space, Timestamp ts) const {
  std::vector<Tuple> found;
  for (const auto& [set, subjects] : sets_) {
    if (set.object.space != space) continue;
    for (const auto& [subject, versions] : subjects) {
      if (is_there(versions, ts)) found.push_back({set.object, set.relation, subject});
    }
  }
  return found;
}

}  // namespace lightcone::models::zanzibar
