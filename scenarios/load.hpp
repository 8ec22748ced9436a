// From the text of a scenario file to something that can be run. Nothing runs when anything is wrong.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/registry.hpp"
#include "scenarios/diagnostics.hpp"
#include "scenarios/scenario.hpp"
#include "sim/model.hpp"

namespace lightcone::scenarios {

// A scenario that was checked: its model, parameters and nodes are known.
struct Loaded {
  std::string file;  // as it was named
  std::string text;  // of the file
  Scenario scenario;
  const sim::Model* model = nullptr;
  std::string profile;
  std::shared_ptr<void> parameters;
  sim::BugSet bugs;
  std::vector<std::string> node_names;  // by NodeId
  std::vector<std::string> node_roles;
};

// What the command line changes about a file.
struct Overrides {
  std::vector<std::string> settings;  // "path=value"
  std::vector<std::string> bugs;      // switched on besides those of the file
  std::optional<std::uint64_t> seed;
};

// Reads out.source(). What is wrong is in `out`, and then nothing is returned. The registry must outlive the
// result.
std::optional<Loaded> load(const models::Registry& registry, const Overrides& overrides, Diagnostics& out);

// The JSON Schema of scenario files, with every model's parameters.
std::string scenario_schema(const models::Registry& registry);

}  // namespace lightcone::scenarios
