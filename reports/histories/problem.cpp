#include "reports/histories/problem.hpp"

#include <fmt/format.h>

namespace lightcone::reports::histories {

std::string_view to_string(Fault fault) {
  switch (fault) {
    case Fault::malformed:
      return "malformed";
    case Fault::missing_field:
      return "missing field";
    case Fault::wrong_kind:
      return "wrong field";
    case Fault::unknown_type:
      return "unknown type";
    case Fault::number_out_of_range:
      return "number out of range";
    case Fault::return_without_invoke:
      return "return without invocation";
    case Fault::two_in_flight:
      return "two invocations in flight";
    case Fault::time_goes_back:
      return "time goes back";
    case Fault::return_before_call:
      return "return before call";
    case Fault::mixed_order:
      return "mixed order";
    case Fault::too_large:
      return "too large";
  }
  return "malformed";
}

std::string Problem::message() const { return fmt::format("line {}: {}: {}", line, to_string(fault), text); }

}  // namespace lightcone::reports::histories
