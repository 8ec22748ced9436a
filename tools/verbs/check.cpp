// lightcone check: judges histories from anywhere.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

#include "reports/checkers/check_history.hpp"
#include "reports/checkers/checked_report.hpp"
#include "reports/html/page.hpp"
#include "reports/html/recorded_history.hpp"
#include "sim/nearest.hpp"
#include "sim/units.hpp"
#include "tools/history_files.hpp"
#include "tools/output.hpp"
#include "tools/page_file.hpp"
#include "tools/page_program.hpp"
#include "tools/scenario_file.hpp"
#include "tools/verbs/verbs.hpp"

namespace lightcone::tools {
namespace {

namespace checkers = reports::checkers;

// Budgets are counted in steps, so that a verdict does not depend on the machine; a time stands for this
// many.
constexpr std::int64_t steps_a_second = 10'000'000;

struct Settings {
  std::vector<HistoryFile> files;
  checkers::Claims claims;
  bool json = false;
  std::string report;  // the page
};

std::vector<std::string> split_at_commas(const std::vector<std::string>& lists) {
  std::vector<std::string> words;
  for (const std::string& list : lists) {
    for (std::size_t at = 0; at <= list.size();) {
      const std::size_t comma = std::min(list.find(',', at), list.size());
      if (comma > at) words.push_back(list.substr(at, comma - at));
      at = comma + 1;
    }
  }
  return words;
}

bool read_budget(const std::string& text, checkers::Budget& budget) {
  sim::Duration time{};
  if (!sim::read_duration(text, time)) {
    if (time.count() <= 0 || time > std::chrono::hours(1000)) return false;
    budget.steps = static_cast<std::uint64_t>(time.count() / (1'000'000'000 / steps_a_second));
    return true;
  }
  sim::Bytes memory;
  if (!sim::read_bytes(text, memory)) {
    budget.bytes = static_cast<std::uint64_t>(memory.count);
    return memory.count > 0;
  }
  return false;
}

// "Models: register, ...", in lines as wide as the rest of the help.
std::string models_text() {
  constexpr std::size_t width = 100;
  std::string text = "Models:";
  std::size_t column = text.size();
  for (const std::string_view name : checkers::model_names()) {
    if (column + 1 + name.size() + 1 > width) {
      text += '\n';
      column = 0;
    } else {
      text += ' ';
      ++column;
    }
    text.append(name).push_back(',');
    column += name.size() + 1;
  }
  text.back() = '.';
  return text;
}

std::string explanation_text() {
  return "FILE holds one operation a line as JSON, a whole history a line (\"ops\" inside), or Jepsen's "
         "EDN; plain, gzip or\n"
         "zstd; - is standard input. What the operations do not tell about their object is guessed, and "
         "said.\n\n" +
         models_text() +
         "\n\n"
         "Exit codes: 0 all held, 1 something was violated, 2 undecided within the budget, 65 a bad "
         "file.\n";
}

class CheckVerb final : public Verb {
 public:
  std::string_view name() const override { return "check"; }
  std::string_view summary() const override { return "Judges recorded histories, ours or Jepsen's"; }
  std::string_view operands() const override { return "FILE..."; }
  std::string_view operand_option() const override { return "file"; }
  std::string_view explanation() const override { return explanation_; }

  void describe(options::options_description& visible) const override {
    visible.add_options()                                                               //
        ("model,m", options::value<std::string>(), "NAME: what the history is one of")  //
        ("consistency,c", options::value<std::vector<std::string>>(),
         "NAME,...: what to decide; linearizable, sequential, RYW, ..., serializable, snapshot-isolation, "
         "...")                                                            //
        ("cases", "a history a line, whatever the first line looks like")  //
        ("budget", options::value<std::vector<std::string>>(),
         "TIME or MEMORY, such as 10s or 2GiB; a second is ten million steps, on any machine")  //
        ("report", options::value<std::string>(),
         "FILE: write a page that shows the history and what contradicts what, as HTML")  //
        ("json", "print one JSON object for each history");
  }

  int run(const options::variables_map& given, const models::Registry&, Terminal& terminal) const override;

 private:
  static std::optional<Settings> settings_from(const options::variables_map& given, Terminal& terminal);

  std::string explanation_ = explanation_text();
};

std::optional<Settings> CheckVerb::settings_from(const options::variables_map& given, Terminal& terminal) {
  Settings settings;
  if (given.count("file") == 0) {
    terminal.complain("no history is given");
    return std::nullopt;
  }
  for (const std::string& path : given["file"].as<std::vector<std::string>>()) {
    HistoryFile file;
    file.path = path;
    if (given.count("cases") != 0) file.form = HistoryForm::cases;
    settings.files.push_back(file);
  }
  if (given.count("model") != 0) {
    settings.claims.model = given["model"].as<std::string>();
    const std::vector<std::string_view> known = checkers::model_names();
    if (std::find(known.begin(), known.end(), settings.claims.model) == known.end()) {
      const std::string nearest = sim::nearest(settings.claims.model, known);
      terminal.complain(
          fmt::format("there is no model called {}; {}", settings.claims.model,
                      nearest.empty() ? "see `lightcone check --help`" : "did you mean " + nearest + "?"));
      return std::nullopt;
    }
  }
  if (given.count("consistency") != 0) {
    settings.claims.consistency = split_at_commas(given["consistency"].as<std::vector<std::string>>());
  }
  if (given.count("budget") != 0) {
    for (const std::string& text : given["budget"].as<std::vector<std::string>>()) {
      if (read_budget(text, settings.claims.budget)) continue;
      terminal.complain(
          fmt::format("--budget {}: expected a time such as 10s, or a size such as 2GiB", text));
      return std::nullopt;
    }
  }
  settings.json = given.count("json") != 0;
  if (given.count("report") != 0) {
    settings.report = given["report"].as<std::string>();
    if (const auto wrong = page_is_missing()) {
      terminal.complain(*wrong);
      return std::nullopt;
    }
    if (settings.files.size() > 1) {
      terminal.complain("--report shows one history: name one file");
      return std::nullopt;
    }
  }
  return settings;
}

std::string reproduce_line(const Settings& settings) {
  std::string out = "tools/lightcone check " + quoted(settings.files.front().path);
  if (!settings.claims.model.empty()) out += " --model " + quoted(settings.claims.model);
  if (!settings.claims.consistency.empty())
    out += fmt::format(" --consistency {}", fmt::join(settings.claims.consistency, ","));
  return out;
}

// Nothing when it is written, or a sentence.
std::optional<std::string> write_history_page(const NamedHistory& named, const checkers::Claims& claims,
                                              const Settings& settings) {
  namespace html = reports::html;
  std::vector<std::string> names;
  sim::History history = html::renumbered(named.history, names);
  const checkers::Checked checked = checkers::check_history(history, claims);
  html::RecordedHistory recorded = html::recorded_history(named.id, std::move(history), std::move(names),
                                                          checked, settings.claims.consistency);
  recorded.run.file = settings.files.front().path;
  recorded.run.reproduce = reproduce_line(settings);
  return write_text(settings.report, html::page(page_program(), page_style(),
                                                html::page_data(recorded.run, recorded.report, {}, {})));
}

// Judges one history; what the file says of it comes before what was guessed, the command line before both.
int judge(const NamedHistory& named, const Settings& settings, Terminal& terminal) {
  checkers::Claims claims = settings.claims;
  if (claims.model.empty()) claims.model = named.model;
  claims.initial = named.initial;
  claims.failures = named.failures;
  claims.null_reads = named.null_reads;
  const auto begin = std::chrono::steady_clock::now();
  const checkers::Checked checked = checkers::check_history(named.history, claims);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  terminal.print(settings.json ? checkers::to_json_line(checked, named.id, seconds.count(), named.history)
                               : checkers::in_words(checked, named.id, named.history));
  if (!checked.problem.empty()) return exit_bad_file;
  if (!settings.report.empty()) {
    if (const auto wrong = write_history_page(named, claims, settings)) {
      terminal.complain(*wrong);
      return exit_cannot_create;
    }
  }
  switch (checked.verdict) {
    case reports::Verdict::held:
      return exit_ok;
    case reports::Verdict::violated:
      return exit_violated;
    case reports::Verdict::invalid:
      return exit_invalid;
    default:
      return exit_unknown;
  }
}

int CheckVerb::run(const options::variables_map& given, const models::Registry&, Terminal& terminal) const {
  const auto settings = settings_from(given, terminal);
  if (!settings) return exit_usage;
  int worst = exit_ok;
  std::size_t histories = 0;
  const auto note = [&](int code) {
    // A bad file before a violation before what is undecided.
    const auto rank = [](int c) {
      return c == exit_ok ? 0 : c == exit_invalid ? 1 : c == exit_unknown ? 2 : c == exit_violated ? 3 : 4;
    };
    if (rank(code) > rank(worst)) worst = code;
  };
  for (const HistoryFile& file : settings->files) {
    const auto wrong = read_histories(file, [&](NamedHistory&& named) {
      if (++histories > 1 && !settings->report.empty()) {
        terminal.complain("--report shows one history, and this file has several; the page is of the first");
        note(exit_usage);
        return false;
      }
      note(judge(named, *settings, terminal));
      return !is_interrupted();
    });
    if (is_interrupted()) return exit_interrupted;
    if (!wrong) continue;
    terminal.complain(*wrong);
    note(exit_bad_file);
  }
  if (histories == 0 && worst == exit_ok) {
    terminal.complain("there was no history to judge");
    return exit_invalid;
  }
  return worst;
}

}  // namespace

const Verb& check_verb() {
  static const CheckVerb verb;
  return verb;
}

}  // namespace lightcone::tools
