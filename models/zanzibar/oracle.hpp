// Who is in a userset, by the definition alone: no network, no caches, no index. Answers are judged by it.
//
// Of rules that grow with their tuples the least solution is meant; exclusions must not depend on
// themselves, as the schemas see to. Takes time exponential in what is nested, at worst.
#pragma once

#include "models/zanzibar/rewrite.hpp"

namespace lightcone::models::zanzibar {

// Two views of the tuples. Those in `least` are certainly there, those in `most` perhaps; at a timestamp both
// are the same.
struct Views {
  const RowsOf& most;
  const RowsOf& least;
};

// Whether `user` may be in the set: it is, with everything that may be there and without what need not be.
// False for whatever has no schema.
bool may_contain(const Userset& set, UserId user, const Views& views);

// At a timestamp.
inline bool contains(const Userset& set, UserId user, const RowsOf& rows) {
  return may_contain(set, user, {rows, rows});
}

}  // namespace lightcone::models::zanzibar
