#include "tools/lesson/lesson_page.hpp"

#include <filesystem>

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

std::optional<reports::html::LessonPage> lesson_page(const scenarios::Loaded& loaded,
                                                     const sim::RunRecord& run,
                                                     const reports::RunReport& report) {
  if (!loaded.scenario.lesson) return std::nullopt;
  const scenarios::Lesson& lesson = *loaded.scenario.lesson;
  const std::vector<std::size_t> true_ones = came_true(lesson, run, report);
  if (true_ones.size() != 1) return std::nullopt;
  reports::html::LessonPage page;
  page.name = name_of(loaded.file);
  page.situation = lesson.situation;
  page.prediction = lesson.prediction;
  for (const scenarios::Choice& choice : lesson.choices) page.choices.push_back(choice.text);
  page.came_true = true_ones.front();
  page.misconception = lesson.misconception;
  for (const scenarios::Remedy* remedy : remedies_of(lesson)) page.changes.push_back(remedy->text);
  return page;
}

}  // namespace lightcone::tools
