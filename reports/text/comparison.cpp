#include "reports/text/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "reports/text/operations.hpp"

namespace lightcone::reports::text {

namespace {

constexpr std::size_t label_width = 26;
constexpr std::size_t cell_width = 34;

Outcomes outcomes_of(const sim::History& history) {
  Outcomes outcomes;
  for (const sim::Operation& operation : history) outcomes.add(operation);
  return outcomes;
}

std::string quantile(const Outcomes& outcomes, std::uint32_t parts_per_million) {
  return outcomes.ok == 0 ? "-" : in_words(sim::Duration(outcomes.latency.quantile(parts_per_million)));
}

class Table {
 public:
  void row(std::string_view label, std::string left, std::string right) {
    rows_.push_back({std::string(label), std::move(left), std::move(right)});
  }
  void gap() { rows_.emplace_back(); }
  std::vector<ComparisonRow> take() { return std::move(rows_); }

 private:
  std::vector<ComparisonRow> rows_;
};

std::string bugs_of(const sim::RunRecord& run) {
  std::string text;
  for (const sim::BugSwitch& bug : run.bugs) text += (text.empty() ? "" : ", ") + bug.name;
  return text.empty() ? "none" : text;
}

const ClaimReport* claim_named(const RunReport& report, const std::string& id) {
  const auto found = std::find_if(report.claims.begin(), report.claims.end(),
                                  [&](const ClaimReport& claim) { return claim.claim.id == id; });
  return found == report.claims.end() ? nullptr : &*found;
}

std::string verdict_of(const ClaimReport* claim) {
  if (claim == nullptr) return "not judged";
  std::string text(to_string(claim->judgement.verdict));
  if (!claim->judgement.anomaly.empty()) text += fmt::format(" ({})", claim->judgement.anomaly);
  return text;
}

std::string faults_of(const sim::RunRecord& run) {
  const auto in_effect = std::count_if(run.faults.begin(), run.faults.end(),
                                       [](const sim::FaultRecord& fault) { return fault.affected > 0; });
  return fmt::format("{} took effect", in_effect);
}

std::size_t marks_named(const sim::RunRecord& run, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(run.landmarks.begin(), run.landmarks.end(), [&](const sim::Landmark& landmark) {
        return landmark.what == sim::Happening::mark && landmark.name == name;
      }));
}

void add_operations(Table& table, const sim::RunRecord& left, const sim::RunRecord& right) {
  const Outcomes a = outcomes_of(left.history);
  const Outcomes b = outcomes_of(right.history);
  table.row("operations ok", grouped(a.ok), grouped(b.ok));
  table.row("refused", grouped(a.fail), grouped(b.fail));
  table.row("unknown", grouped(a.unknown), grouped(b.unknown));
  table.row("latency p50", quantile(a, 500'000), quantile(b, 500'000));
  table.row("latency p99", quantile(a, 990'000), quantile(b, 990'000));
  table.row("latency max", quantile(a, 1'000'000), quantile(b, 1'000'000));
  table.row("longest without an ok", in_words(longest_silence(left.history)),
            in_words(longest_silence(right.history)));
}

void add_marks(Table& table, const sim::RunRecord& left, const sim::RunRecord& right) {
  std::set<std::string> names;
  for (const sim::RunRecord* run : {&left, &right}) {
    for (const sim::Landmark& landmark : run->landmarks) {
      if (landmark.what == sim::Happening::mark) names.insert(landmark.name);
    }
  }
  for (const std::string& name : names) {
    table.row(name, fmt::format("{} times", grouped(marks_named(left, name))),
              fmt::format("{} times", grouped(marks_named(right, name))));
  }
}

}  // namespace

sim::Duration longest_silence(const sim::History& history) {
  if (history.empty()) return {};
  std::vector<std::int64_t> answers;
  std::int64_t last = 0;
  for (const sim::Operation& operation : history) {
    last = std::max(last, operation.invoke);
    if (operation.outcome == sim::Outcome::ok) answers.push_back(operation.complete);
  }
  std::sort(answers.begin(), answers.end());
  std::int64_t longest = 0;
  std::int64_t before = history.front().invoke;
  for (const std::int64_t at : answers) {
    longest = std::max(longest, at - before);
    before = at;
  }
  return sim::Duration(std::max(longest, last - before));
}

std::vector<ComparisonRow> comparison_rows(const Side& left, const Side& right) {
  const sim::RunRecord& a = *left.run;
  const sim::RunRecord& b = *right.run;
  Table table;
  table.row("scenario", a.scenario, b.scenario);
  table.row("system", a.model + ", " + a.profile, b.model + ", " + b.profile);
  table.row("safeguards off", bugs_of(a), bugs_of(b));
  table.row("seed", std::to_string(a.seed), std::to_string(b.seed));
  table.row("fingerprint", fmt::format("{:016x}", a.fingerprint), fmt::format("{:016x}", b.fingerprint));
  table.row("events", grouped(a.events), grouped(b.events));
  table.row("faults", faults_of(a), faults_of(b));
  table.gap();
  add_operations(table, a, b);
  table.gap();
  add_marks(table, a, b);
  table.gap();
  std::vector<std::string> ids;
  for (const Side* side : {&left, &right}) {
    for (const ClaimReport& claim : side->report->claims) {
      if (std::find(ids.begin(), ids.end(), claim.claim.id) == ids.end()) ids.push_back(claim.claim.id);
    }
  }
  for (const std::string& id : ids) {
    table.row(id, verdict_of(claim_named(*left.report, id)), verdict_of(claim_named(*right.report, id)));
  }
  return table.take();
}

std::string comparison_text(const Side& left, const Side& right, const Parting& parting, const Style& style) {
  const auto line = [](std::string_view label, std::string_view a, std::string_view b) {
    return fmt::format("{}{}{}", fitted(harmless(label), label_width),
                       fitted(harmless(a), cell_width - 2) + "  ", harmless(b));
  };
  std::string out = painted(line("", left.name, right.name), Paint::bold, style) + "\n";
  for (const ComparisonRow& row : comparison_rows(left, right)) {
    // Rows that agree are dim: one looks for the others.
    if (!row.label.empty())
      out += painted(line(row.label, row.left, row.right), row.left == row.right ? Paint::dim : Paint::plain,
                     style);
    out += "\n";
  }
  out += "\n";
  if (!parting.differs) return out + "They are the same run, event for event.\n";
  out += fmt::format("They part after {} records:\n", grouped(parting.same));
  const auto record = [&](std::string_view name, const std::string& text) {
    return fmt::format("  {}: {}\n", name, text.empty() ? "the end of the run" : harmless(text));
  };
  return out + record(left.name, parting.left) + record(right.name, parting.right);
}

}  // namespace lightcone::reports::text
