// lightcone explain: why a run broke its promise, and what would have kept it.
#include <fmt/format.h>

#include "models/registry.hpp"
#include "reports/judge.hpp"
#include "reports/recording/recorder.hpp"
#include "reports/text/story.hpp"
#include "scenarios/freeze.hpp"
#include "scenarios/run.hpp"
#include "tools/explain/counterfactuals.hpp"
#include "tools/explain/no_return.hpp"
#include "tools/option_values.hpp"
#include "tools/scenario_file.hpp"
#include "tools/subject.hpp"
#include "tools/verbs/verbs.hpp"

namespace lightcone::tools {
namespace {

class ExplainVerb final : public Verb {
 public:
  std::string_view name() const override { return "explain"; }
  std::string_view summary() const override { return "Tells why a run broke its promise"; }
  std::string_view operands() const override { return "SCENARIO|TRACE"; }
  std::string_view operand_option() const override { return "run"; }
  std::string_view explanation() const override {
    return "The operations that contradict each other, how the wrong answer came about, what each server\n"
           "believed then, and what would have helped: runs again without each fault, with each\n"
           "safeguard on and with other parameters, with this seed and with others; and when it could\n"
           "last have gone well. It is easiest to read of what `lightcone shrink` has left.\n\n"
           "Exit codes: 0 it is explained, 3 there is nothing to explain, 64 wrong usage, 65 a bad file.\n";
  }
  void describe(options::options_description& visible) const override {
    describe_subject(visible);
    visible.add_options()                                                                                //
        ("full", "all steps, not a screenful")                                                           //
        ("others", options::value<std::string>(), "N: other seeds for what-ifs (1000); 0: no what-ifs")  //
        ("jobs,j", options::value<std::string>(), "N: runs at a time (one a core)");
  }

  int run(const options::variables_map& given, const models::Registry& registry,
          Terminal& terminal) const override;
};

int ExplainVerb::run(const options::variables_map& given, const models::Registry& registry,
                     Terminal& terminal) const {
  const auto files =
      given.count("run") != 0 ? given["run"].as<std::vector<std::string>>() : std::vector<std::string>();
  if (files.size() != 1) {
    terminal.complain("explain takes one run: name a scenario or a trace");
    return exit_usage;
  }
  std::uint64_t others = 1'000;
  unsigned jobs = 1;
  if (!read_number(given, "others", 0, 100'000, others, terminal)) return exit_usage;
  if (!read_jobs(given, jobs, terminal)) return exit_usage;
  int exit_code = exit_ok;
  const auto subject = subject_of(registry, files.front(), given, terminal, exit_code);
  if (!subject) return exit_code;

  reports::Recording recording;
  std::vector<faults::FaultSpec> faults;
  scenarios::RunOptions options;
  options.seed = subject->seed;
  options.attach = [&](sim::Simulation& simulation) { return reports::record(simulation, recording); };
  options.planned = [&](const std::vector<faults::FaultSpec>& all) { faults = all; };
  options.progress = [](const scenarios::Progress&) { return !is_interrupted(); };
  const auto record = scenarios::run(subject->loaded, options);
  if (!record) return exit_interrupted;
  const reports::RunReport report = reports::judge(*record);
  const reports::ClaimReport* claim = report.violation(*record);
  if (claim == nullptr) {
    terminal.print("Every claim held: there is nothing to explain.\n");
    return exit_not_as_expected;
  }
  const reports::text::Style style{terminal.colours(), terminal.columns()};
  terminal.print(reports::text::story_text(*record, recording, *claim, {given.count("full") != 0}, style));
  if (others == 0) return exit_ok;

  scenarios::Scenario frozen = scenarios::freeze(subject->loaded, *record, std::move(faults));
  explain::WhatIfs what_ifs(registry, std::move(frozen), *record, claim->claim.id, others);
  const bool done = what_ifs.run(jobs, [&](std::uint64_t runs, std::uint64_t all) {
    if (terminal.shows_status()) terminal.status(fmt::format("what if: {} of {} runs", runs, all));
    return !is_interrupted();
  });
  terminal.clear_status();
  terminal.print(what_ifs.text(style));
  if (!done) return exit_interrupted;
  const auto no_return =
      explain::find_no_return(registry, what_ifs.all().front().scenario, claim->claim.id,
                              reports::moment_of(*record, *claim), jobs, [] { return !is_interrupted(); });
  if (no_return) terminal.print(explain::no_return_text(*no_return, style));
  return !is_interrupted() ? exit_ok : exit_interrupted;
}

}  // namespace

const Verb& explain_verb() {
  static const ExplainVerb verb;
  return verb;
}

}  // namespace lightcone::tools
