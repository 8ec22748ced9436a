// lightcone compare: two runs side by side.
#include <fmt/format.h>

#include <algorithm>

#include "models/registry.hpp"
#include "reports/judge.hpp"
#include "reports/text/comparison.hpp"
#include "scenarios/run.hpp"
#include "sim/fact.hpp"
#include "sim/trace/json_trace.hpp"
#include "tools/subject.hpp"
#include "tools/verbs/verbs.hpp"

namespace lightcone::tools {
namespace {

// What is kept of a run to be compared: its record, and a hash of each record of its trace.
struct Ran {
  sim::RunRecord record;
  reports::RunReport report;
  std::vector<std::uint64_t> trace;
};

// Runs it, and hands each record of its trace to `line`. Nothing if it was interrupted.
std::optional<sim::RunRecord> run_with_trace(const Subject& subject,
                                             const std::function<void(std::string_view)>& line) {
  scenarios::RunOptions options;
  options.seed = subject.seed;
  options.attach = [&](sim::Simulation& simulation) -> std::shared_ptr<void> {
    return std::make_shared<sim::JsonTrace>(simulation, line);
  };
  options.progress = [](const scenarios::Progress&) { return !is_interrupted(); };
  return scenarios::run(subject.loaded, options);
}

std::optional<Ran> run_subject(const Subject& subject) {
  Ran ran;
  auto record =
      run_with_trace(subject, [&](std::string_view line) { ran.trace.push_back(sim::name_hash(line)); });
  if (!record) return std::nullopt;
  ran.record = std::move(*record);
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
           "the changes are made to the second.\n";
  }
  void describe(options::options_description& visible) const override { describe_subject(visible); }

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
    int exit_code = exit_ok;
    const auto left = subject_of(registry, files.front(), {}, terminal, exit_code);
    if (!left) return exit_code;
    const auto right = subject_of(registry, files.back(), given, terminal, exit_code);
    if (!right) return exit_code;
    const auto a = run_subject(*left);
    const auto b = a ? run_subject(*right) : std::nullopt;
    if (!b) return exit_interrupted;
    const auto [at, other] =
        std::mismatch(a->trace.begin(), a->trace.end(), b->trace.begin(), b->trace.end());
    reports::text::Parting parting;
    parting.same = static_cast<std::uint64_t>(at - a->trace.begin());
    parting.differs = at != a->trace.end() || other != b->trace.end();
    if (parting.differs) {
      parting.left = record_at(*left, parting.same);
      parting.right = record_at(*right, parting.same);
    }
    terminal.print(reports::text::comparison_text({"A", &a->record, &a->report},
                                                  {"B", &b->record, &b->report}, parting,
                                                  {terminal.colours(), terminal.columns()}));
    return exit_ok;
  }
};

}  // namespace

const Verb& compare_verb() {
  static const CompareVerb verb;
  return verb;
}

}  // namespace lightcone::tools
