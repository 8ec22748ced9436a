// lightcone run: runs scenarios and judges them.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "models/registry.hpp"
#include "reports/judge.hpp"
#include "reports/run_json.hpp"
#include "reports/text/run_text.hpp"
#include "scenarios/freeze.hpp"
#include "tools/output.hpp"
#include "tools/page_file.hpp"
#include "tools/scenario_file.hpp"
#include "tools/trace_file.hpp"
#include "tools/verbs/verbs.hpp"

namespace lightcone::tools {
namespace {

struct Settings {
  std::vector<std::string> files;
  scenarios::Overrides overrides;
  std::vector<std::uint64_t> seeds;  // empty: the file's own
  std::string trace;
  std::string history;
  std::string report;  // the page
  std::string freeze;
  bool json = false;
  bool quiet = false;
};

// What came of all runs of one call: the worst ending, and the seeds that were not as expected.
struct Tally {
  std::uint64_t runs = 0;
  int exit_code = exit_ok;
  std::vector<std::uint64_t> bad_seeds;

  void add(int code, std::uint64_t seed) {
    ++runs;
    if (code == exit_ok) return;
    bad_seeds.push_back(seed);
    // A violation is the worst, then what could not be decided, then the rest.
    if (exit_code == exit_ok || code < exit_code) exit_code = code;
  }
};

class RunVerb final : public Verb {
 public:
  std::string_view name() const override { return "run"; }
  std::string_view summary() const override { return "Runs scenarios and judges what happened"; }
  std::string_view operands() const override { return "SCENARIO..."; }
  std::string_view operand_option() const override { return "scenario"; }
  std::string_view explanation() const override {
    return "A run is decided by its scenario and its seed alone: the same two give the same run, event for "
           "event.\n"
           "SCENARIO is a file, or - for standard input.\n\n"
           "Exit codes: 0 as the scenario expects, 1 a claim was violated, 2 a judge could not decide, 3 an "
           "expected\n"
           "violation did not occur, 4 nothing ran or what ran tested nothing, 64 wrong usage, 65 a bad "
           "file.\n";
  }

  void describe(options::options_description& visible) const override {
    visible.add_options()                                                                       //
        ("seed", options::value<std::string>(), "N: run with this seed instead of the file's")  //
        ("seeds", options::value<std::string>(), "A..B: run with each of these seeds")          //
        ("set", options::value<std::vector<std::string>>(),
         "PATH=VALUE: change the scenario, such as workload.clients=10 or system.parameters.batch=5ms")  //
        ("bug", options::value<std::vector<std::string>>(), "NAME: switch a safeguard off")              //
        ("trace", options::value<std::string>(),
         "FILE: write every event, as JSON Lines (.gz and .zst compress)")                                //
        ("history", options::value<std::string>(), "FILE: write the clients' operations, as JSON Lines")  //
        ("report", options::value<std::string>(), "FILE: write a page that shows the run, as HTML")       //
        ("freeze", options::value<std::string>(),
         "FILE: write the run as a scenario in which nothing is left to the nemesis and the clients")  //
        ("json", "print one JSON object for each run")                                                 //
        ("quiet,q", "print only what is not as expected");
  }

  int run(const options::variables_map& given, const models::Registry& registry,
          Terminal& terminal) const override;

 private:
  static std::optional<Settings> settings_from(const options::variables_map& given, Terminal& terminal);
};

std::optional<Settings> RunVerb::settings_from(const options::variables_map& given, Terminal& terminal) {
  Settings settings;
  if (given.count("scenario") == 0) {
    terminal.complain(
        "no scenario is given; `lightcone list scenarios` shows those that come with the program");
    return std::nullopt;
  }
  settings.files = given["scenario"].as<std::vector<std::string>>();
  if (given.count("set") != 0) settings.overrides.settings = given["set"].as<std::vector<std::string>>();
  if (given.count("bug") != 0) settings.overrides.bugs = given["bug"].as<std::vector<std::string>>();
  if (given.count("trace") != 0) settings.trace = given["trace"].as<std::string>();
  if (given.count("history") != 0) settings.history = given["history"].as<std::string>();
  if (given.count("report") != 0) settings.report = given["report"].as<std::string>();
  if (given.count("freeze") != 0) settings.freeze = given["freeze"].as<std::string>();
  settings.json = given.count("json") != 0;
  settings.quiet = given.count("quiet") != 0;
  if (given.count("seed") != 0 && given.count("seeds") != 0) {
    terminal.complain("--seed and --seeds exclude each other");
    return std::nullopt;
  }
  for (const char* option : {"seed", "seeds"}) {
    if (given.count(option) == 0) continue;
    const std::string text = given[option].as<std::string>();
    const auto range = parse_seeds(text);
    if (!range || (std::string_view(option) == "seed" && range->first != range->last)) {
      terminal.complain(
          fmt::format("--{} {}: expected {}", option, text,
                      std::string_view(option) == "seed" ? "a number from 0" : "a range such as 1..100"));
      return std::nullopt;
    }
    for (std::uint64_t seed = range->first;; ++seed) {
      settings.seeds.push_back(seed);
      if (seed == range->last) break;
    }
  }
  if (!settings.report.empty()) {
    if (const auto wrong = page_is_missing()) {
      terminal.complain(*wrong);
      return std::nullopt;
    }
  }
  const bool writes = !settings.trace.empty() || !settings.history.empty() || !settings.report.empty() ||
                      !settings.freeze.empty();
  if (writes && (settings.seeds.size() > 1 || settings.files.size() > 1)) {
    terminal.complain("--trace, --history, --report and --freeze are for a single run");
    return std::nullopt;
  }
  return settings;
}

// One run: nothing when it was interrupted or its trace cannot be written.
class OneRun {
 public:
  OneRun(const models::Registry& registry, const scenarios::Loaded& loaded, const Settings& settings,
         Terminal& terminal)
      : registry_(registry), loaded_(loaded), settings_(settings), terminal_(terminal) {}

  std::optional<int> operator()(std::uint64_t seed) {
    const auto begin = std::chrono::steady_clock::now();
    TraceWriter trace;
    if (!settings_.trace.empty()) {
      if (const auto wrong = trace.open(settings_.trace, trace_header(loaded_, settings_.overrides, seed))) {
        terminal_.complain(*wrong);
        return exit_cannot_create;
      }
    }
    scenarios::RunOptions options;
    options.seed = seed;
    reports::Recording recording;
    options.attach = [&](sim::Simulation& simulation) { return attach(simulation, trace, recording); };
    std::vector<faults::FaultSpec> faults;
    if (!settings_.freeze.empty()) {
      options.planned = [&](const std::vector<faults::FaultSpec>& all) { faults = all; };
    }
    options.progress = [&](const scenarios::Progress& progress) { return show(progress, seed, begin); };
    auto record = scenarios::run(loaded_, options);
    terminal_.clear_status();
    if (!record) return std::nullopt;
    record->reproduce = reproduce_line(loaded_, settings_.overrides, seed);
    if (const auto wrong = trace.finish(*record)) {
      terminal_.complain(*wrong);
      return exit_cannot_create;
    }
    const reports::RunReport report = reports::judge(*record);
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
    print(*record, report, wall.count());
    if (!settings_.history.empty()) {
      if (const auto wrong = write_history(settings_.history, record->history)) {
        terminal_.complain(*wrong);
        return exit_cannot_create;
      }
    }
    if (!settings_.report.empty()) {
      const int wrong = write_page(settings_.report, {loaded_, *record, report, recording},
                                   settings_.overrides, registry_, terminal_);
      if (wrong != exit_ok) return wrong;
    }
    if (!settings_.freeze.empty()) {
      const std::string text = scenarios::text_of(freeze(*record, report, std::move(faults)));
      if (const auto wrong = write_text(settings_.freeze, text)) {
        terminal_.complain(*wrong);
        return exit_cannot_create;
      }
    }
    return report.exit_code();
  }

 private:
  // A run that shows an anomaly is expected to show it again.
  scenarios::Scenario freeze(const sim::RunRecord& record, const reports::RunReport& report,
                             std::vector<faults::FaultSpec> faults) const {
    scenarios::Scenario frozen = scenarios::freeze(loaded_, record, std::move(faults));
    const reports::ClaimReport* worst = report.violation(record);
    if (worst != nullptr && worst->judgement.verdict == reports::Verdict::violated) {
      scenarios::expect_failure(frozen, worst->claim.id, worst->judgement.anomaly, worst->summary());
    }
    return frozen;
  }

  // The observers that are asked for, which must die before the simulation.
  std::shared_ptr<void> attach(sim::Simulation& simulation, TraceWriter& trace,
                               reports::Recording& recording) const {
    auto writer = trace.attach(simulation);
    if (settings_.report.empty()) return writer;
    return std::make_shared<std::pair<std::shared_ptr<void>, std::shared_ptr<void>>>(
        std::move(writer), reports::record(simulation, recording));
  }

  bool show(const scenarios::Progress& progress, std::uint64_t seed,
            std::chrono::steady_clock::time_point begin) {
    if (is_interrupted()) return false;
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
    if (wall.count() > 0.5 && terminal_.shows_status()) {
      terminal_.status(fmt::format("{} seed {}: {:.1f} of {:.1f} s, {} events, {:.0f} events/s", loaded_.file,
                                   seed, static_cast<double>(progress.now.count()) / 1e9,
                                   static_cast<double>(progress.end.count()) / 1e9, progress.events,
                                   static_cast<double>(progress.events) / wall.count()));
    }
    return true;
  }

  void print(const sim::RunRecord& record, const reports::RunReport& report, double wall_seconds) {
    if (settings_.quiet && report.ending == reports::Ending::as_expected) return;
    if (settings_.json) {
      terminal_.print(reports::run_as_json(record, report, wall_seconds) + "\n");
    } else if (settings_.seeds.size() > 1) {
      terminal_.print(reports::text::run_on_one_line(record, report, style()));
    } else {
      terminal_.print(reports::text::run_as_text(record, report, wall_seconds, style()));
    }
  }

  reports::text::Style style() const { return {terminal_.colours(), terminal_.columns()}; }

  const models::Registry& registry_;
  const scenarios::Loaded& loaded_;
  const Settings& settings_;
  Terminal& terminal_;
};

int RunVerb::run(const options::variables_map& given, const models::Registry& registry,
                 Terminal& terminal) const {
  const auto settings = settings_from(given, terminal);
  if (!settings) return exit_usage;
  // All files are read before anything runs, so that nothing is half-run.
  std::vector<scenarios::Loaded> all;
  int bad = exit_ok;
  for (const std::string& file : settings->files) {
    auto loaded = load_scenario(registry, file, settings->overrides, terminal);
    if (loaded.scenario) {
      all.push_back(std::move(*loaded.scenario));
    } else {
      bad = loaded.exit_code;
    }
  }
  if (bad != exit_ok) return bad;

  Tally tally;
  for (const scenarios::Loaded& loaded : all) {
    OneRun one_run(registry, loaded, *settings, terminal);
    const std::vector<std::uint64_t> own_seed = {loaded.scenario.seed};
    for (const std::uint64_t seed : settings->seeds.empty() ? own_seed : settings->seeds) {
      const auto code = one_run(seed);
      if (!code) {
        terminal.complain(fmt::format("interrupted after {} runs", tally.runs));
        return exit_interrupted;
      }
      tally.add(*code, seed);
    }
  }
  if (tally.runs > 1 && !settings->json && !settings->quiet) {
    terminal.print(fmt::format("{} runs, {} as expected\n", tally.runs, tally.runs - tally.bad_seeds.size()));
  }
  return tally.exit_code;
}

}  // namespace

const Verb& run_verb() {
  static const RunVerb verb;
  return verb;
}

}  // namespace lightcone::tools
