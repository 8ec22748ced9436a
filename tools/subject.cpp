#include "tools/subject.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <utility>
#include <vector>

#include "scenarios/diagnostics.hpp"
#include "tools/exit_codes.hpp"
#include "tools/lines.hpp"
#include "tools/scenario_file.hpp"
#include "tools/trace_file.hpp"

namespace lightcone::tools {

namespace options = boost::program_options;

namespace {

std::optional<Subject> from_trace(const models::Registry& registry, const std::string& file,
                                  const TraceHeader& header, const options::variables_map& given,
                                  Terminal& terminal, int& exit_code) {
  for (const char* option : {"seed", "set", "bug"}) {
    if (given.count(option) == 0) continue;
    terminal.complain(fmt::format("--{} is for scenarios; a trace is one run", option));
    exit_code = exit_usage;
    return std::nullopt;
  }
  scenarios::Diagnostics diagnostics(header.file, header.scenario);
  auto loaded = scenarios::load(registry, header.overrides, diagnostics);
  if (!loaded) {
    terminal.complain(
        fmt::format("the scenario that {} holds does not fit this version of the program:", file));
    std::fputs(diagnostics.to_text().c_str(), stderr);
    exit_code = exit_bad_file;
    return std::nullopt;
  }
  return Subject{std::move(*loaded), header.overrides, header.seed};
}

std::optional<Subject> from_scenario(const models::Registry& registry, const std::string& file,
                                     const options::variables_map& given, Terminal& terminal,
                                     int& exit_code) {
  scenarios::Overrides overrides;
  if (given.count("set") != 0) overrides.settings = given["set"].as<std::vector<std::string>>();
  if (given.count("bug") != 0) overrides.bugs = given["bug"].as<std::vector<std::string>>();
  std::optional<std::uint64_t> seed;
  if (given.count("seed") != 0) {
    const std::string text = given["seed"].as<std::string>();
    const auto range = parse_seeds(text);
    if (!range || range->first != range->last) {
      terminal.complain(fmt::format("--seed {}: expected a number from 0", text));
      exit_code = exit_usage;
      return std::nullopt;
    }
    seed = range->first;
  }
  auto loaded = load_scenario(registry, file, overrides, terminal);
  if (!loaded.scenario) {
    exit_code = loaded.exit_code;
    return std::nullopt;
  }
  const std::uint64_t chosen = seed.value_or(loaded.scenario->scenario.seed);
  return Subject{std::move(*loaded.scenario), std::move(overrides), chosen};
}

}  // namespace

void describe_subject(options::options_description& visible) {
  visible.add_options()                                                                       //
      ("seed", options::value<std::string>(), "N: run with this seed instead of the file's")  //
      ("set", options::value<std::vector<std::string>>(), "PATH=VALUE: change the scenario")  //
      ("bug", options::value<std::vector<std::string>>(), "NAME: switch a safeguard off");
}

std::optional<Subject> subject_of(const models::Registry& registry, const std::string& file,
                                  const options::variables_map& given, Terminal& terminal, int& exit_code) {
  // Standard input can be read once: it is a scenario.
  if (file != "-") {
    Lines lines;
    if (const auto wrong = lines.open(file)) {
      terminal.complain(*wrong);
      exit_code = exit_no_input;
      return std::nullopt;
    }
    if (const auto header = read_trace_header(lines.next().value_or("")))
      return from_trace(registry, file, *header, given, terminal, exit_code);
  }
  return from_scenario(registry, file, given, terminal, exit_code);
}

}  // namespace lightcone::tools
