// lightcone replay: runs what a trace recorded once more, and says where the two part.
#include <fmt/format.h>

#include "models/registry.hpp"
#include "scenarios/diagnostics.hpp"
#include "scenarios/run.hpp"
#include "tools/lines.hpp"
#include "tools/trace_file.hpp"
#include "tools/verbs/verbs.hpp"

namespace lightcone::tools {
namespace {

// Compares the lines that a new run makes with those of the trace, as they come.
class Comparison {
 public:
  explicit Comparison(Lines& recorded) : recorded_(recorded) {}

  void add(std::string_view line) {
    if (differs_) return;
    ++compared_;
    line.remove_suffix(1);
    const std::optional<std::string> expected = recorded_.next();
    if (expected && *expected == line) return;
    differs_ = true;
    now_ = line;
    then_ = expected.value_or("(the trace ends here)");
  }
  bool differs() const { return differs_; }
  std::uint64_t compared() const { return compared_; }
  const std::string& then() const { return then_; }
  const std::string& now() const { return now_; }

 private:
  Lines& recorded_;
  bool differs_ = false;
  std::uint64_t compared_ = 0;
  std::string then_;
  std::string now_;
};

class ReplayVerb final : public Verb {
 public:
  std::string_view name() const override { return "replay"; }
  std::string_view summary() const override {
    return "Runs what a trace recorded again and compares event by event";
  }
  std::string_view operands() const override { return "TRACE"; }
  std::string_view operand_option() const override { return "trace"; }
  std::string_view explanation() const override {
    return "TRACE was written by `lightcone run --trace`; it holds the scenario, so nothing else is needed.\n"
           "Exit code 5 if the runs differ; then the first record that does is shown.\n";
  }
  void describe(options::options_description&) const override {}

  int run(const options::variables_map& given, const models::Registry& registry,
          Terminal& terminal) const override {
    const auto files = given.count("trace") != 0 ? given["trace"].as<std::vector<std::string>>()
                                                 : std::vector<std::string>();
    if (files.size() != 1) {
      terminal.complain("one trace is replayed at a time");
      return exit_usage;
    }
    return replay(files.front(), registry, terminal);
  }

 private:
  static int replay(const std::string& file, const models::Registry& registry, Terminal& terminal) {
    Lines lines;
    if (const auto wrong = lines.open(file)) {
      terminal.complain(*wrong);
      return exit_no_input;
    }
    const std::optional<TraceHeader> header = read_trace_header(lines.next().value_or(""));
    if (!header) {
      terminal.complain(fmt::format("{}:1: this is no trace of Lightcone", file));
      return exit_bad_file;
    }
    scenarios::Diagnostics diagnostics(header->file, header->scenario);
    const auto loaded = scenarios::load(registry, header->overrides, diagnostics);
    if (!loaded) {
      terminal.complain(
          fmt::format("the scenario that {} holds does not fit this version of the program:", file));
      std::fputs(diagnostics.to_text().c_str(), stderr);
      return exit_bad_file;
    }
    Comparison comparison(lines);
    scenarios::RunOptions options;
    options.seed = header->seed;
    options.attach = [&](sim::Simulation& simulation) -> std::shared_ptr<void> {
      return std::make_shared<sim::JsonTrace>(simulation,
                                              [&](std::string_view line) { comparison.add(line); });
    };
    options.progress = [&](const scenarios::Progress&) { return !is_interrupted() && !comparison.differs(); };
    const auto record = scenarios::run(*loaded, options);
    if (is_interrupted()) return exit_interrupted;
    if (record) {
      for (const std::string& line : trace_ending(*record)) comparison.add(line);
    }
    return report(file, comparison, record, terminal);
  }

  static int report(const std::string& file, const Comparison& comparison,
                    const std::optional<sim::RunRecord>& record, Terminal& terminal) {
    if (!comparison.differs()) {
      terminal.print(fmt::format("{}: the same run, {} records, fingerprint {:016x}\n", file,
                                 comparison.compared(), record->fingerprint));
      return exit_ok;
    }
    terminal.print(fmt::format("{}:{}: the first record that differs\n  then: {}\n  now:  {}\n", file,
                               comparison.compared() + 1, comparison.then(), comparison.now()));
    return exit_diverged;
  }
};

}  // namespace

const Verb& replay_verb() {
  static const ReplayVerb verb;
  return verb;
}

}  // namespace lightcone::tools
