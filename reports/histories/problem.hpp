// What can be wrong with a history that somebody hands in. A value, never an exception: readers stop at
// the first problem and say where it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lightcone::reports::histories {

enum class Fault : std::uint8_t {
  malformed,              // not JSON, not EDN, not UTF-8
  missing_field,          // an operation without process, f, type or its times
  wrong_kind,             // a field that is there but cannot be what it says, or is there twice
  unknown_type,           // a type other than invoke, ok, fail, info
  number_out_of_range,    // not a 64-bit integer: fractions and larger numbers cannot be compared exactly
  return_without_invoke,  // a completion of an operation that nobody began
  two_in_flight,          // a process that invokes while its last operation is unanswered
  time_goes_back,         // an event earlier than the one before it
  return_before_call,     // an operation that ends before it begins
  mixed_order,            // some operations have times, others only the order of their session
  too_large,              // a line or a nesting beyond the reader's bounds
};

std::string_view to_string(Fault fault);

struct Problem {
  std::size_t line = 0;  // from 1
  Fault fault = Fault::malformed;
  std::string text;  // what is wrong, for people

  // "line 12: a return without an invocation: ..."
  std::string message() const;
};

}  // namespace lightcone::reports::histories
