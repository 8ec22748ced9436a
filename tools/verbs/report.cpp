// lightcone report: a run as a page, or as a file for another program.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "models/registry.hpp"
#include "reports/exports/exports.hpp"
#include "reports/judge.hpp"
#include "scenarios/run.hpp"
#include "sim/nearest.hpp"
#include "sim/units.hpp"
#include "tools/output.hpp"
#include "tools/page_file.hpp"
#include "tools/scenario_file.hpp"
#include "tools/subject.hpp"
#include "tools/verbs/verbs.hpp"

namespace lightcone::tools {
namespace {

constexpr std::array<std::string_view, 5> formats = {"html", "svg", "perfetto", "shiviz", "csv"};

struct Settings {
  std::string output;
  std::string format = "html";
  reports::exports::Window window;
};

class ReportVerb final : public Verb {
 public:
  std::string_view name() const override { return "report"; }
  std::string_view summary() const override {
    return "Shows a run: as a page, a diagram, or a file for other tools";
  }
  std::string_view operands() const override { return "SCENARIO|TRACE"; }
  std::string_view operand_option() const override { return "run"; }
  std::string_view explanation() const override {
    return "The page is one HTML file that needs no network. It is made by running once more: of a TRACE,\n"
           "which `lightcone run --trace` wrote, with its scenario, seed and changes.\n\n"
           "Formats: html, the page; svg, a space-time diagram for slides and papers; perfetto, a trace for\n"
           "ui.perfetto.dev; shiviz, a log with vector clocks for ShiViz; csv, metrics and operations a "
           "second.\n\n"
           "Exit codes: 0 the file is written, whatever the verdict, 64 wrong usage, 65 a bad file.\n";
  }
  void describe(options::options_description& visible) const override {
    visible.add_options()("output,o", options::value<std::string>(),
                          "FILE: where it goes; - is standard output")  //
        ("format", options::value<std::string>()->default_value("html"),
         "html, svg, perfetto, shiviz or csv")                                      //
        ("from", options::value<std::string>(), "TIME: leave out what was before")  //
        ("to", options::value<std::string>(), "TIME: and what was from then on");
    describe_subject(visible);
  }

  int run(const options::variables_map& given, const models::Registry& registry,
          Terminal& terminal) const override {
    const auto files =
        given.count("run") != 0 ? given["run"].as<std::vector<std::string>>() : std::vector<std::string>();
    if (files.size() != 1 || given.count("output") == 0) {
      terminal.complain(files.size() != 1 ? "a report shows one run: name a scenario or a trace"
                                          : "-o FILE says where the report goes");
      return exit_usage;
    }
    const auto settings = settings_from(given, terminal);
    if (!settings) return exit_usage;
    int exit_code = exit_ok;
    const auto subject = subject_of(registry, files.front(), given, terminal, exit_code);
    if (!subject) return exit_code;
    return write(*subject, *settings, registry, terminal);
  }

 private:
  static std::optional<Settings> settings_from(const options::variables_map& given, Terminal& terminal) {
    Settings settings;
    settings.output = given["output"].as<std::string>();
    settings.format = given["format"].as<std::string>();
    if (std::find(formats.begin(), formats.end(), settings.format) == formats.end()) {
      const std::string nearest = sim::nearest(settings.format, formats);
      terminal.complain(fmt::format("--format {}: expected html, svg, perfetto, shiviz or csv{}",
                                    settings.format,
                                    nearest.empty() ? "" : "; did you mean " + nearest + "?"));
      return std::nullopt;
    }
    for (const char* option : {"from", "to"}) {
      if (given.count(option) == 0) continue;
      const std::string text = given[option].as<std::string>();
      sim::Duration& time = std::string_view(option) == "from" ? settings.window.from : settings.window.until;
      if (sim::read_duration(text, time) || time < sim::Duration::zero()) {
        terminal.complain(fmt::format("--{} {}: expected a time such as 2500ms", option, text));
        return std::nullopt;
      }
    }
    if (settings.window.from >= settings.window.until) {
      terminal.complain("--from must be before --to");
      return std::nullopt;
    }
    if (settings.format != "html") return settings;
    if (given.count("from") + given.count("to") > 0) {
      terminal.complain(
          "the page shows whole runs, and has its own window; --from and --to are for other formats");
      return std::nullopt;
    }
    if (const auto wrong = page_is_missing()) {
      terminal.complain(*wrong);
      return std::nullopt;
    }
    return settings;
  }

  static int write(const Subject& subject, const Settings& settings, const models::Registry& registry,
                   Terminal& terminal) {
    reports::Recording recording;
    scenarios::RunOptions options;
    options.seed = subject.seed;
    options.attach = [&](sim::Simulation& simulation) { return reports::record(simulation, recording); };
    options.progress = [](const scenarios::Progress&) { return !is_interrupted(); };
    auto record = scenarios::run(subject.loaded, options);
    if (!record) return exit_interrupted;
    record->reproduce = reproduce_line(subject.loaded, subject.overrides, subject.seed);
    const reports::RunReport report = reports::judge(*record);
    if (settings.format == "svg") {
      const std::size_t messages = reports::exports::messages_in(recording, settings.window);
      if (messages > reports::exports::most_messages_in_svg) {
        terminal.complain(
            fmt::format("{} messages are too many for a diagram, which holds {}: --from and --to cut a "
                        "part out, `lightcone shrink` makes the run smaller",
                        messages, reports::exports::most_messages_in_svg));
        return exit_usage;
      }
    }
    if (settings.format == "html")
      return write_page(settings.output, {subject.loaded, *record, report, recording}, subject.overrides,
                        registry, terminal);
    if (const auto wrong = export_run(*record, recording, settings)) {
      terminal.complain(*wrong);
      return exit_cannot_create;
    }
    return exit_ok;
  }

  static std::optional<std::string> export_run(const sim::RunRecord& run, const reports::Recording& recording,
                                               const Settings& settings) {
    namespace exports = reports::exports;
    const exports::Window& window = settings.window;
    if (settings.format == "svg") return write_text(settings.output, exports::svg(run, recording, window));
    if (settings.format == "perfetto")
      return write_text(settings.output, exports::perfetto(run, recording, window));
    if (settings.format == "shiviz")
      return write_text(settings.output, exports::shiviz(run, recording, window));
    return write_text(settings.output, exports::csv(run, window));
  }
};

}  // namespace

const Verb& report_verb() {
  static const ReportVerb verb;
  return verb;
}

}  // namespace lightcone::tools
