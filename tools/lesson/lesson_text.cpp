#include "tools/lesson/lesson_text.hpp"

#include <fmt/format.h>

#include "reports/text/operations.hpp"
#include "reports/text/violation.hpp"

namespace lightcone::tools {

using reports::text::folded;
using reports::text::Paint;
using reports::text::painted;

namespace {

constexpr std::size_t few_operations = 12;

std::string heading(std::string_view text, const Style& style) {
  return "\n" + painted(text, Paint::bold, style) + "\n";
}

std::string paragraph(std::string_view text, const Style& style) { return folded(text, 0, style) + "\n"; }

// All operations where they are few; or else what breaks a claim; or else how they ended.
std::string what_happened(const HeldRun& held, const Style& style) {
  std::string out;
  const sim::RunRecord& run = held.record;
  if (run.history.size() <= few_operations) {
    for (const sim::Operation& operation : run.history) {
      const sim::Duration at(operation.invoke);
      out += fmt::format("  {:>8} s  {}\n", reports::text::seconds(at),
                         reports::text::operation_text(run, operation));
    }
  }
  if (const reports::ClaimReport* broken = held.report.violation(run)) {
    if (!out.empty()) out += "\n";
    return out + reports::text::violation_text(run, *broken, style);
  }
  return out.empty() ? reports::text::operations_table(run, style) : out;
}

}  // namespace

std::string question_text(const scenarios::Loaded& loaded, const Style& style) {
  const scenarios::Lesson& lesson = *loaded.scenario.lesson;
  std::string out = painted(loaded.scenario.title, Paint::bold, style) + "\n\n";
  out += paragraph(lesson.situation, style) + "\n" + paragraph(lesson.prediction, style);
  for (std::size_t i = 0; i < lesson.choices.size(); ++i)
    out += "  " + folded(fmt::format("{}. {}", i + 1, lesson.choices[i].text), 5, style) + "\n";
  return out;
}

std::string answer_text(const scenarios::Loaded& loaded, const HeldRun& held, std::size_t answer,
                        const std::string& name, const Style& style) {
  const scenarios::Scenario& scenario = loaded.scenario;
  const scenarios::Lesson& lesson = *scenario.lesson;
  const std::size_t right = held.came_true.front();
  std::string out;
  if (answer == right) {
    out += painted(fmt::format("You predicted {}, and so it was.", answer + 1), Paint::good, style) + "\n";
  } else {
    out +=
        painted(fmt::format("You predicted {}. It was {}:", answer + 1, right + 1), Paint::bad, style) + "\n";
    out += "  " + folded(lesson.choices[right].text, 2, style) + "\n";
  }
  out += heading("What happened", style) + what_happened(held, style);
  out += heading("What it means", style) + paragraph(scenario.meaning, style);
  out += paragraph("A common misconception: " + lesson.misconception, style);
  out += heading("How would you mend it?", style);
  char letter = 'a';
  for (const scenarios::Remedy* remedy : remedies_of(lesson)) {
    out += "  " + folded(fmt::format("{}. {}", letter++, remedy->text), 5, style) + "\n";
    for (const std::string& setting : remedy->set) out += "     --set " + quoted(setting) + "\n";
  }
  out += fmt::format("\nTry one on 100 seeds: tools/lightcone lesson {} --try a\n", name);
  out += fmt::format("The run: {}\n", held.record.reproduce);
  return out;
}

std::string outcome_of(const Trial& trial) {
  if (trial.holds()) return fmt::format("It holds with all of {} seeds.", trial.seeds);
  return fmt::format("It fails with {} of {} seeds, first with seed {}.", trial.seeds - trial.accepted,
                     trial.seeds, trial.first_failure.value_or(0));
}

std::string trial_text(const scenarios::Loaded& loaded, const scenarios::Remedy& remedy, const Trial& trial,
                       const Style& style) {
  std::string out =
      painted(loaded.scenario.title, Paint::bold, style) + "\n\n" + paragraph(remedy.text, style);
  for (const std::string& setting : remedy.set) out += fmt::format("  --set {}\n", quoted(setting));
  out += "\n";
  out += painted(outcome_of(trial), trial.holds() ? Paint::good : Paint::bad, style) + "\n";
  return out + paragraph(remedy.why, style);
}

}  // namespace lightcone::tools
