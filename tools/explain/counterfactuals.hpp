// What would have kept the promise: the same run again without each of its faults, with each safeguard on,
// and with each parameter of the system changed by one step; with the same seed, and with others.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/registry.hpp"
#include "reports/text/style.hpp"
#include "scenarios/scenario.hpp"
#include "sim/run_record.hpp"

namespace lightcone::tools::explain {

class WhatIfs {
 public:
  // Of a frozen scenario and its run; `claim` is the one that was broken. `others`: how many seeds besides.
  WhatIfs(const models::Registry& registry, scenarios::Scenario frozen, const sim::RunRecord& record,
          std::string claim, std::uint64_t others);

  // Called now and then with the runs that are over and those to be done; false ends it. False if it was
  // ended.
  using Watch = std::function<bool(std::uint64_t, std::uint64_t)>;
  bool run(unsigned jobs, const Watch& watch);

  std::string text(const reports::text::Style& style) const;

  struct WhatIf {
    std::string what;  // "without the partition {n1} | {n2, n3}"; empty: as it was
    scenarios::Scenario scenario;
    bool is_sound = true;      // can be run
    bool holds = false;        // with the seed of the run
    std::uint64_t others = 0;  // seeds to try besides
    bool is_guess = false;     // told only if it makes all the difference
    std::uint64_t held = 0;
    std::uint64_t runs = 0;  // with other seeds
    std::string why;         // a safeguard's reference and moral
  };
  const std::vector<WhatIf>& all() const { return all_; }

 private:
  WhatIf& add(std::string what, scenarios::Scenario scenario);
  void add_parameters(const scenarios::Scenario& frozen);
  bool is_told(const WhatIf& one) const;

  const models::Registry& registry_;
  std::string claim_;
  std::uint64_t others_;
  std::vector<WhatIf> all_;
};

}  // namespace lightcone::tools::explain
