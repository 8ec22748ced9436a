// The histories with known verdicts that lie beside the project, not in it. LIGHTCONE_SHARED_HISTORIES
// names their folder; without it, `shared/histories` is looked for beside the sources and one level up.
// Where there are none, tests say so loudly and pass.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace lightcone::tests {

inline std::optional<std::filesystem::path> shared_histories() {
  namespace fs = std::filesystem;
  if (const char* named = std::getenv("LIGHTCONE_SHARED_HISTORIES"); named != nullptr) {
    if (fs::is_directory(named)) return fs::path(named);
    WARN("SKIPPED: LIGHTCONE_SHARED_HISTORIES names no folder: " << named);
    return std::nullopt;
  }
  const fs::path sources(LIGHTCONE_SOURCE_DIR);
  for (const char* up : {"../shared/histories", "../../shared/histories"}) {
    if (fs::is_directory(sources / up)) return fs::canonical(sources / up);
  }
  WARN("SKIPPED: no shared/histories beside " << sources.string() << "; this test has judged nothing");
  return std::nullopt;
}

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace lightcone::tests
