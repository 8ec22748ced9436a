// What each object does when operations come one at a time: the one place that says so. The generator of
// legal histories, the judge by brute force and the search all ask here.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "reports/checkers/linearizability/object.hpp"
#include "reports/checkers/linearizability/operations.hpp"

namespace lightcone::reports::checkers {

// The words of a state, in a canonical form: equal states have equal words. What they mean is the
// specification's affair (ids of values, mostly).
using State = std::vector<std::int64_t>;

class Specification {
 public:
  virtual ~Specification() = default;

  virtual State initial() const = 0;

  // The states the object may be in after `op` in `state`; none when it cannot answer as `op` was answered
  // (or cannot take it: a lock that is held). `next` is empty on entry. An operation that may have happened
  // is taken to have happened here.
  virtual void apply(const State& state, const Op& op, std::vector<State>& next) const = 0;

  // What an honest object answers to `op` in `state`, where `apply` without the answer allows it: the result
  // of an operation in a generated history.
  virtual sim::Value answer(const State& state, const Op& op) const = 0;

  // Whether `op` never changes a state.
  virtual bool is_read_only(const Op& op) const;

  // Whether `op` can always be taken and leads to one state, whatever the state before: a write of a
  // register.
  virtual bool is_overwrite(const Op&) const { return false; }

  // Whether `op` can always be taken, and nothing of it remains after an overwrite: then it can stand,
  // unseen, right before any overwrite.
  virtual bool can_hide(const Op& op) const { return is_overwrite(op); }

  // Whether states only grow, but for overwrites: then `can_grow_to` is worth asking.
  virtual bool grows() const { return false; }
  // Whether some operations without an overwrite could lead from `state` to one in which `read`, which is
  // read-only, is answered as it was. True where that is not known.
  virtual bool can_grow_to(const State&, const Op&) const { return true; }
};

// `part` is a part of what `read_operations` made for `object`; `values` is its table, to which states add.
std::unique_ptr<Specification> specification_of(const Object& object, Part part, Values& values);

}  // namespace lightcone::reports::checkers
