// lightcone hunt: runs seeds until something breaks, and keeps what broke.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "models/registry.hpp"
#include "reports/judge.hpp"
#include "scenarios/freeze.hpp"
#include "scenarios/run.hpp"
#include "sim/fact.hpp"
#include "tools/hunt/hunter.hpp"
#include "tools/hunt/regressions.hpp"
#include "tools/hunt/report.hpp"
#include "tools/hunt/results.hpp"
#include "tools/option_values.hpp"
#include "tools/scenario_file.hpp"
#include "tools/verbs/verbs.hpp"

namespace lightcone::tools {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t no_last_seed = UINT64_MAX / 2;

struct Settings {
  std::vector<std::string> files;
  scenarios::Overrides overrides;
  hunt::StrategyKind strategy = hunt::StrategyKind::uniform;
  hunt::Limits limits;
  std::string results;
  std::string regressions;
  bool every_bug = false;
  bool keeps = true;
  bool json = false;
};

// The seconds since it was made.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - began_).count(); }

 private:
  Clock::time_point began_ = Clock::now();
};

struct Ended {
  hunt::End end;
  double seconds;
};

// The end of a hunt, or of several put together: keeps what failed, and prints what there is to say.
int keep_and_tell(const hunt::Regressions& regressions, const hunt::Header& header, const hunt::Tally& tally,
                  const Ended& ended, const Settings& settings, Terminal& terminal) {
  std::vector<hunt::Kept> kept;
  for (const auto& [signature, found] : tally.found) {
    std::string path;
    if (settings.keeps) {
      if (const auto wrong = regressions.keep(found.shortest, path)) {
        terminal.complain(*wrong);
        return exit_cannot_create;
      }
    }
    kept.push_back({signature, std::move(path)});
  }
  terminal.print(settings.json ? hunt::summary_as_json(header, tally, ended.end, ended.seconds, kept)
                               : hunt::summary_of(tally, ended.end, ended.seconds, kept,
                                                  {terminal.colours(), terminal.columns()}));
  return exit_ok;
}

// One hunt: a scenario, with some safeguards off.
class OneHunt {
 public:
  OneHunt(const models::Registry& registry, const scenarios::Loaded& loaded, const Settings& settings,
          Terminal& terminal)
      : registry_(registry),
        loaded_(loaded),
        settings_(settings),
        terminal_(terminal),
        regressions_(loaded.file, settings.regressions),
        hunter_(registry, loaded, settings.strategy, settings.limits) {}

  int run() {
    if (const int code = go_on_from_results(); code != exit_ok) return code;
    const bool old_cases_fail = replay_regressions();
    if (is_interrupted()) return exit_interrupted;
    Stopwatch watch;
    const hunt::End end = hunter_.run([&](const hunt::Tally& tally, const hunt::Trial* trial) {
      return see(tally, trial, watch.seconds());
    });
    terminal_.clear_status();
    if (const auto wrong = results_.finish()) {
      terminal_.complain(*wrong);
      return exit_cannot_create;
    }
    return tell(end, watch.seconds(), old_cases_fail);
  }

  const hunt::Tally& tally() { return hunter_.tally(); }

 private:
  std::vector<std::string> bugs() const { return {loaded_.bugs.begin(), loaded_.bugs.end()}; }

  hunt::Header header() const {
    hunt::Header header;
    header.scenario = loaded_.file;
    header.content = sim::name_hash(scenarios::text_of(loaded_.scenario));
    header.strategy = hunt::to_string(settings_.strategy);
    header.bugs = bugs();
    header.first_seed = settings_.limits.first_seed;
    header.last_seed = settings_.limits.last_seed;
    header.shard = settings_.limits.shard;
    header.shards = settings_.limits.shards;
    return header;
  }

  // What an earlier call of the same hunt has done already.
  int go_on_from_results() {
    if (settings_.results.empty()) return exit_ok;
    std::vector<hunt::Trial> earlier;
    if (const auto wrong = results_.open(settings_.results, header(), earlier)) {
      terminal_.complain(*wrong);
      return exit_bad_file;
    }
    std::set<std::uint64_t> seeds;
    for (const hunt::Trial& trial : earlier) {
      if (seeds.insert(trial.seed).second) hunter_.tally().add(trial);
    }
    if (!seeds.empty() && !settings_.json) {
      terminal_.print(fmt::format("{}: goes on after {} seeds\n", settings_.results, seeds.size()));
    }
    hunter_.skip(std::move(seeds));
    return exit_ok;
  }

  // True if a case that was kept still fails.
  bool replay_regressions() {
    bool fail = false;
    for (const std::string& file : regressions_.cases()) {
      if (is_interrupted()) return fail;
      auto old = load_scenario(registry_, file, {}, terminal_);
      if (!old.scenario || old.scenario->bugs != loaded_.bugs) continue;
      scenarios::RunOptions options;
      options.seed = old.scenario->scenario.seed;
      options.progress = [](const scenarios::Progress&) { return !is_interrupted(); };
      const auto record = scenarios::run(*old.scenario, options);
      if (!record) return fail;
      const bool still = reports::judge(*record).verdict == reports::Verdict::violated;
      fail = fail || still;
      if (!settings_.json) {
        terminal_.print(fmt::format("{}: {}\n", file,
                                    still ? "still fails" : "does not fail any more; it can be removed"));
      }
    }
    return fail;
  }

  bool see(const hunt::Tally& tally, const hunt::Trial* trial, double seconds) {
    if (trial != nullptr) see_trial(tally, *trial);
    if (terminal_.shows_status()) {
      terminal_.status(hunt::status_of(tally, seconds));
    } else if (seconds >= next_line_ && !settings_.json) {
      next_line_ = seconds + 10;
      terminal_.note(hunt::status_of(tally, seconds));
    }
    return !is_interrupted();
  }

  void see_trial(const hunt::Tally& tally, const hunt::Trial& trial) {
    bool has_news = false;
    for (const hunt::Failure& failure : trial.failures) {
      const hunt::Found& found = tally.found.at(failure.signature);
      if (found.shortest.seed != trial.seed) continue;
      has_news = true;
      if (found.first_seed != trial.seed || settings_.json) continue;
      terminal_.clear_status();
      terminal_.print(hunt::news_of(failure, style()));
    }
    results_.add(trial, has_news);
  }

  int tell(hunt::End end, double seconds, bool old_cases_fail) {
    const hunt::Tally& tally = hunter_.tally();
    if (const int code = keep_and_tell(regressions_, header(), tally, {end, seconds}, settings_, terminal_);
        code != exit_ok) {
      return code;
    }
    if (end == hunt::End::interrupted) return exit_interrupted;
    if (!tally.found.empty() || old_cases_fail) return exit_violated;
    return tally.undecided > 0 ? exit_unknown : exit_ok;
  }

  reports::text::Style style() const { return {terminal_.colours(), terminal_.columns()}; }

  const models::Registry& registry_;
  const scenarios::Loaded& loaded_;
  const Settings& settings_;
  Terminal& terminal_;
  hunt::Regressions regressions_;
  hunt::Hunter hunter_;
  hunt::ResultsFile results_;
  double next_line_ = 10;
};

class HuntVerb final : public Verb {
 public:
  std::string_view name() const override { return "hunt"; }
  std::string_view summary() const override { return "Searches seeds for runs that break a promise"; }
  std::string_view operands() const override { return "SCENARIO... | merge RESULTS..."; }
  std::string_view operand_option() const override { return "scenario"; }
  std::string_view explanation() const override {
    return "Runs seeds on all cores. What breaks is told apart by claim, anomaly and kinds of operations; "
           "of\n"
           "each kind the shortest run is kept, as a frozen scenario in regressions/ beside the scenario, "
           "and\n"
           "replayed first by the next hunt until somebody removes it.\n\n"
           "Strategies: uniform, the scenario as it is; swarm, which also varies the kinds of faults, their\n"
           "parameters and the workload; pct, priorities among messages that are due together; guided, "
           "which\n"
           "goes on from runs that showed something new.\n\n"
           "A hunt in parts: --shard 3/8 --results part3.jsonl on each machine, then `lightcone hunt merge\n"
           "part*.jsonl`. A part that was interrupted goes on when it is called again.\n\n"
           "Exit codes: 0 nothing failed, 1 something did, 2 a judge could not decide, 130 interrupted.\n";
  }

  void describe(options::options_description& visible) const override {
    visible.add_options()                                                                                 //
        ("seeds", options::value<std::string>(), "A..B: these seeds (1..1000)")                           //
        ("for", options::value<std::string>(), "TIME: at most so long, such as 5m; all seeds otherwise")  //
        ("until-found", options::value<std::string>(), "N: until N distinct failures are known")          //
        ("jobs,j", options::value<std::string>(), "N: runs at a time (one a core)")                       //
        ("strategy", options::value<std::string>(), "uniform, swarm, pct or guided (uniform)")            //
        ("bug", options::value<std::vector<std::string>>(), "NAME: switch a safeguard off")               //
        ("all", "hunt with each of the system's safeguards off in turn, and compare")                     //
        ("set", options::value<std::vector<std::string>>(), "PATH=VALUE: change the scenario")            //
        ("shard", options::value<std::string>(), "I/N: every N-th seed only, from the I-th on")           //
        ("results", options::value<std::string>(), "FILE: write each trial, and go on from there")        //
        ("regressions", options::value<std::string>(), "FOLDER: where failing cases are kept")            //
        ("keep-nothing", "write no failing cases")                                                        //
        ("json", "print one JSON object for each failure, and one for the hunt");
  }

  int run(const options::variables_map& given, const models::Registry& registry,
          Terminal& terminal) const override;

 private:
  static std::optional<Settings> settings_from(const options::variables_map& given, Terminal& terminal);
  static bool read_limits(const options::variables_map& given, hunt::Limits& limits, Terminal& terminal);
  static int merge(const std::vector<std::string>& files, const Settings& settings, Terminal& terminal);
  static int hunt_every_bug(const models::Registry& registry, const Settings& settings, Terminal& terminal);
};

bool HuntVerb::read_limits(const options::variables_map& given, hunt::Limits& limits, Terminal& terminal) {
  const auto text_of = [&](const char* option) { return given[option].as<std::string>(); };
  if (!read_jobs(given, limits.jobs, terminal) || !read_time_limit(given, limits.time, terminal))
    return false;
  if (!read_number(given, "until-found", 1, UINT64_MAX, limits.distinct_failures, terminal)) return false;
  if (limits.time || limits.distinct_failures > 0) limits.last_seed = no_last_seed;
  if (given.count("seeds") != 0) {
    const auto range = parse_seeds(text_of("seeds"));
    if (!range) {
      terminal.complain(fmt::format("--seeds {}: expected a range such as 1..100", text_of("seeds")));
      return false;
    }
    limits.first_seed = range->first;
    limits.last_seed = range->last;
  }
  if (given.count("shard") != 0) {
    const std::string text = text_of("shard");
    const std::size_t slash = text.find('/');
    const auto part = parse_count(text.substr(0, slash));
    const auto parts = slash == std::string::npos ? std::nullopt : parse_count(text.substr(slash + 1));
    if (!part || !parts || *part == 0 || *part > *parts) {
      terminal.complain(fmt::format("--shard {}: expected I/N with I from 1 to N, such as 3/8", text));
      return false;
    }
    limits.shard = *part - 1;
    limits.shards = *parts;
  }
  return true;
}

std::optional<Settings> HuntVerb::settings_from(const options::variables_map& given, Terminal& terminal) {
  Settings settings;
  if (given.count("scenario") == 0) {
    terminal.complain("no scenario is given; try scenarios/raft/random-faults.json --bug raft.no-sessions");
    return std::nullopt;
  }
  settings.files = given["scenario"].as<std::vector<std::string>>();
  if (given.count("set") != 0) settings.overrides.settings = given["set"].as<std::vector<std::string>>();
  if (given.count("bug") != 0) settings.overrides.bugs = given["bug"].as<std::vector<std::string>>();
  if (given.count("strategy") != 0) {
    const std::string text = given["strategy"].as<std::string>();
    const auto kind = hunt::strategy_named(text);
    if (!kind) {
      terminal.complain(fmt::format("--strategy {}: expected uniform, swarm, pct or guided", text));
      return std::nullopt;
    }
    settings.strategy = *kind;
  }
  if (!read_limits(given, settings.limits, terminal)) return std::nullopt;
  if (given.count("results") != 0) settings.results = given["results"].as<std::string>();
  if (given.count("regressions") != 0) settings.regressions = given["regressions"].as<std::string>();
  settings.every_bug = given.count("all") != 0;
  settings.keeps = given.count("keep-nothing") == 0;
  settings.json = given.count("json") != 0;
  if (!settings.results.empty() && (settings.files.size() > 1 || settings.every_bug)) {
    terminal.complain("--results is for a single scenario, without --all");
    return std::nullopt;
  }
  const bool in_parts = settings.limits.shards > 1 || !settings.results.empty();
  if (in_parts && settings.strategy == hunt::StrategyKind::guided) {
    terminal.complain("--strategy guided learns from every seed before the next: it has no parts");
    return std::nullopt;
  }
  if (settings.every_bug && !settings.overrides.bugs.empty()) {
    terminal.complain("--all and --bug exclude each other");
    return std::nullopt;
  }
  return settings;
}

// The results of all parts, as if one had run them all.
int HuntVerb::merge(const std::vector<std::string>& files, const Settings& settings, Terminal& terminal) {
  if (files.empty()) {
    terminal.complain("hunt merge: no file of results is given");
    return exit_usage;
  }
  std::map<std::uint64_t, hunt::Trial> trials;
  std::optional<hunt::Header> first;
  for (const std::string& file : files) {
    hunt::Results results;
    if (const auto wrong = hunt::read_results(file, results)) {
      terminal.complain(*wrong);
      return exit_bad_file;
    }
    if (first && !first->is_of_same_hunt(results.header)) {
      terminal.complain(fmt::format("{}: holds the results of another hunt than {}", file, files.front()));
      return exit_bad_file;
    }
    if (!first) first = results.header;
    for (hunt::Trial& trial : results.trials) trials.emplace(trial.seed, std::move(trial));
  }
  hunt::Tally tally;
  for (const auto& [seed, trial] : trials) tally.add(trial);
  // Hunts that end by time or by what they find have no last seed.
  const bool is_bounded = first->last_seed < no_last_seed;
  const std::uint64_t wanted = first->last_seed - first->first_seed + 1;
  const hunt::Regressions regressions(first->scenario, settings.regressions);
  const hunt::End end =
      !is_bounded || trials.size() == wanted ? hunt::End::all_seeds : hunt::End::interrupted;
  if (const int code = keep_and_tell(regressions, *first, tally, {end, 0}, settings, terminal);
      code != exit_ok) {
    return code;
  }
  if (!settings.json && is_bounded && trials.size() < wanted) {
    terminal.print(fmt::format("{} of {} seeds are missing\n", wanted - trials.size(), wanted));
  }
  return tally.found.empty() ? exit_ok : exit_violated;
}

// Each safeguard off in turn, until it is found or the seeds end.
int HuntVerb::hunt_every_bug(const models::Registry& registry, const Settings& settings, Terminal& terminal) {
  int worst = exit_ok;
  for (const std::string& file : settings.files) {
    const auto plain = load_scenario(registry, file, settings.overrides, terminal);
    if (!plain.scenario) return plain.exit_code;
    std::string table =
        fmt::format("\n{:<40} {:>10} {:>10}  {}\n", "safeguard off", "first seed", "seconds", "anomaly");
    for (const sim::BugSwitch& bug : plain.scenario->model->bugs()) {
      Settings one = settings;
      one.overrides.bugs = {bug.name};
      one.limits.distinct_failures = std::max<std::uint64_t>(1, settings.limits.distinct_failures);
      if (one.limits.last_seed > 1'000'000) one.limits.last_seed = 1'000;
      const auto loaded = load_scenario(registry, file, one.overrides, terminal);
      if (!loaded.scenario) return loaded.exit_code;
      if (!settings.json) terminal.print(fmt::format("{} without {}\n", file, bug.name));
      OneHunt hunt(registry, *loaded.scenario, one, terminal);
      Stopwatch watch;
      const int code = hunt.run();
      if (code > exit_unknown) return code;
      worst = std::max(worst, code);
      std::uint64_t seed = 0;
      std::string anomaly = "not found";
      for (const auto& [signature, found] : hunt.tally().found) {
        if (seed != 0 && found.first_seed >= seed) continue;
        seed = found.first_seed;
        anomaly = signature.text();
      }
      table += fmt::format("{:<40} {:>10} {:>10.1f}  {}\n", bug.name, seed == 0 ? "-" : std::to_string(seed),
                           watch.seconds(), anomaly);
    }
    if (!settings.json) terminal.print(table);
  }
  return worst;
}

int HuntVerb::run(const options::variables_map& given, const models::Registry& registry,
                  Terminal& terminal) const {
  auto settings = settings_from(given, terminal);
  if (!settings) return exit_usage;
  if (settings->files.front() == "merge") {
    return merge({settings->files.begin() + 1, settings->files.end()}, *settings, terminal);
  }
  if (settings->every_bug) return hunt_every_bug(registry, *settings, terminal);
  std::vector<scenarios::Loaded> all;
  for (const std::string& file : settings->files) {
    auto loaded = load_scenario(registry, file, settings->overrides, terminal);
    if (!loaded.scenario) return loaded.exit_code;
    all.push_back(std::move(*loaded.scenario));
  }
  int worst = exit_ok;
  for (const scenarios::Loaded& loaded : all) {
    if (all.size() > 1 && !settings->json) terminal.print(fmt::format("{}\n", loaded.file));
    OneHunt hunt(registry, loaded, *settings, terminal);
    const int code = hunt.run();
    if (code > exit_unknown) return code;
    // A failure is worse than what could not be decided.
    if (worst == exit_ok || (code != exit_ok && code < worst)) worst = code;
  }
  return worst;
}

}  // namespace

const Verb& hunt_verb() {
  static const HuntVerb verb;
  return verb;
}

}  // namespace lightcone::tools
