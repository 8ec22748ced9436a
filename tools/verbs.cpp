#include <fmt/format.h>

#include <sstream>

#include "tools/verb.hpp"
#include "tools/verbs/verbs.hpp"

namespace lightcone::tools {

const std::vector<const Verb*>& all_verbs() {
  static const std::vector<const Verb*> verbs = {
      &run_verb(),    &hunt_verb(),   &shrink_verb(),   &explain_verb(), &compare_verb(),    &caplab_verb(),
      &replay_verb(), &report_verb(), &serve_verb(),    &check_verb(),   &history_verb(),    &lesson_verb(),
      &list_verb(),   &doc_verb(),    &validate_verb(), &schema_verb(),  &completion_verb(), &man_verb()};
  return verbs;
}

std::string usage_of(const Verb& verb) {
  options::options_description visible("Options");
  visible.add_options()("help,h", "show this");
  verb.describe(visible);
  std::ostringstream table;
  table << visible;
  return fmt::format("Usage: lightcone {} [OPTIONS] {}\n\n{}.\n\n{}\n{}", verb.name(), verb.operands(),
                     verb.summary(), table.str(), verb.explanation());
}

std::string usage_of_program() {
  std::string text =
      "Usage: lightcone VERB [OPTIONS] ...\n\n"
      "Runs distributed systems in virtual time, breaks them on purpose, and judges what their clients "
      "saw.\n\n";
  for (const Verb* verb : all_verbs()) text += fmt::format("  {:<12}{}\n", verb->name(), verb->summary());
  text +=
      "\n`lightcone VERB --help` explains one of them; `lightcone --version` prints the version.\n"
      "Begin with: lightcone run scenarios/raft/leader-partition.json\n";
  return text;
}

}  // namespace lightcone::tools
