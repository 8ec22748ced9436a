// Every shipped scenario is the same run twice in one process, and the run that is on record: the same test
// is built with other compilers, standard libraries and build types, against the same record.
//
// LIGHTCONE_UPDATE_GOLDEN=1 writes the record anew. A commit that does so says why the runs changed.

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "sim/trace/json_trace.hpp"
#include "tests/scenarios/fingerprint_line.hpp"
#include "tests/shipped_scenarios.hpp"

namespace lightcone::tests {

namespace {

const std::filesystem::path record = source_folder() / "tests/scenarios/fingerprints.txt";

std::string fingerprints() {
  const models::Registry registry;
  std::string lines;
  for (const std::string& file : shipped_scenarios()) {
    const scenarios::Loaded loaded = load_shipped(registry, file);
    const sim::RunRecord first = run_loaded(loaded, loaded.scenario.seed);
    const sim::RunRecord second = run_loaded(loaded, loaded.scenario.seed);
    INFO(file);
    CHECK(first.fingerprint == second.fingerprint);
    CHECK(first.history == second.history);
    lines += fingerprint_line(first, file);
  }
  return lines;
}

}  // namespace

TEST_CASE("every shipped scenario is the run on record, twice in one process") {
  const std::string now = fingerprints();
  if (std::getenv("LIGHTCONE_UPDATE_GOLDEN") != nullptr) std::ofstream(record) << now;
  CHECK(now == read_file(record));
}

TEST_CASE("another seed is another run") {
  const models::Registry registry;
  const scenarios::Loaded loaded = load_shipped(registry, "scenarios/raft/leader-partition.json");
  CHECK(run_loaded(loaded, 1).fingerprint != run_loaded(loaded, 2).fingerprint);
}

TEST_CASE("watching a run does not change it") {
  const models::Registry registry;
  const scenarios::Loaded loaded = load_shipped(registry, "scenarios/raft/leader-partition.json");
  std::size_t lines = 0;
  scenarios::RunOptions options;
  options.attach = [&](sim::Simulation& simulation) -> std::shared_ptr<void> {
    return std::make_shared<sim::JsonTrace>(simulation, [&](std::string_view) { ++lines; });
  };
  const auto watched = scenarios::run(loaded, options);
  REQUIRE(watched);
  CHECK(lines > watched->events / 2);
  CHECK(watched->fingerprint == run_loaded(loaded, 1).fingerprint);
}

}  // namespace lightcone::tests
