// What happened to each element of a queue, stack, priority queue or bag.
#pragma once

#include <cstdint>
#include <vector>

#include "reports/checkers/linearizability/object.hpp"
#include "reports/checkers/linearizability/operations.hpp"

namespace lightcone::reports::checkers {

// Times are points: positions among the events of the part, with those of the elements that were there at the
// start before all, and one after all at which the elements that nobody took are thought to be taken.
struct Element {
  ValueId value = 0;
  std::uint32_t insert = Op::never;  // position in the part; never: there at the start
  std::uint32_t take = Op::never;    // never: not taken
  std::uint32_t insert_begin = 0;
  std::uint32_t insert_end = 0;
  std::uint32_t take_begin = 0;
  std::uint32_t take_end = 0;

  bool is_taken() const { return take != Op::never; }
  // Between the end of its insert and the begin of its take.
  bool is_surely_there() const { return insert_end < take_begin; }
};

// A take that found nothing.
struct Empty {
  std::uint32_t op = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

struct Elements {
  std::vector<Element> all;
  std::vector<Empty> empties;
  std::uint32_t points = 0;             // all times are below
  bool has_unsure_takes = false;        // of unknown outcome, or whose answer was not recorded
  std::vector<std::uint32_t> culprits;  // an element taken twice, or before or without an insert

  // False if an element is put in twice. Inserts of unknown outcome that nobody saw are left out.
  bool read(Part part, const Object& object, Values& values);

 private:
  void number(Part part, const std::vector<bool>& counts);
};

}  // namespace lightcone::reports::checkers
