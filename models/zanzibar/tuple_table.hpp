// Tuples with all their versions: which were there at which timestamp.
#pragma once

#include <map>
#include <vector>

#include "models/zanzibar/tuple.hpp"

namespace lightcone::models::zanzibar {

class TupleTable {
 public:
  // Of one object, timestamps do not go back.
  void apply(Timestamp ts, const Change& change);

  // The subjects of a set's tuples at `ts`, in order.
  std::vector<Subject> read(const Userset& set, Timestamp ts) const;
  // When the object was changed last; 0: never since the beginning. What a lock tuple is for.
  Timestamp changed(const Object& object) const;
  // All tuples of a namespace at `ts`, in order.
  std::vector<Tuple> all_of(Namespace space, Timestamp ts) const;
  std::size_t size() const { return sets_.size(); }

 private:
  struct Version {
    Timestamp ts = 0;
    bool is_there = false;
  };
  using Versions = std::vector<Version>;  // oldest first
  static bool is_there(const Versions& versions, Timestamp ts);

  std::map<Userset, std::map<Subject, Versions>> sets_;
  std::map<Object, Timestamp> changed_;
};

}  // namespace lightcone::models::zanzibar
