// Runs scenarios, each twice, and prints their lines of tests/scenarios/fingerprints.txt. For builds without
// Catch2, such as WebAssembly; elsewhere tests/scenarios/fingerprints_test.cpp does the same.
//
//   fingerprints SCENARIO...
//
// Exit status: 0, or 1 when a file could not be read, is no scenario, or was two different runs.
#include <cstdio>
#include <optional>
#include <string>

#include "models/registry.hpp"
#include "scenarios/load.hpp"
#include "scenarios/run.hpp"
#include "tests/scenarios/fingerprint_line.hpp"

namespace {

using namespace lightcone;

std::optional<std::string> read_file(const char* path) {
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) return std::nullopt;
  std::string text;
  char piece[4096];
  while (const std::size_t got = std::fread(piece, 1, sizeof piece, file)) text.append(piece, got);
  const bool is_whole = std::ferror(file) == 0;
  std::fclose(file);
  if (!is_whole) return std::nullopt;
  return text;
}

bool print_fingerprint(const models::Registry& registry, const char* path) {
  const std::optional<std::string> text = read_file(path);
  if (!text) {
    fmt::print(stderr, "fingerprints: cannot read {}\n", path);
    return false;
  }
  scenarios::Diagnostics diagnostics(path, *text);
  const auto loaded = scenarios::load(registry, {}, diagnostics);
  if (!loaded) {
    std::fputs(diagnostics.to_text().c_str(), stderr);
    return false;
  }
  scenarios::RunOptions options;
  options.seed = loaded->scenario.seed;
  const auto first = scenarios::run(*loaded, options);
  const auto second = scenarios::run(*loaded, options);
  std::fputs(tests::fingerprint_line(*first, path).c_str(), stdout);
  if (first->fingerprint == second->fingerprint && first->history == second->history) return true;
  fmt::print(stderr, "fingerprints: {} was two different runs in one process\n", path);
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  const models::Registry registry;
  bool all = true;
  for (int i = 1; i < argc; ++i) all = print_fingerprint(registry, argv[i]) && all;
  return all ? 0 : 1;
}
