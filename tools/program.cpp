#include "tools/program.hpp"

#include <fmt/format.h>

#include <boost/program_options/parsers.hpp>
#include <exception>
#include <string>
#include <vector>

#include "sim/nearest.hpp"
#include "tools/verb.hpp"
#include "tools/version.hpp"

namespace lightcone::tools {
namespace {

std::string nearest_verb(const std::string& word) {
  std::vector<std::string_view> names;
  for (const Verb* verb : all_verbs()) names.push_back(verb->name());
  return sim::nearest(word, names);
}

// Parses what follows the verb. Program_options throws; nothing below it does.
int run_verb(const Verb& verb, const std::vector<std::string>& words, const models::Registry& registry,
             Terminal& terminal) {
  options::options_description visible("Options");
  visible.add_options()("help,h", "show this");
  verb.describe(visible);
  options::options_description all;
  all.add(visible);
  options::positional_options_description positional;
  const std::string operand(verb.operand_option());
  if (!operand.empty()) {
    all.add_options()(operand.c_str(), options::value<std::vector<std::string>>());
    positional.add(operand.c_str(), -1);
  }
  options::variables_map given;
  try {
    options::store(options::command_line_parser(words).options(all).positional(positional).run(), given);
    if (given.count("help") != 0) {
      terminal.print(usage_of(verb));
      return exit_ok;
    }
    options::notify(given);
  } catch (const options::error& wrong) {
    terminal.complain(fmt::format("{}; see `lightcone {} --help`", wrong.what(), verb.name()));
    return exit_usage;
  }
  return verb.run(given, registry, terminal);
}

int dispatch(const std::vector<std::string>& words, const models::Registry& registry, Terminal& terminal) {
  if (words.empty()) {
    terminal.print(usage_of_program());
    return exit_usage;
  }
  const std::string& word = words.front();
  if (word == "--help" || word == "-h" || word == "help") {
    terminal.print(usage_of_program());
    return exit_ok;
  }
  if (word == "--version") {
    terminal.print(fmt::format("lightcone {}\n", version));
    return exit_ok;
  }
  for (const Verb* verb : all_verbs()) {
    if (verb->name() == word) return run_verb(*verb, {words.begin() + 1, words.end()}, registry, terminal);
  }
  const std::string nearest = nearest_verb(word);
  const std::string hint =
      nearest.empty() ? std::string("see `lightcone --help`") : fmt::format("did you mean {}?", nearest);
  terminal.complain(fmt::format("there is no verb called {}; {}", word, hint));
  return exit_usage;
}

}  // namespace

int run_program(int argc, char** argv, const models::Registry& registry) {
  Terminal terminal;
  catch_interrupts();
  try {
    return dispatch({argv + 1, argv + argc}, registry, terminal);
  } catch (const std::exception& defect) {
    terminal.complain(fmt::format("internal error: {}", defect.what()));
    return exit_internal;
  }
}

}  // namespace lightcone::tools
