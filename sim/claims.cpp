#include "sim/claims.hpp"

namespace lightcone::sim {

std::string_view to_string(Assumption assumption) {
  switch (assumption) {
    case Assumption::a0:
      return "A0";
    case Assumption::a1:
      return "A1";
    case Assumption::a2:
      return "A2";
    case Assumption::a3:
      return "A3";
  }
  return "";
}

}  // namespace lightcone::sim
