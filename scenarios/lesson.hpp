// A lesson on a scenario: a prediction to make before the run, and ways to mend what went wrong after it.
// What the right prediction is, and which of the ways is right, is computed from runs and stands in no file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/fields.hpp"

namespace lightcone::scenarios {

// What may be so in a run. All that is given must be.
struct Observation {
  std::optional<bool> all_held;         // whether every claim was tested and held
  std::optional<std::string> claim;     // this one has ...
  std::optional<std::string> verdict;   // ... this verdict: held, violated, weak, ...
  std::optional<std::string> anomaly;   // some claim shows it
  std::vector<std::string> consistent;  // consistency models that the history satisfies
  std::vector<std::string> inconsistent;
  // How often something was seen: a mark, or operations of a client, with an outcome and an answer.
  std::optional<std::string> mark;
  std::optional<std::string> client;
  std::optional<std::string> operation;
  std::optional<std::string> outcome;  // ok, refused, unknown
  std::optional<std::string> answer;   // as JSON
  std::optional<std::int64_t> at_least;
  std::optional<std::int64_t> at_most;

  bool counts() const { return mark || client || operation || outcome || answer; }
  static const sim::FieldTable<Observation>& fields();
};

struct Choice {
  std::string text;
  std::vector<Observation> when;  // all of these

  static const sim::FieldTable<Choice>& fields();
};

// A change of the scenario that somebody may propose.
struct Remedy {
  std::string text;
  std::vector<std::string> set;  // PATH=VALUE, as on the command line
  std::string why;               // it does what it does

  static const sim::FieldTable<Remedy>& fields();
};

struct Lesson {
  std::string situation;
  std::string prediction;  // a question
  std::vector<Choice> choices;
  std::string misconception;  // behind "A common misconception: "
  Remedy fix;
  std::vector<Remedy> wrong_fixes;
  std::vector<Observation> accept;  // what must be so with the fix, whatever the seed

  static const sim::FieldTable<Lesson>& fields();
};

}  // namespace lightcone::scenarios
