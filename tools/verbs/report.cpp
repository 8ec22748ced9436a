// lightcone report: a page that shows a run.
#include <fmt/format.h>

#include "models/registry.hpp"
#include "reports/judge.hpp"
#include "scenarios/diagnostics.hpp"
#include "scenarios/run.hpp"
#include "tools/lines.hpp"
#include "tools/page_file.hpp"
#include "tools/scenario_file.hpp"
#include "tools/trace_file.hpp"
#include "tools/verbs/verbs.hpp"

namespace lightcone::tools {
namespace {

// What is to be run, from a scenario or from the head of a trace.
struct Subject {
  scenarios::Loaded loaded;
  scenarios::Overrides overrides;
  std::uint64_t seed = 0;
};

class ReportVerb final : public Verb {
 public:
  std::string_view name() const override { return "report"; }
  std::string_view summary() const override {
    return "Makes a page that shows a run, to look at in a browser";
  }
  std::string_view operands() const override { return "SCENARIO|TRACE"; }
  std::string_view operand_option() const override { return "run"; }
  std::string_view explanation() const override {
    return "The page is one HTML file that needs no network. It is made by running once more: of a TRACE,\n"
           "which `lightcone run --trace` wrote, with its scenario, seed and changes.\n\n"
           "Exit codes: 0 the page is written, whatever the verdict, 64 wrong usage, 65 a bad file.\n";
  }
  void describe(options::options_description& visible) const override {
    visible.add_options()                                                                               //
        ("output,o", options::value<std::string>(), "FILE: where the page goes; - is standard output")  //
        ("seed", options::value<std::string>(), "N: run with this seed instead of the file's")          //
        ("set", options::value<std::vector<std::string>>(), "PATH=VALUE: change the scenario")          //
        ("bug", options::value<std::vector<std::string>>(), "NAME: switch a safeguard off");
  }

  int run(const options::variables_map& given, const models::Registry& registry,
          Terminal& terminal) const override {
    if (const auto wrong = page_is_missing()) {
      terminal.complain(*wrong);
      return exit_usage;
    }
    const auto files =
        given.count("run") != 0 ? given["run"].as<std::vector<std::string>>() : std::vector<std::string>();
    if (files.size() != 1 || given.count("output") == 0) {
      terminal.complain(files.size() != 1 ? "a page shows one run: name a scenario or a trace"
                                          : "-o FILE says where the page goes");
      return exit_usage;
    }
    int exit_code = exit_ok;
    const auto subject = subject_of(registry, files.front(), given, terminal, exit_code);
    if (!subject) return exit_code;
    return write(*subject, given["output"].as<std::string>(), terminal);
  }

 private:
  static std::optional<Subject> subject_of(const models::Registry& registry, const std::string& file,
                                           const options::variables_map& given, Terminal& terminal,
                                           int& exit_code) {
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

  static std::optional<Subject> from_trace(const models::Registry& registry, const std::string& file,
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

  static std::optional<Subject> from_scenario(const models::Registry& registry, const std::string& file,
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

  static int write(const Subject& subject, const std::string& path, Terminal& terminal) {
    reports::html::Recording recording;
    scenarios::RunOptions options;
    options.seed = subject.seed;
    options.attach = [&](sim::Simulation& simulation) {
      return reports::html::record(simulation, recording);
    };
    options.progress = [](const scenarios::Progress&) { return !is_interrupted(); };
    auto record = scenarios::run(subject.loaded, options);
    if (!record) return exit_interrupted;
    record->reproduce = reproduce_line(subject.loaded, subject.overrides, subject.seed);
    const reports::RunReport report = reports::judge(*record);
    if (const auto wrong = write_page(path, *record, report, recording, subject.loaded.text)) {
      terminal.complain(*wrong);
      return exit_cannot_create;
    }
    return exit_ok;
  }
};

}  // namespace

const Verb& report_verb() {
  static const ReportVerb verb;
  return verb;
}

}  // namespace lightcone::tools
