// The scenario files that come with the program, for tests.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "models/registry.hpp"
#include "scenarios/load.hpp"
#include "scenarios/run.hpp"

namespace lightcone::tests {

inline std::filesystem::path source_folder() { return LIGHTCONE_SOURCE_DIR; }

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline const models::Registry& shipped_models() {
  static const models::Registry all;
  return all;
}

// Relative to the sources, in alphabetical order: "scenarios/raft/figure-8.json".
inline std::vector<std::string> shipped_scenarios() {
  std::vector<std::string> files;
  const std::filesystem::path folder = source_folder() / "scenarios";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".json" || entry.path().parent_path() == folder) continue;
    if (entry.path().parent_path().filename() == "regressions") continue;  // what somebody's hunt has kept
    files.push_back(std::filesystem::relative(entry.path(), source_folder()).generic_string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

inline scenarios::Loaded load_shipped(const models::Registry& registry, const std::string& file,
                                      const scenarios::Overrides& overrides = {}) {
  scenarios::Diagnostics diagnostics(file, read_file(source_folder() / file));
  auto loaded = scenarios::load(registry, overrides, diagnostics);
  INFO(diagnostics.to_text());
  REQUIRE(loaded);
  return std::move(*loaded);
}

inline sim::RunRecord run_loaded(const scenarios::Loaded& loaded, std::uint64_t seed) {
  scenarios::RunOptions options;
  options.seed = seed;
  auto record = scenarios::run(loaded, options);
  REQUIRE(record);
  return std::move(*record);
}

}  // namespace lightcone::tests
