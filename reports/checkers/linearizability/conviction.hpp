// From the first sign of a violation to a judgement with a checked witness and a reason.
#pragma once

#include <cstdint>
#include <vector>

#include "reports/checkers/linearizability/collections.hpp"
#include "reports/checkers/linearizability/lineages.hpp"
#include "reports/checkers/linearizability/object.hpp"
#include "reports/checkers/linearizability/operations.hpp"
#include "reports/checkers/linearizability/zones.hpp"
#include "reports/judgement.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::checkers {

class Prosecutor {
 public:
  Prosecutor(const sim::History& history, const Object& object, Values& values, Part part)
      : history_(history), object_(object), values_(values), part_(part) {}

  Judgement by_search(std::uint32_t stuck);
  Judgement by_zones(const Zoned& zoned);
  // `zoned` speaks of `lineages.ops`.
  Judgement by_versions(const Lineages& lineages, const Zoned& zoned);
  Judgement by_contradiction(const Contradiction& contradiction);
  Judgement by_unexplained_read(std::uint32_t read);
  Judgement by_collection(const Monitored& monitored);

 private:
  Judgement by_forced(std::vector<std::uint32_t> forced, std::uint64_t steps);
  std::vector<std::uint32_t> with_force(std::vector<std::uint32_t> ops) const;
  void check_by_search(const std::vector<std::uint32_t>& context) const;

  const sim::History& history_;
  const Object& object_;
  Values& values_;
  Part part_;
};

}  // namespace lightcone::reports::checkers
