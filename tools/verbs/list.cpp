// lightcone list: what there is.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "models/registry.hpp"
#include "tools/install_paths.hpp"
#include "tools/scenario_file.hpp"
#include "tools/verbs/verbs.hpp"

namespace lightcone::tools {
namespace {

namespace fs = std::filesystem;

void list_systems(const models::Registry& registry, Terminal& terminal) {
  for (const auto& model : registry.all()) {
    terminal.print(fmt::format("{:<12}{}\n", model->name(), model->summary()));
    for (const sim::Profile& profile : model->profiles()) {
      terminal.print(fmt::format("  {:<20}{}\n", profile.name, profile.doc));
    }
  }
}

void list_topics(const models::Registry& registry, Terminal& terminal) {
  std::vector<std::pair<std::string, std::string>> topics;
  for (const auto& model : registry.all()) {
    for (const std::string& topic : model->topics()) topics.emplace_back(topic, model->name());
  }
  std::sort(topics.begin(), topics.end());
  std::size_t width = 0;
  for (const auto& [topic, model] : topics) width = std::max(width, topic.size());
  for (const auto& [topic, model] : topics)
    terminal.print(fmt::format("{:<{}}{}\n", topic, width + 2, model));
}

int list_scenarios(const models::Registry& registry, Terminal& terminal) {
  const fs::path folder = scenarios_folder();
  std::vector<fs::path> files;
  std::error_code ignored;
  for (const auto& entry : fs::recursive_directory_iterator(folder, ignored)) {
    const bool in_a_topic = entry.path().parent_path() != folder;  // beside them lies their schema
    if (in_a_topic && entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    const LoadedFile loaded = load_scenario(registry, file.string(), {}, terminal);
    if (!loaded.scenario) return loaded.exit_code;
    terminal.print(fmt::format("{:<56}{}\n", fs::proximate(file).string(), loaded.scenario->scenario.title));
  }
  return exit_ok;
}

class ListVerb final : public Verb {
 public:
  std::string_view name() const override { return "list"; }
  std::string_view summary() const override { return "Lists topics, systems and scenarios"; }
  std::string_view operands() const override { return "[topics|systems|scenarios]"; }
  std::string_view operand_option() const override { return "what"; }
  std::string_view explanation() const override { return "Without an operand: everything.\n"; }
  void describe(options::options_description&) const override {}

  int run(const options::variables_map& given, const models::Registry& registry,
          Terminal& terminal) const override {
    std::vector<std::string> wanted = {"topics", "systems", "scenarios"};
    const bool everything = given.count("what") == 0;
    if (!everything) wanted = given["what"].as<std::vector<std::string>>();
    for (const std::string& what : wanted) {
      if (everything) terminal.print(fmt::format("{}{}:\n", what == wanted.front() ? "" : "\n", what));
      if (what == "topics") {
        list_topics(registry, terminal);
      } else if (what == "systems") {
        list_systems(registry, terminal);
      } else if (what == "scenarios") {
        const int code = list_scenarios(registry, terminal);
        if (code != exit_ok) return code;
      } else {
        terminal.complain(
            fmt::format("there is nothing called {} to list; expected topics, systems or scenarios", what));
        return exit_usage;
      }
    }
    return exit_ok;
  }
};

}  // namespace

const Verb& list_verb() {
  static const ListVerb verb;
  return verb;
}

}  // namespace lightcone::tools
