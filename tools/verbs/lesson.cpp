// lightcone lesson: predict, see, mend.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "sim/nearest.hpp"
#include "tools/install_paths.hpp"
#include "tools/lesson/class.hpp"
#include "tools/lesson/lesson_page.hpp"
#include "tools/lesson/lesson_text.hpp"
#include "tools/option_values.hpp"
#include "tools/page_file.hpp"
#include "tools/verbs/verbs.hpp"

namespace lightcone::tools {
namespace {

namespace fs = std::filesystem;

// Names of the shipped lessons, in alphabetical order.
std::vector<std::string> lesson_names() {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(scenarios_folder() / "lessons", ignored)) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

struct Settings {
  std::string name;
  std::string file;
  std::optional<std::size_t> answer;  // from 0
  std::optional<std::size_t> remedy;  // likewise, as shown
  SeedRange seeds = usual_seeds;
  std::string report;  // the page
  bool json = false;
};

class LessonVerb final : public Verb {
 public:
  std::string_view name() const override { return "lesson"; }
  std::string_view summary() const override { return "Teaches: predict what happens, see it, mend it"; }
  std::string_view operands() const override { return "[NAME]"; }
  std::string_view operand_option() const override { return "lesson"; }
  std::string_view explanation() const override {
    return "Without NAME: the lessons that come with the program. NAME may also be a scenario file with a "
           "lesson in "
           "it.\n"
           "A lesson tells a situation and asks for a prediction, runs its scenario, and shows what "
           "happened. Which\n"
           "prediction is right is computed from the run, and which change mends it from runs with many "
           "seeds.\n\n"
           "Exit codes: 0 told, or the change holds with all seeds; 1 the change fails with some; 4 what "
           "happened is\n"
           "none of the choices, or several; 64 wrong usage, 65 a bad file.\n";
  }
  void describe(options::options_description& visible) const override {
    visible.add_options()                                                                            //
        ("answer", options::value<std::string>(), "N: the prediction; asked for on a terminal")      //
        ("try", options::value<std::string>(), "LETTER: one of the changes, with many seeds")        //
        ("seeds", options::value<std::string>()->default_value("1..100"), "A..B: with these seeds")  //
        ("report", options::value<std::string>(),
         "FILE: write a page that asks for the prediction and then shows the run, as HTML")  //
        ("json", "print one JSON object");
  }
  int run(const options::variables_map& given, const models::Registry& registry,
          Terminal& terminal) const override;

 private:
  static std::optional<Settings> settings_from(const options::variables_map& given, Terminal& terminal);
};

std::optional<std::string> file_of(const std::string& name, Terminal& terminal) {
  const std::vector<std::string> names = lesson_names();
  if (std::find(names.begin(), names.end(), name) != names.end())
    return fs::proximate(scenarios_folder() / "lessons" / (name + ".json")).string();
  if (name.ends_with(".json")) return name;
  const std::string nearest = sim::nearest(name, std::vector<std::string_view>(names.begin(), names.end()));
  terminal.complain(
      fmt::format("there is no lesson called {}; {}", name,
                  nearest.empty() ? "`lightcone lesson` lists them" : "did you mean " + nearest + "?"));
  return std::nullopt;
}

std::optional<Settings> LessonVerb::settings_from(const options::variables_map& given, Terminal& terminal) {
  Settings settings;
  const auto words = given["lesson"].as<std::vector<std::string>>();
  if (words.size() != 1) {
    terminal.complain("one lesson at a time");
    return std::nullopt;
  }
  settings.name = words.front();
  const auto file = file_of(settings.name, terminal);
  if (!file) return std::nullopt;
  settings.file = *file;
  settings.json = given.count("json") != 0;
  if (given.count("answer") + given.count("try") + given.count("report") > 1) {
    terminal.complain("--answer, --try and --report exclude each other");
    return std::nullopt;
  }
  if (given.count("answer") != 0) {
    const std::string text = given["answer"].as<std::string>();
    const auto number = parse_count(text);
    if (!number || *number == 0) {
      terminal.complain(fmt::format("--answer {}: expected the number of a choice", text));
      return std::nullopt;
    }
    settings.answer = *number - 1;
  }
  if (given.count("try") != 0) {
    const std::string text = given["try"].as<std::string>();
    if (text.size() != 1 || text[0] < 'a' || text[0] > 'z') {
      terminal.complain(fmt::format("--try {}: expected the letter of a change, such as a", text));
      return std::nullopt;
    }
    settings.remedy = static_cast<std::size_t>(text[0] - 'a');
  }
  if (given.count("report") != 0) {
    settings.report = given["report"].as<std::string>();
    if (const auto wrong = page_is_missing()) {
      terminal.complain(*wrong);
      return std::nullopt;
    }
  }
  if (!settings.remedy && !given["seeds"].defaulted()) {
    terminal.complain("--seeds goes with --try: a lesson's own run has the seed of its file");
    return std::nullopt;
  }
  const std::string seeds = given["seeds"].as<std::string>();
  const auto range = parse_seeds(seeds);
  if (!range) {
    terminal.complain(fmt::format("--seeds {}: expected a range such as 1..100", seeds));
    return std::nullopt;
  }
  settings.seeds = *range;
  return settings;
}

int list_lessons(const models::Registry& registry, bool json, Terminal& terminal) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const std::string& name : lesson_names()) {
    const std::string file = (scenarios_folder() / "lessons" / (name + ".json")).string();
    const LoadedFile loaded = load_scenario(registry, file, {}, terminal);
    if (!loaded.scenario) return loaded.exit_code;
    if (json) {
      all.push_back({{"name", name}, {"title", loaded.scenario->scenario.title}});
    } else {
      terminal.print(fmt::format("{:<34}{}\n", name, loaded.scenario->scenario.title));
    }
  }
  if (json) terminal.print(all.dump() + "\n");
  return exit_ok;
}

// Asks until it gets a number of a choice; nothing at the end of the input.
std::optional<std::size_t> ask(std::size_t choices, Terminal& terminal) {
  std::string line;
  for (;;) {
    terminal.print(fmt::format("\nYour prediction (1 to {}): ", choices));
    std::fflush(stdout);
    if (!std::getline(std::cin, line) || is_interrupted()) return std::nullopt;
    const auto number = parse_count(line);
    if (number && *number >= 1 && *number <= choices) return *number - 1;
    terminal.note("expected the number of one of the choices");
  }
}

nlohmann::ordered_json as_json(const Settings& settings, const scenarios::Loaded& loaded) {
  const scenarios::Lesson& lesson = *loaded.scenario.lesson;
  nlohmann::ordered_json json = {{"lesson", settings.name},
                                 {"title", loaded.scenario.title},
                                 {"situation", lesson.situation},
                                 {"prediction", lesson.prediction}};
  for (const scenarios::Choice& choice : lesson.choices) json["choices"].push_back(choice.text);
  for (const scenarios::Remedy* remedy : remedies_of(lesson)) json["changes"].push_back(remedy->text);
  return json;
}

int tell_trial(const models::Registry& registry, const scenarios::Loaded& loaded, const Settings& settings,
               const Style& style, Terminal& terminal) {
  const auto remedies = remedies_of(*loaded.scenario.lesson);
  if (*settings.remedy >= remedies.size()) {
    terminal.complain(
        fmt::format("--try: the changes are a to {}", static_cast<char>('a' + remedies.size() - 1)));
    return exit_usage;
  }
  const scenarios::Remedy& remedy = *remedies[*settings.remedy];
  const Trial trial = try_on_terminal(registry, loaded, {&remedy}, settings.seeds, terminal).front();
  if (!trial.problem.empty()) return exit_bad_file;
  if (trial.was_ended) return exit_interrupted;
  if (settings.json) {
    nlohmann::ordered_json json = as_json(settings, loaded);
    json["tried"] = remedy.text;
    json["set"] = remedy.set;
    json["seeds"] = trial.seeds;
    json["accepted"] = trial.accepted;
    if (trial.first_failure) json["first_failure"] = *trial.first_failure;
    json["why"] = remedy.why;
    terminal.print(json.dump() + "\n");
  } else {
    terminal.print(trial_text(loaded, remedy, trial, style));
  }
  return trial.holds() ? exit_ok : exit_violated;
}

// Whether exactly one choice came true, or else a complaint.
bool is_sound(const HeldRun& held, Terminal& terminal) {
  if (held.came_true.size() == 1) return true;
  const std::string count = held.came_true.empty() ? "none" : std::to_string(held.came_true.size());
  terminal.complain(fmt::format("{} of the choices came true; the lesson wants exactly one", count));
  return false;
}

int write_lesson_page(const models::Registry& registry, const scenarios::Loaded& loaded,
                      const Settings& settings, Terminal& terminal) {
  reports::Recording recording;
  const auto held = hold(loaded, &recording);
  if (!held) return exit_interrupted;
  if (!is_sound(*held, terminal)) return exit_invalid;
  auto page = lesson_page(loaded, held->came_true.front());
  const int wrong = try_changes(registry, loaded, page, terminal);
  if (wrong != exit_ok) return wrong;
  return write_page(settings.report, {loaded, held->record, held->report, recording}, std::move(page),
                    terminal);
}

int tell_run(const scenarios::Loaded& loaded, const Settings& settings, const Style& style,
             Terminal& terminal) {
  const scenarios::Lesson& lesson = *loaded.scenario.lesson;
  if (settings.answer && *settings.answer >= lesson.choices.size()) {
    terminal.complain(fmt::format("--answer: the choices are 1 to {}", lesson.choices.size()));
    return exit_usage;
  }
  if (!settings.json) terminal.print(question_text(loaded, style));
  std::optional<std::size_t> answer = settings.answer;
  const bool asks = !answer && !settings.json && isatty(STDIN_FILENO) != 0;
  if (asks) answer = ask(lesson.choices.size(), terminal);
  if (!answer && !settings.json) {
    if (!asks)
      terminal.print(fmt::format("\nAnswer with: tools/lightcone lesson {} --answer 1\n", settings.name));
    return is_interrupted() ? exit_interrupted : exit_ok;
  }
  const auto held = hold(loaded);
  if (!held) return exit_interrupted;
  if (!is_sound(*held, terminal)) return exit_invalid;
  if (settings.json) {
    nlohmann::ordered_json json = as_json(settings, loaded);
    json["came_true"] = held->came_true.front() + 1;
    if (answer) json["answer"] = *answer + 1;
    json["verdict"] = std::string(to_string(held->report.verdict));
    json["reproduce"] = held->record.reproduce;
    terminal.print(json.dump() + "\n");
  } else {
    terminal.print("\n" + answer_text(loaded, *held, *answer, settings.name, style));
  }
  return exit_ok;
}

int LessonVerb::run(const options::variables_map& given, const models::Registry& registry,
                    Terminal& terminal) const {
  if (given.count("lesson") == 0) return list_lessons(registry, given.count("json") != 0, terminal);
  const auto settings = settings_from(given, terminal);
  if (!settings) return exit_usage;
  const LoadedFile file = load_scenario(registry, settings->file, {}, terminal);
  if (!file.scenario) return file.exit_code;
  const scenarios::Loaded& loaded = *file.scenario;
  if (!loaded.scenario.lesson) {
    terminal.complain(fmt::format("{}: there is no lesson in this scenario", settings->file));
    return exit_bad_file;
  }
  const Style style{terminal.colours(), terminal.columns()};
  if (!settings->report.empty()) return write_lesson_page(registry, loaded, *settings, terminal);
  return settings->remedy ? tell_trial(registry, loaded, *settings, style, terminal)
                          : tell_run(loaded, *settings, style, terminal);
}

}  // namespace

const Verb& lesson_verb() {
  static const LessonVerb verb;
  return verb;
}

}  // namespace lightcone::tools
