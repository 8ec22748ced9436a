// The run that somebody means: of a scenario with its seed and changes, or the one that a trace was written
// of.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "models/registry.hpp"
#include "scenarios/load.hpp"
#include "tools/terminal.hpp"

namespace lightcone::tools {

struct Subject {
  scenarios::Loaded loaded;
  scenarios::Overrides overrides;
  std::uint64_t seed = 0;
};

// --seed, --set and --bug, for scenarios.
void describe_subject(boost::program_options::options_description& visible);

// Nothing when it was said on the terminal what is wrong; then `exit_code` is how to end.
std::optional<Subject> subject_of(const models::Registry& registry, const std::string& file,
                                  const boost::program_options::variables_map& given, Terminal& terminal,
                                  int& exit_code);

}  // namespace lightcone::tools
