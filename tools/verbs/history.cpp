// lightcone history: histories from one format into another.
#include <fmt/format.h>

#include "reports/histories/edn.hpp"
#include "reports/histories/json_lines.hpp"
#include "tools/history_files.hpp"
#include "tools/output.hpp"
#include "tools/verbs/verbs.hpp"

namespace lightcone::tools {
namespace {

class HistoryVerb final : public Verb {
 public:
  std::string_view name() const override { return "history"; }
  std::string_view summary() const override {
    return "Converts histories between JSON Lines and Jepsen's EDN";
  }
  std::string_view operands() const override { return "convert FILE"; }
  std::string_view operand_option() const override { return "word"; }
  std::string_view explanation() const override {
    return "The result goes to standard output, or to the file that --output names, compressed if it ends in "
           ".gz or .zst.\n"
           "Without --to: EDN becomes JSON Lines, JSON Lines become EDN.\n";
  }
  void describe(options::options_description& visible) const override {
    visible.add_options()("to", options::value<std::string>(), "edn or jsonl")(
        "output,o", options::value<std::string>()->default_value("-"), "FILE to write");
  }

  int run(const options::variables_map& given, const models::Registry&, Terminal& terminal) const override {
    const auto words =
        given.count("word") != 0 ? given["word"].as<std::vector<std::string>>() : std::vector<std::string>();
    if (words.size() != 2 || words.front() != "convert") {
      terminal.complain("expected: lightcone history convert FILE");
      return exit_usage;
    }
    std::string to = given.count("to") != 0 ? given["to"].as<std::string>() : "";
    if (!to.empty() && to != "edn" && to != "jsonl") {
      terminal.complain(fmt::format("--to {}: expected edn or jsonl", to));
      return exit_usage;
    }
    if (to.empty()) to = words[1].find(".edn") != std::string::npos ? "jsonl" : "edn";
    return convert(words[1], to, given["output"].as<std::string>(), terminal);
  }

 private:
  static int convert(const std::string& file, const std::string& to, const std::string& output_path,
                     Terminal& terminal) {
    std::vector<NamedHistory> histories;
    HistoryFile input;
    input.path = file;
    const auto wrong = read_histories(input, [&](NamedHistory&& named) {
      histories.push_back(std::move(named));
      return true;
    });
    if (wrong) {
      terminal.complain(*wrong);
      return exit_bad_file;
    }
    if (histories.size() != 1) {
      terminal.complain(
          fmt::format("{}: one history is converted at a time, and here are {}", file, histories.size()));
      return exit_bad_file;
    }
    std::string text;
    if (to == "edn") {
      reports::histories::WrittenEdn written = reports::histories::to_edn(histories.front().history);
      if (written.problem) {
        terminal.complain(
            fmt::format("{}: operation {}: {}", file, written.problem->line, written.problem->text));
        return exit_bad_file;
      }
      text = std::move(written.text);
    } else {
      text = reports::histories::to_json_lines(histories.front().history);
    }
    Output output;
    auto failed = output.open(output_path);
    if (!failed) {
      output.write(text);
      failed = output.finish();
    }
    if (!failed) return exit_ok;
    terminal.complain(*failed);
    return exit_cannot_create;
  }
};

}  // namespace

const Verb& history_verb() {
  static const HistoryVerb verb;
  return verb;
}

}  // namespace lightcone::tools
