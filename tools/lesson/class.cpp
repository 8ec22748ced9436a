#include "tools/lesson/class.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/recording/recorder.hpp"
#include "scenarios/run.hpp"
#include "tools/exit_codes.hpp"
#include "tools/lesson/observed.hpp"

namespace lightcone::tools {

namespace {

std::optional<sim::RunRecord> run_once(const scenarios::Loaded& loaded, std::uint64_t seed,
                                       reports::Recording* recording = nullptr) {
  scenarios::RunOptions options;
  options.seed = seed;
  if (recording != nullptr)
    options.attach = [recording](sim::Simulation& simulation) {
      return reports::record(simulation, *recording);
    };
  options.progress = [](const scenarios::Progress&) { return !is_interrupted(); };
  return scenarios::run(loaded, options);
}

}  // namespace

std::optional<HeldRun> hold(const scenarios::Loaded& loaded, reports::Recording* recording) {
  auto record = run_once(loaded, loaded.scenario.seed, recording);
  if (!record) return std::nullopt;
  record->reproduce = reproduce_line(loaded, {}, loaded.scenario.seed);
  HeldRun held;
  held.report = reports::judge(*record);
  held.record = std::move(*record);
  held.came_true = came_true(*loaded.scenario.lesson, held.record, held.report);
  return held;
}

std::vector<const scenarios::Remedy*> remedies_of(const scenarios::Lesson& lesson) {
  std::vector<const scenarios::Remedy*> remedies{&lesson.fix};
  for (const scenarios::Remedy& wrong : lesson.wrong_fixes) remedies.push_back(&wrong);
  std::sort(remedies.begin(), remedies.end(), [](const auto* a, const auto* b) { return a->text < b->text; });
  return remedies;
}

Trial try_remedy(const models::Registry& registry, const scenarios::Loaded& loaded,
                 const scenarios::Remedy& remedy, SeedRange seeds, Terminal& terminal) {
  Trial trial;
  scenarios::Overrides overrides;
  overrides.settings = remedy.set;
  scenarios::Diagnostics diagnostics(loaded.file, loaded.text);
  const auto mended = scenarios::load(registry, overrides, diagnostics);
  if (!mended) {
    terminal.note(diagnostics.to_text());
    trial.exit_code = exit_bad_file;
    return trial;
  }
  for (std::uint64_t seed = seeds.first;; ++seed) {
    if (terminal.shows_status()) terminal.status(fmt::format("seed {} of {}", seed, seeds.last));
    const auto record = run_once(*mended, seed);
    if (!record) {
      trial.exit_code = exit_interrupted;
      break;
    }
    ++trial.seeds;
    if (observed(loaded.scenario.lesson->accept, *record, reports::judge(*record))) {
      ++trial.accepted;
    } else if (!trial.first_failure) {
      trial.first_failure = seed;
    }
    if (seed == seeds.last) break;
  }
  terminal.clear_status();
  return trial;
}

}  // namespace lightcone::tools
