// A history as the engines read it: one object at a time, values as ids, times as positions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "reports/checkers/linearizability/object.hpp"
#include "reports/checkers/linearizability/values.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::checkers {

enum class Verb : std::uint8_t {
  read,
  write,
  compare_and_set,
  swap,
  append,
  erase,
  increment,
  transact,
  insert,
  remove,
  contains,
  take,
  read_at,
  acquire,
  release,
};

// Whether an engine should say in which order the operations can stand.
enum class Certificate : std::uint8_t { none, wanted };

struct Op {
  static constexpr std::uint32_t never = UINT32_MAX;

  Verb verb = Verb::read;
  bool must = false;  // it returned, so it took effect; otherwise it may take effect after `begin`, or never
  bool answered = false;  // `answer` was observed
  ValueId value = 0;      // the argument; of a compare_and_set what it expects
  ValueId other = 0;      // of a compare_and_set what it writes
  ValueId answer = 0;     // of a compare_and_set true or false
  ValueId key = 0;
  std::uint32_t begin = 0;    // positions in the order of invocations and returns, all different:
  std::uint32_t end = never;  // an operation precedes those that begin after its end
  std::uint32_t index = 0;    // in the history

  bool same_call(const Op& b) const {
    return verb == b.verb && answered == b.answered && value == b.value && other == b.other &&
           answer == b.answer;
  }
};

// Operations on one object that can be judged alone: linearizability is local (Herlihy and Wing 1990,
// section 3.2). A key, a set's element where nobody reads the whole set, registers that no transaction joins.
using Part = std::span<const Op>;

struct Operations {
  Values values;
  std::vector<Op> ops;                                     // part by part, by `begin` within a part
  std::vector<std::pair<std::size_t, std::size_t>> parts;  // [first, last) in `ops`
  std::string problem;         // why the history cannot be judged against the object; empty when it can
  std::size_t problem_at = 0;  // and the operation that says so

  Part part(std::size_t i) const {
    return Part(ops).subspan(parts[i].first, parts[i].second - parts[i].first);
  }
};

// Leaves out what says nothing: reads without an answer, operations that did not happen.
//
// At equal times an invocation comes before a return, so that the two are concurrent, unless the same process
// returned at that time first.
void read_operations(const sim::History& history, const Object& object, Operations& out);

}  // namespace lightcone::reports::checkers
