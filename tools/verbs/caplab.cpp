// lightcone caplab: what a partition does to each system, beside each other.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "faults/world.hpp"
#include "reports/cap.hpp"
#include "reports/text/cap_table.hpp"
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
           "With --seeds, how often each was what. With --bug, what it is without a safeguard.\n\n"
           "Exit codes: 0 measured; 1 a system was available and linearizable at once, which cannot\n"
           "be; 2 a judge could not decide; 64 wrong usage, 65 a bad file.\n";
  }
  void describe(options::options_description& visible) const override {
    visible.add_options()                                                                       //
        ("seed", options::value<std::uint64_t>(), "N: run with this seed instead of a file's")  //
        ("seeds", options::value<std::string>(), "A..B: run each of these seeds, and count")    //
        ("bug", options::value<std::vector<std::string>>(), "NAME: switch a safeguard off")     //
        ("json", "print one JSON object for each scenario");
  }
  int run(const options::variables_map& given, const models::Registry& registry,
          Terminal& terminal) const override;
};

// Nothing, and said why, if the file cannot be measured; then `code` is how to end.
std::optional<Measured> measure(const std::string& file, const scenarios::Overrides& overrides,
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

// The theorem, held against every run.
class Conclusion {
 public:
  explicit Conclusion(Terminal& terminal) : terminal_(terminal) {}

  void add(const Measured& measured) {
    decided_ = decided_ && measured.row.whole.is_decided;
    if (!measured.row.is_available() || !measured.row.whole.is_linearizable) return;
    both_ = true;
    terminal_.complain(fmt::format("{} was answered on every side, and linearizable: {}", measured.title,
                                   measured.reproduce));
  }
  void print() const {
    if (both_ || !decided_) return;
    terminal_.print(
        "\nNone was both linearizable and answered on every side: no system can be (Gilbert and Lynch, "
        "2002).\n");
  }
  int exit_code() const { return both_ ? exit_violated : decided_ ? exit_ok : exit_unknown; }

 private:
  Terminal& terminal_;
  bool decided_ = true;
  bool both_ = false;
};

struct Request {
  std::vector<std::string> files;
  std::vector<std::string> bugs;
  std::optional<std::uint64_t> seed;
  std::optional<SeedRange> seeds;
  bool json = false;
};

// Nothing, and said why, of what does not go together.
std::optional<Request> request_of(const options::variables_map& given, Terminal& terminal) {
  Request request;
  request.json = given.count("json") != 0;
  if (given.count("scenario") != 0) request.files = given["scenario"].as<std::vector<std::string>>();
  if (given.count("bug") != 0) request.bugs = given["bug"].as<std::vector<std::string>>();
  if (given.count("seed") != 0) request.seed = given["seed"].as<std::uint64_t>();
  if (!request.bugs.empty() && request.files.empty()) {
    terminal.complain("--bug needs the scenarios of the system that has this safeguard");
    return std::nullopt;
  }
  if (given.count("seeds") != 0) {
    const std::string text = given["seeds"].as<std::string>();
    request.seeds = parse_seeds(text);
    if (!request.seeds) terminal.complain(fmt::format("--seeds {}: expected a range such as 1..20", text));
    if (request.seed) terminal.complain("--seed and --seeds exclude each other");
    if (!request.seeds || request.seed) return std::nullopt;
  }
  if (request.files.empty()) request.files = shipped_files();
  return request;
}

int CaplabVerb::run(const options::variables_map& given, const models::Registry& registry,
                    Terminal& terminal) const {
  const auto request = request_of(given, terminal);
  if (!request) return exit_usage;
  catch_interrupts();
  Conclusion conclusion(terminal);
  reports::text::CapTally tally;
  bool has_header = false;
  const auto measure_once = [&](const std::string& file, std::optional<std::uint64_t> seed) {
    scenarios::Overrides overrides;
    overrides.seed = seed;
    overrides.bugs = request->bugs;
    int code = exit_ok;
    const auto measured = measure(file, overrides, registry, terminal, code);
    if (!measured) return code;
    conclusion.add(*measured);
    if (request->json) {
      terminal.print(json_line(*measured));
    } else if (request->seeds) {
      tally.add(measured->title, measured->row);
    } else {
      if (!std::exchange(has_header, true)) terminal.print(reports::text::cap_header());
      terminal.print(reports::text::cap_lines(measured->title, measured->row));
    }
    return code;
  };
  const std::uint64_t runs = request->seeds ? request->seeds->last - request->seeds->first + 1 : 1;
  for (const std::string& file : request->files) {
    for (std::uint64_t i = 0; i < runs; ++i) {
      const int code = measure_once(file, request->seeds ? request->seeds->first + i : request->seed);
      if (code != exit_ok) return code;
    }
  }
  if (request->seeds && !request->json) terminal.print(tally.lines());
  if (!request->json) conclusion.print();
  return conclusion.exit_code();
}

}  // namespace

const Verb& caplab_verb() {
  static const CaplabVerb verb;
  return verb;
}

}  // namespace lightcone::tools
