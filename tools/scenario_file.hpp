// Scenario files as the program meets them: read from disk or standard input, with what the command line
// changes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "scenarios/load.hpp"
#include "scenarios/run.hpp"
#include "tools/terminal.hpp"

namespace lightcone::tools {

struct LoadedFile {
  std::optional<scenarios::Loaded> scenario;  // empty: said on the terminal what is wrong, and ...
  int exit_code = 0;                          // ... this is how to end
};

LoadedFile load_scenario(const models::Registry& registry, const std::string& file,
                         const scenarios::Overrides& overrides, Terminal& terminal);

struct SeedRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};
// "7" or "1..100"; nothing for anything else, an empty range, or more than a million seeds.
std::optional<SeedRange> parse_seeds(std::string_view text);

// A word of a command line as a shell wants it.
std::string quoted(const std::string& word);

// The command line that runs this again.
std::string reproduce_line(const scenarios::Loaded& loaded, const scenarios::Overrides& overrides,
                           std::uint64_t seed);

}  // namespace lightcone::tools
