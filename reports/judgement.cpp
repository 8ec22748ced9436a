#include "reports/judgement.hpp"

namespace lightcone::reports {

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::held:
      return "held";
    case Verdict::violated:
      return "violated";
    case Verdict::unknown:
      return "unknown";
    case Verdict::weak:
      return "weak";
    case Verdict::assumption_broken:
      return "assumption-broken";
    case Verdict::invalid:
      return "invalid";
  }
  return "unknown";
}

}  // namespace lightcone::reports
