#include "scenarios/lesson.hpp"

namespace lightcone::scenarios {

using sim::field;
using sim::FieldTable;

const FieldTable<Observation>& Observation::fields() {
  using O = Observation;
  static const auto table =
      FieldTable<Observation>(
          "observation", "What may be so in a run; all that is given must be.",
          field("all_held", &O::all_held, "Whether every claim was tested and held."),
          field("claim", &O::claim, "This claim has the verdict."),
          field("verdict", &O::verdict, "held, violated, weak, unknown, assumption-broken or invalid."),
          field("anomaly", &O::anomaly, "Some claim shows it."),
          field("consistent", &O::consistent, "Consistency models that the history satisfies."),
          field("inconsistent", &O::inconsistent, "Consistency models that it does not satisfy."),
          field("mark", &O::mark, "Counts marks of this name."),
          field("client", &O::client, "Counts operations of this client."),
          field("operation", &O::operation, "Counts operations of this kind."),
          field("outcome", &O::outcome, "Counts operations that ended so: ok, refused or unknown."),
          field("answer", &O::answer, "Counts operations with this answer, written as JSON."),
          field("at_least", &O::at_least, "So many of what is counted; 1 if neither bound is given.")
              .at_least(0),
          field("at_most", &O::at_most, "And no more.").at_least(0))
          .must("a claim and its verdict come together", "verdict",
                [](const O& o) { return o.claim.has_value() == o.verdict.has_value(); })
          .must("bounds are about something that is counted", "at_least",
                [](const O& o) { return o.counts() || (!o.at_least && !o.at_most); })
          .must("marks are counted by themselves", "mark",
                [](const O& o) { return !o.mark || (!o.client && !o.operation && !o.outcome && !o.answer); });
  return table;
}

const FieldTable<Choice>& Choice::fields() {
  static const FieldTable<Choice> table(
      "lesson_choice", "What somebody may predict.",
      field("text", &Choice::text, "A sentence.").required().not_empty(),
      field("when", &Choice::when, "When it comes true. Of one run exactly one choice does.")
          .required()
          .count_at_least(1));
  return table;
}

const FieldTable<Remedy>& Remedy::fields() {
  static const FieldTable<Remedy> table(
      "lesson_remedy", "A change that somebody may propose.",
      field("text", &Remedy::text, "A sentence.").required().not_empty(),
      field("set", &Remedy::set, "PATH=VALUE, as for --set.").required().count_at_least(1),
      field("why", &Remedy::why, "Why it helps, or does not.").required().not_empty());
  return table;
}

const FieldTable<Lesson>& Lesson::fields() {
  using L = Lesson;
  static const FieldTable<Lesson> table(
      "lesson", "A lesson on this scenario, for `lightcone lesson`.",
      field("situation", &L::situation, "What one is told before.").required().not_empty(),
      field("prediction", &L::prediction, "The question.").required().not_empty(),
      field("choices", &L::choices, "Answers to choose from.").required().count_at_least(2),
      field("misconception", &L::misconception,
            "What many believe, and what is so: continues 'A common misconception:'.")
          .required()
          .not_empty(),
      field("fix", &L::fix, "What mends it.").required(),
      field("wrong_fixes", &L::wrong_fixes, "What does not, though one may think so."),
      field("accept", &L::accept, "What must be so, whatever the seed, for a change to be a fix.")
          .required()
          .count_at_least(1));
  return table;
}

}  // namespace lightcone::scenarios
