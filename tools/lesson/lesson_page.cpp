#include "tools/lesson/lesson_page.hpp"

#include <filesystem>

#include "tools/exit_codes.hpp"
#include "tools/install_paths.hpp"
#include "tools/lesson/class.hpp"
#include "tools/lesson/observed.hpp"
#include "tools/scenario_file.hpp"

namespace lightcone::tools {

namespace {

// What `lightcone lesson` calls it: shipped lessons by name, others by their file.
std::string name_of(const std::string& file) {
  const std::filesystem::path path = file;
  std::error_code missing;
  const bool shipped =
      std::filesystem::equivalent(scenarios_folder() / "lessons" / path.filename(), path, missing);
  return shipped ? path.stem().string() : quoted(file);
}

}  // namespace

reports::html::LessonPage lesson_page(const scenarios::Loaded& loaded, std::size_t came_true) {
  const scenarios::Lesson& lesson = *loaded.scenario.lesson;
  reports::html::LessonPage page;
  page.name = name_of(loaded.file);
  page.situation = lesson.situation;
  page.prediction = lesson.prediction;
  for (const scenarios::Choice& choice : lesson.choices) page.choices.push_back(choice.text);
  page.came_true = came_true;
  page.misconception = lesson.misconception;
  for (const scenarios::Remedy* remedy : remedies_of(lesson))
    page.changes.push_back({remedy->text, remedy->set, remedy->why, std::nullopt});
  return page;
}

std::optional<reports::html::LessonPage> lesson_page(const scenarios::Loaded& loaded,
                                                     const scenarios::Overrides& overrides,
                                                     const sim::RunRecord& run,
                                                     const reports::RunReport& report) {
  if (!loaded.scenario.lesson) return std::nullopt;
  if (!overrides.settings.empty() || !overrides.bugs.empty()) return std::nullopt;
  const std::vector<std::size_t> true_ones = came_true(*loaded.scenario.lesson, run, report);
  if (true_ones.size() != 1) return std::nullopt;
  return lesson_page(loaded, true_ones.front());
}

int try_changes(const models::Registry& registry, const scenarios::Loaded& loaded,
                reports::html::LessonPage& page, Terminal& terminal) {
  const auto remedies = remedies_of(*loaded.scenario.lesson);
  const std::vector<Trial> trials = try_on_terminal(registry, loaded, remedies, usual_seeds, terminal);
  for (std::size_t i = 0; i < remedies.size(); ++i) {
    const Trial& trial = trials[i];
    if (!trial.problem.empty()) return exit_bad_file;
    if (trial.was_ended) return exit_interrupted;
    page.changes.at(i).outcome = {trial.seeds, trial.accepted, trial.first_failure};
  }
  return exit_ok;
}

}  // namespace lightcone::tools
