// Cases of the shared histories: the operations as the program reads them, and the verdicts beside them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/history.hpp"

namespace lightcone::tests {

struct KnownCase {
  std::string id;
  nlohmann::json fields;
  sim::History history;
};

// Empty, and said so, where the shared histories are absent.
std::vector<KnownCase> known_cases(const std::string& file);

}  // namespace lightcone::tests
