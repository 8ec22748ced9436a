// lightcone caplab: what a partition does to each system, beside each other.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "faults/world.hpp"
#include "reports/cap.hpp"
#include "reports/text/style.hpp"
#include "tools/install_paths.hpp"
#include "tools/scenario_file.hpp"
#include "tools/verbs/verbs.hpp"

namespace lightcone::tools {
namespace {

namespace fs = std::filesystem;
using reports::Answers;
using reports::CapRow;

struct Measured {
  std::string file;
  std::string title;
  std::string reproduce;
  CapRow row;
};

std::vector<std::string> shipped_files() {
  std::vector<std::string> files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(scenarios_folder() / "caplab", ignored)) {
    if (entry.path().extension() == ".json") files.push_back(fs::proximate(entry.path()).string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// The groups of the file's first partition. Empty: it has none between fixed groups.
std::vector<std::vector<std::int64_t>> sides_of(const scenarios::Loaded& loaded) {
  faults::Census census;
  census.names = loaded.node_names;
  census.roles = loaded.node_roles;
  for (const faults::FaultSpec& fault : loaded.scenario.faults) {
    if (fault.fault.kind != faults::FaultKind::net_part || !fault.groups) continue;
    std::vector<std::vector<std::int64_t>> sides;
    for (const faults::Selector& group : *fault.groups) {
      const auto nodes = group.fixed(census);
      if (!nodes) return {};
      auto& side = sides.emplace_back();
      for (const std::size_t node : *nodes) side.push_back(static_cast<std::int64_t>(node));
    }
    return sides;
  }
  return {};
}

bool has_clients(const std::vector<std::int64_t>& side, const scenarios::Loaded& loaded) {
  return std::any_of(side.begin(), side.end(), [&](std::int64_t node) {
    return faults::is_client_role(loaded.node_roles.at(static_cast<std::size_t>(node)));
  });
}

std::string time_or_dash(sim::Duration duration) {
  return duration == sim::Duration::zero() ? "-" : reports::text::in_words(duration);
}

void print_header(Terminal& terminal) {
  terminal.print(fmt::format("{:<28}{:^18}{:^16}{:^16}\n", "", "before", "side 1", "side 2"));
  terminal.print(fmt::format("{:<28}{:>9}{:>9}{:>7}{:>9}{:>7}{:>9}  {}\n", "", "read", "write", "ok",
                             "median", "ok", "median", "PACELC"));
}

// Of partitions with more sides than two the first two are in the tables; --json has all.
constexpr std::size_t sides_shown = 2;

std::string cells_of(const std::vector<Answers>& sides) {
  std::string cells;
  for (std::size_t i = 0; i < sides_shown; ++i)
    cells += fmt::format("{:>5} %{:>9}", sides.at(i).per_mille() / 10, time_or_dash(sides.at(i).either));
  return cells;
}

// A line for the split, with the consistency of the whole history; then one for each further phase, with that
// of what was seen in it.
void print_row(const Measured& measured, Terminal& terminal) {
  const CapRow& row = measured.row;
  terminal.print(fmt::format("{:<28}{:>9}{:>9}{}  {:<6} {}\n", measured.title, time_or_dash(row.healthy.read),
                             time_or_dash(row.healthy.write), cells_of(row.phases.front().sides),
                             row.pacelc(), row.whole.strongest));
  for (std::size_t i = 1; i < row.phases.size(); ++i) {
    const reports::CapPhase& phase = row.phases[i];
    terminal.print(fmt::format("  {:<44}{}  {:<6} {}\n", phase.name, cells_of(phase.sides), "",
                               phase.consistency.strongest));
  }
  if (row.anomalies.empty()) return;
  terminal.print(fmt::format("  seen: {}\n", fmt::join(row.anomalies, ", ")));
}

nlohmann::ordered_json json_of(const Answers& answers) {
  return {{"asked", answers.asked},
          {"answered", answers.answered},
          {"read_p50_ns", answers.read.count()},
          {"write_p50_ns", answers.write.count()},
          {"p50_ns", answers.either.count()},
          {"p90_ns", answers.nine_of_ten.count()}};
}

nlohmann::ordered_json json_of(const std::vector<Answers>& sides) {
  auto json = nlohmann::ordered_json::array();
  for (const Answers& side : sides) json.push_back(json_of(side));
  return json;
}

nlohmann::ordered_json json_of(const reports::CapPhase& phase) {
  return {{"phase", phase.name},
          {"sides", json_of(phase.sides)},
          {"settled", json_of(phase.settled)},
          {"consistency", phase.consistency.strongest}};
}

std::string json_line(const Measured& measured) {
  const CapRow& row = measured.row;
  nlohmann::ordered_json json = {
      {"scenario", measured.title}, {"file", measured.file}, {"before", json_of(row.healthy)}};
  json["phases"] = nlohmann::ordered_json::array();
  for (const reports::CapPhase& phase : row.phases) json["phases"].push_back(json_of(phase));
  json["available"] = row.is_available();
  json["linearizable"] =
      row.whole.is_decided ? nlohmann::ordered_json(row.whole.is_linearizable) : nlohmann::ordered_json();
  json["consistency"] = row.whole.strongest;
  json["pacelc"] = row.pacelc();
  json["anomalies"] = row.anomalies;
  json["reproduce"] = measured.reproduce;
  return json.dump() + "\n";
}

class CaplabVerb final : public Verb {
 public:
  std::string_view name() const override { return "caplab"; }
  std::string_view summary() const override { return "Measures what a partition does to each system"; }
  std::string_view operands() const override { return "[SCENARIO...]"; }
  std::string_view operand_option() const override { return "scenario"; }
  std::string_view explanation() const override {
    return "Without SCENARIO: those of scenarios/caplab, one workload and one script of partitions\n"
           "on each system: a split, messages that are lost one way, and a split with one server that\n"
           "reaches both sides (a bridge). A file of your own needs a net.part between fixed groups,\n"
           "with clients in each; every further net.part or net.oneway is another phase.\n"
           "For each: which share of the operations was answered before the split and on each of its\n"
           "sides, and in what time (medians); which consistency the whole history has; and what\n"
           "PACELC calls that: PA if in the second half of the split every side got nine answers of\n"
           "ten, PC if not, and the history is linearizable; EL if without a partition nine of ten\n"
           "waited for no other region, EC if it did, and is linearizable; a dash where neither was\n"
           "had. Below, for each further phase: the same shares and times, and the consistency of what\n"
           "was seen in it.\n\n"
           "Exit codes: 0 measured; 1 a system was available and linearizable at once, which cannot\n"
           "be; 2 a judge could not decide; 64 wrong usage, 65 a bad file.\n";
  }
  void describe(options::options_description& visible) const override {
    visible.add_options()                                                                       //
        ("seed", options::value<std::uint64_t>(), "N: run with this seed instead of a file's")  //
        ("json", "print one JSON object for each scenario");
  }
  int run(const options::variables_map& given, const models::Registry& registry,
          Terminal& terminal) const override;

 private:
  // Nothing, and said why, if the file cannot be measured; then `code` is how to end.
  static std::optional<Measured> measure(const std::string& file, const scenarios::Overrides& overrides,
                                         const models::Registry& registry, Terminal& terminal, int& code);
  static int conclude(const std::vector<Measured>& all, bool json, Terminal& terminal);
};

std::optional<Measured> CaplabVerb::measure(const std::string& file, const scenarios::Overrides& overrides,
                                            const models::Registry& registry, Terminal& terminal, int& code) {
  const LoadedFile loaded = load_scenario(registry, file, overrides, terminal);
  code = loaded.exit_code;
  if (!loaded.scenario) return std::nullopt;
  const scenarios::Loaded& scenario = *loaded.scenario;
  reports::PartitionScript script;
  script.sides = sides_of(scenario);
  const bool fits =
      script.sides.size() >= 2 && std::all_of(script.sides.begin(), script.sides.end(),
                                              [&](const auto& side) { return has_clients(side, scenario); });
  if (!fits) {
    terminal.complain(fmt::format("{} has no net.part between fixed groups with clients in each", file));
    code = exit_bad_file;
    return std::nullopt;
  }
  scenarios::RunOptions run;
  run.seed = scenario.scenario.seed;
  run.progress = [](const scenarios::Progress&) { return !is_interrupted(); };
  const auto record = scenarios::run(scenario, run);
  if (!record) {
    code = exit_interrupted;
    return std::nullopt;
  }
  script.phases = reports::PartitionScript::phases_of(*record);
  return Measured{file, scenario.scenario.title, reproduce_line(scenario, overrides, run.seed),
                  reports::measure_cap(*record, script)};
}

int CaplabVerb::conclude(const std::vector<Measured>& all, bool json, Terminal& terminal) {
  bool decided = true;
  bool both = false;
  for (const Measured& measured : all) {
    decided = decided && measured.row.whole.is_decided;
    if (!measured.row.is_available() || !measured.row.whole.is_linearizable) continue;
    both = true;
    terminal.complain(fmt::format("{} was answered on every side, and linearizable: {}", measured.title,
                                  measured.reproduce));
  }
  if (!json && !both && decided) {
    terminal.print(
        "\nNone was both linearizable and answered on every side: no system can be (Gilbert and Lynch, "
        "2002).\n");
  }
  return both ? exit_violated : decided ? exit_ok : exit_unknown;
}

int CaplabVerb::run(const options::variables_map& given, const models::Registry& registry,
                    Terminal& terminal) const {
  std::vector<std::string> files;
  if (given.count("scenario") != 0) files = given["scenario"].as<std::vector<std::string>>();
  if (files.empty()) files = shipped_files();
  scenarios::Overrides overrides;
  if (given.count("seed") != 0) overrides.seed = given["seed"].as<std::uint64_t>();
  const bool json = given.count("json") != 0;
  catch_interrupts();
  std::vector<Measured> all;
  for (const std::string& file : files) {
    int code = exit_ok;
    auto measured = measure(file, overrides, registry, terminal, code);
    if (!measured) return code;
    if (json) {
      terminal.print(json_line(*measured));
    } else {
      if (all.empty()) print_header(terminal);
      print_row(*measured, terminal);
    }
    all.push_back(std::move(*measured));
  }
  return conclude(all, json, terminal);
}

}  // namespace

const Verb& caplab_verb() {
  static const CaplabVerb verb;
  return verb;
}

}  // namespace lightcone::tools
