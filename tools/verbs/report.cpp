// lightcone report: a page that shows a run.
#include <fmt/format.h>

#include "models/registry.hpp"
#include "reports/judge.hpp"
#include "scenarios/run.hpp"
#include "tools/page_file.hpp"
#include "tools/scenario_file.hpp"
#include "tools/subject.hpp"
#include "tools/verbs/verbs.hpp"

namespace lightcone::tools {
namespace {

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
    visible.add_options()("output,o", options::value<std::string>(),
                          "FILE: where the page goes; - is standard output");
    describe_subject(visible);
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
  static int write(const Subject& subject, const std::string& path, Terminal& terminal) {
    reports::Recording recording;
    scenarios::RunOptions options;
    options.seed = subject.seed;
    options.attach = [&](sim::Simulation& simulation) { return reports::record(simulation, recording); };
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
