// The folder of failing cases that a hunt keeps beside its scenarios: a frozen scenario for each failure,
// replayed before anything else until somebody removes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/hunt/trial.hpp"

namespace lightcone::tools::hunt {

class Regressions {
 public:
  // Beside the scenario, unless `folder` says another place. Nothing is made until something is written.
  Regressions(const std::string& scenario_file, std::string folder);

  const std::string& folder() const { return folder_; }
  // The cases of this scenario that are there, by name.
  std::vector<std::string> cases() const;
  // Where this failure is kept.
  std::string path_of(const Signature& signature, const std::vector<std::string>& bugs) const;
  // Writes it, unless there is a shorter one. A sentence that begins with the path says what is wrong.
  std::optional<std::string> keep(const Failure& failure, std::string& path) const;

 private:
  std::string stem_;  // of the scenario's file: "random-faults"
  std::string folder_;
};

}  // namespace lightcone::tools::hunt
