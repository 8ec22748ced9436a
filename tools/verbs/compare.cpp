// lightcone compare: two runs side by side.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "models/registry.hpp"
#include "reports/judge.hpp"
#include "reports/recording/recorder.hpp"
#include "reports/text/comparison.hpp"
#include "scenarios/run.hpp"
#include "sim/fact.hpp"
#include "sim/trace/json_trace.hpp"
#include "tools/page_file.hpp"
#include "tools/scenario_file.hpp"
#include "tools/subject.hpp"
#include "tools/verbs/verbs.hpp"

namespace lightcone::tools {
namespace {

// What is kept of a run to be compared: its record, and a hash of each record of its trace.
struct Ran {
  sim::RunRecord record;
  reports::RunReport report;
  std::vector<std::uint64_t> trace;
  reports::Recording recording;  // for a page
};

// Runs it, and hands each record of its trace to `line`. Nothing if it was interrupted. What pages need goes
// into `recording`, unless that is null.
std::optional<sim::RunRecord> run_with_trace(const Subject& subject,
                                             const std::function<void(std::string_view)>& line,
                                             reports::Recording* recording = nullptr) {
  scenarios::RunOptions options;
  options.seed = subject.seed;
  options.attach = [&](sim::Simulation& simulation) -> std::shared_ptr<void> {
    auto trace = std::make_shared<sim::JsonTrace>(simulation, line);
    if (recording == nullptr) return trace;
    return std::make_shared<std::pair<std::shared_ptr<void>, std::shared_ptr<void>>>(
        std::move(trace), reports::record(simulation, *recording));
  };
  options.progress = [](const scenarios::Progress&) { return !is_interrupted(); };
  return scenarios::run(subject.loaded, options);
}

std::optional<Ran> run_subject(const Subject& subject, bool records) {
  Ran ran;
  auto record = run_with_trace(
      subject, [&](std::string_view line) { ran.trace.push_back(sim::name_hash(line)); },
      records ? &ran.recording : nullptr);
  if (!record) return std::nullopt;
  ran.record = std::move(*record);
  ran.record.reproduce = reproduce_line(subject.loaded, subject.overrides, subject.seed);
  ran.report = reports::judge(ran.record);
  return ran;
}

// Its record at this position of the trace, by running it again.
std::string record_at(const Subject& subject, std::uint64_t position) {
  std::uint64_t at = 0;
  std::string found;
  run_with_trace(subject, [&](std::string_view line) {
    if (at++ == position) found = line.substr(0, line.find('\n'));
  });
  return found;
}

// When this record of a trace was made; the end of the run behind the last.
std::int64_t time_of(const std::string& record, const Ran& ran) {
  const nlohmann::json json = nlohmann::json::parse(record, nullptr, false);
  return json.is_object() ? json.value("t", ran.record.phases.end.count()) : ran.record.phases.end.count();
}

reports::text::Parting parting_of(const Subject& left, const Ran& a, const Subject& right, const Ran& b) {
  const auto [at, other] = std::mismatch(a.trace.begin(), a.trace.end(), b.trace.begin(), b.trace.end());
  reports::text::Parting parting;
  parting.same = static_cast<std::uint64_t>(at - a.trace.begin());
  parting.differs = at != a.trace.end() || other != b.trace.end();
  if (!parting.differs) return parting;
  parting.left = record_at(left, parting.same);
  parting.right = record_at(right, parting.same);
  parting.at = std::min(time_of(parting.left, a), time_of(parting.right, b));
  return parting;
}

class CompareVerb final : public Verb {
 public:
  std::string_view name() const override { return "compare"; }
  std::string_view summary() const override { return "Shows two runs side by side, and where they part"; }
  std::string_view operands() const override { return "RUN [RUN]"; }
  std::string_view operand_option() const override { return "run"; }
  std::string_view explanation() const override {
    return "RUN is a scenario or a trace. With one, it is compared with itself under the changes that are\n"
           "given: --bug for a safeguard off, --set for another parameter, --seed for another seed. With "
           "two,\n"
           "the changes are made to the second. The page that --report writes lays both on one time axis.\n";
  }
  void describe(options::options_description& visible) const override {
    describe_subject(visible);
    visible.add_options()("report", options::value<std::string>(), "FILE: write a page of both, as HTML");
  }

  int run(const options::variables_map& given, const models::Registry& registry,
          Terminal& terminal) const override {
    const auto files =
        given.count("run") != 0 ? given["run"].as<std::vector<std::string>>() : std::vector<std::string>();
    if (files.empty() || files.size() > 2) {
      terminal.complain("compare takes one run and a change, or two runs");
      return exit_usage;
    }
    const bool has_change = given.count("seed") + given.count("set") + given.count("bug") > 0;
    if (files.size() == 1 && !has_change) {
      terminal.complain("there is nothing to compare it with: give another run, --bug, --set or --seed");
      return exit_usage;
    }
    const std::string page = given.count("report") != 0 ? given["report"].as<std::string>() : "";
    if (const auto wrong = page.empty() ? std::nullopt : page_is_missing()) {
      terminal.complain(*wrong);
      return exit_usage;
    }
    int exit_code = exit_ok;
    const auto left = subject_of(registry, files.front(), {}, terminal, exit_code);
    if (!left) return exit_code;
    const auto right = subject_of(registry, files.back(), given, terminal, exit_code);
    if (!right) return exit_code;
    const auto a = run_subject(*left, !page.empty());
    const auto b = a ? run_subject(*right, !page.empty()) : std::nullopt;
    if (!b) return exit_interrupted;
    const reports::text::Parting parting = parting_of(*left, *a, *right, *b);
    const reports::text::Side sides[] = {{"A", &a->record, &a->report}, {"B", &b->record, &b->report}};
    terminal.print(reports::text::comparison_text(sides[0], sides[1], parting,
                                                  {terminal.colours(), terminal.columns()}));
    if (page.empty()) return exit_ok;
    return write_comparison(page, {sides[0], a->recording, left->loaded.text},
                            {sides[1], b->recording, right->loaded.text}, parting, terminal);
  }
};

}  // namespace

const Verb& compare_verb() {
  static const CompareVerb verb;
  return verb;
}

}  // namespace lightcone::tools
