// lightcone validate, lightcone schema: scenario files without running them.
#include <fmt/format.h>

#include "models/registry.hpp"
#include "scenarios/load.hpp"
#include "tools/scenario_file.hpp"
#include "tools/verbs/verbs.hpp"

namespace lightcone::tools {
namespace {

class ValidateVerb final : public Verb {
 public:
  std::string_view name() const override { return "validate"; }
  std::string_view summary() const override { return "Checks scenario files without running them"; }
  std::string_view operands() const override { return "SCENARIO..."; }
  std::string_view operand_option() const override { return "scenario"; }
  std::string_view explanation() const override {
    return "Says everything that is wrong, with its place; exit code 65 if anything is.\n";
  }
  void describe(options::options_description& visible) const override {
    visible.add_options()("quiet,q", "say nothing about files that are right");
  }

  int run(const options::variables_map& given, const models::Registry& registry,
          Terminal& terminal) const override {
    if (given.count("scenario") == 0) {
      terminal.complain("no scenario is given");
      return exit_usage;
    }
    int code = exit_ok;
    for (const std::string& file : given["scenario"].as<std::vector<std::string>>()) {
      const LoadedFile loaded = load_scenario(registry, file, {}, terminal);
      if (!loaded.scenario) {
        code = loaded.exit_code;
      } else if (given.count("quiet") == 0) {
        terminal.print(fmt::format("{}: right\n", file));
      }
    }
    return code;
  }
};

class SchemaVerb final : public Verb {
 public:
  std::string_view name() const override { return "schema"; }
  std::string_view summary() const override { return "Prints the JSON Schema of scenario files"; }
  std::string_view operands() const override { return ""; }
  std::string_view explanation() const override {
    return "Point \"$schema\" of a scenario at a file with this output, and an editor completes and checks "
           "it.\n";
  }
  void describe(options::options_description&) const override {}
  int run(const options::variables_map&, const models::Registry& registry,
          Terminal& terminal) const override {
    terminal.print(scenarios::scenario_schema(registry));
    return exit_ok;
  }
};

}  // namespace

const Verb& validate_verb() {
  static const ValidateVerb verb;
  return verb;
}

const Verb& schema_verb() {
  static const SchemaVerb verb;
  return verb;
}

}  // namespace lightcone::tools
