// lightcone shrink: cuts a failing scenario down to what it needs.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "models/registry.hpp"
#include "reports/judge.hpp"
#include "reports/recording/recorder.hpp"
#include "reports/text/style.hpp"
#include "scenarios/freeze.hpp"
#include "scenarios/run.hpp"
#include "sim/ensure.hpp"
#include "tools/explain/no_return.hpp"
#include "tools/option_values.hpp"
#include "tools/output.hpp"
#include "tools/page_file.hpp"
#include "tools/scenario_file.hpp"
#include "tools/shrink/shrinker.hpp"
#include "tools/verbs/verbs.hpp"

namespace lightcone::tools {
namespace {

struct Settings {
  std::string file;
  std::string out;
  scenarios::Overrides overrides;
  shrink::Probe::Limits limits;
  std::string report;  // the page
  bool json = false;
};

std::string described(const shrink::Extent& extent) {
  return fmt::format("{} fault{}, {} operation{}, {} client{}, {} nodes, {}", extent.faults,
                     extent.faults == 1 ? "" : "s", extent.operations, extent.operations == 1 ? "" : "s",
                     extent.clients, extent.clients == 1 ? "" : "s", extent.nodes,
                     reports::text::in_words(extent.length));
}

using Json = nlohmann::ordered_json;

double in_seconds(sim::Duration duration) { return static_cast<double>(duration.count()) / 1e9; }

Json json_of(const shrink::Extent& extent) {
  return {{"faults", extent.faults},
          {"operations", extent.operations},
          {"clients", extent.clients},
          {"nodes", extent.nodes},
          {"simulated_seconds", in_seconds(extent.length)}};
}

class ShrinkVerb final : public Verb {
 public:
  std::string_view name() const override { return "shrink"; }
  std::string_view summary() const override { return "Cuts a failing scenario down to what it needs"; }
  std::string_view operands() const override { return "SCENARIO"; }
  std::string_view operand_option() const override { return "scenario"; }
  std::string_view explanation() const override {
    return "SCENARIO is a frozen one, as hunt keeps them and `run --freeze` writes them, or any other that\n"
           "fails: then it is frozen first. What is left breaks the same claim by the same kind of anomaly, "
           "and\n"
           "without any one of its faults or operations it does not. The smallest so far is always in the "
           "file.\n\n"
           "Exit codes: 0 it is as small as it gets, 3 the scenario does not fail, 130 interrupted.\n";
  }
  void describe(options::options_description& visible) const override {
    visible.add_options()                                                                              //
        ("output,o", options::value<std::string>(), "FILE: where to write it (SCENARIO.shrunk.json)")  //
        ("for", options::value<std::string>(), "TIME: at most so long, such as 30s")                   //
        ("jobs,j", options::value<std::string>(), "N: runs at a time (one a core)")                    //
        ("seed", options::value<std::string>(), "N: of a scenario that is not frozen yet")             //
        ("bug", options::value<std::vector<std::string>>(), "NAME: switch a safeguard off")            //
        ("set", options::value<std::vector<std::string>>(), "PATH=VALUE: change the scenario")         //
        ("report", options::value<std::string>(),
         "FILE: write a page of what is left, as HTML, with what did not matter greyed")  //
        ("json", "print one JSON object");
  }
  int run(const options::variables_map& given, const models::Registry& registry,
          Terminal& terminal) const override;

 private:
  static std::optional<Settings> settings_from(const options::variables_map& given, Terminal& terminal);
  static std::optional<scenarios::Scenario> freeze(const scenarios::Loaded& loaded);
  static std::optional<explain::NoReturn> find_no_return(const models::Registry& registry,
                                                         const scenarios::Scenario& shrunk, unsigned jobs);
  static int write_report(const models::Registry& registry, const scenarios::Scenario& shrunk,
                          const scenarios::Scenario& frozen, const Settings& settings, Terminal& terminal);
};

std::optional<Settings> ShrinkVerb::settings_from(const options::variables_map& given, Terminal& terminal) {
  Settings settings;
  const auto files = given.count("scenario") == 0 ? std::vector<std::string>{}
                                                  : given["scenario"].as<std::vector<std::string>>();
  if (files.size() != 1) {
    terminal.complain("shrink takes one scenario, such as one that `lightcone hunt` has kept");
    return std::nullopt;
  }
  settings.file = files.front();
  if (given.count("output") != 0) {
    settings.out = given["output"].as<std::string>();
  } else {
    std::filesystem::path path(settings.file == "-" ? "scenario.json" : settings.file);
    settings.out = path.replace_extension("shrunk.json").string();
  }
  if (given.count("set") != 0) settings.overrides.settings = given["set"].as<std::vector<std::string>>();
  if (given.count("bug") != 0) settings.overrides.bugs = given["bug"].as<std::vector<std::string>>();
  std::uint64_t seed = 0;
  if (!read_number(given, "seed", 0, UINT64_MAX, seed, terminal)) return std::nullopt;
  if (given.count("seed") != 0) settings.overrides.seed = seed;
  if (!read_time_limit(given, settings.limits.time, terminal)) return std::nullopt;
  if (!read_jobs(given, settings.limits.jobs, terminal)) return std::nullopt;
  settings.limits.go_on = [] { return !is_interrupted(); };
  settings.json = given.count("json") != 0;
  if (given.count("report") != 0) {
    settings.report = given["report"].as<std::string>();
    if (const auto missing = page_is_missing()) {
      terminal.complain(*missing);
      return std::nullopt;
    }
  }
  return settings;
}

// With its choices written down, and what it breaks as what it expects. Nothing if it breaks nothing.
std::optional<scenarios::Scenario> ShrinkVerb::freeze(const scenarios::Loaded& loaded) {
  std::vector<faults::FaultSpec> faults;
  scenarios::RunOptions options;
  options.seed = loaded.scenario.seed;
  options.planned = [&](const std::vector<faults::FaultSpec>& all) { faults = all; };
  const auto record = scenarios::run(loaded, options);
  if (!record) return std::nullopt;
  const reports::RunReport report = reports::judge(*record);
  const reports::ClaimReport* worst = report.violation(*record);
  if (worst == nullptr || worst->judgement.verdict != reports::Verdict::violated) return std::nullopt;
  scenarios::Scenario frozen = scenarios::freeze(loaded, *record, std::move(faults));
  const scenarios::Expectation& expected = loaded.scenario.expect;
  const bool is_as_expected =
      expected.claim == worst->claim.id && expected.anomaly == worst->judgement.anomaly;
  if (!loaded.scenario.workload.script || !is_as_expected) {
    scenarios::expect_failure(frozen, worst->claim.id, worst->judgement.anomaly, worst->summary());
  }
  return frozen;
}

// When what is left could last have gone well.
std::optional<explain::NoReturn> ShrinkVerb::find_no_return(const models::Registry& registry,
                                                            const scenarios::Scenario& shrunk,
                                                            unsigned jobs) {
  const auto loaded = scenarios::reload(registry, shrunk, "shrunk");
  if (!loaded) return std::nullopt;
  scenarios::RunOptions options;
  options.seed = shrunk.seed;
  const auto record = scenarios::run(*loaded, options);
  const reports::RunReport report = reports::judge(*record);
  const reports::ClaimReport* claim = report.violation(*record);
  if (claim == nullptr) return std::nullopt;
  return explain::find_no_return(registry, shrunk, claim->claim.id, reports::moment_of(*record, *claim), jobs,
                                 [] { return !is_interrupted(); });
}

// The page of what is left, with what did not matter greyed.
int ShrinkVerb::write_report(const models::Registry& registry, const scenarios::Scenario& shrunk,
                             const scenarios::Scenario& frozen, const Settings& settings,
                             Terminal& terminal) {
  const auto loaded = scenarios::reload(registry, shrunk, settings.out);
  sim::ensure(loaded.has_value(), "what was shrunk still is a scenario");
  reports::Recording recording;
  scenarios::RunOptions options;
  options.seed = shrunk.seed;
  options.attach = [&](sim::Simulation& simulation) { return reports::record(simulation, recording); };
  auto record = scenarios::run(*loaded, options);
  record->reproduce = reproduce_line(*loaded, {}, shrunk.seed);
  const reports::RunReport report = reports::judge(*record);
  const std::string before = scenarios::text_of(frozen);
  return write_page(settings.report, {*loaded, *record, report, recording, before}, std::nullopt, terminal);
}

int ShrinkVerb::run(const options::variables_map& given, const models::Registry& registry,
                    Terminal& terminal) const {
  auto settings = settings_from(given, terminal);
  if (!settings) return exit_usage;
  const auto loaded = load_scenario(registry, settings->file, settings->overrides, terminal);
  if (!loaded.scenario) return loaded.exit_code;
  const auto frozen = freeze(*loaded.scenario);
  if (!frozen) {
    terminal.complain(
        fmt::format("{}: with seed {} it breaks no claim; `lightcone hunt` looks for seeds that do",
                    settings->file, loaded.scenario->scenario.seed));
    return exit_not_as_expected;
  }
  shrink::Probe probe(registry, settings->limits);
  const shrink::Extent before = shrink::extent_of(*frozen, registry);
  if (!settings->json) {
    terminal.print(fmt::format("{} {}\nbefore: {}\n", *frozen->expect.claim, *frozen->expect.anomaly,
                               described(before)));
  }
  std::optional<std::string> wrong = write_text(settings->out, scenarios::text_of(*frozen));
  shrink::Shrinker shrinker(probe, *frozen, [&](const scenarios::Scenario& best, std::string_view step) {
    if (!wrong) wrong = write_text(settings->out, scenarios::text_of(best));
    if (terminal.shows_status()) {
      terminal.status(fmt::format("{}: {} faults, {} operations, after {} runs", step, best.faults.size(),
                                  best.workload.script->size(), probe.runs()));
    }
  });
  const bool minimal = shrinker.run();
  terminal.clear_status();
  if (wrong) {
    terminal.complain(*wrong);
    return exit_cannot_create;
  }
  const shrink::Extent after = shrink::extent_of(shrinker.best(), registry);
  const auto no_return = find_no_return(registry, shrinker.best(), settings->limits.jobs);
  if (settings->json) {
    const Json line = {{"claim", *frozen->expect.claim},
                       {"anomaly", *frozen->expect.anomaly},
                       {"before", json_of(before)},
                       {"after", json_of(after)},
                       {"runs", probe.runs()},
                       {"minimal", minimal},
                       {"no_return", no_return ? Json(in_seconds(no_return->at)) : Json()}};
    terminal.print(line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  } else {
    terminal.print(fmt::format("after:  {}\n{} runs; {}\n{}\n", described(after), probe.runs(),
                               minimal
                                   ? "1-minimal: without any one of its faults or operations it does not fail"
                                   : "not known to be minimal: there was no time for more",
                               settings->out));
    if (no_return)
      terminal.print(explain::no_return_text(*no_return, {terminal.colours(), terminal.columns()}));
  }
  if (!settings->report.empty()) {
    const int exit_code = write_report(registry, shrinker.best(), *frozen, *settings, terminal);
    if (exit_code != exit_ok) return exit_code;
  }
  return is_interrupted() ? exit_interrupted : exit_ok;
}

}  // namespace

const Verb& shrink_verb() {
  static const ShrinkVerb verb;
  return verb;
}

}  // namespace lightcone::tools
