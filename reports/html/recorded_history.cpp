#include "reports/html/recorded_history.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <utility>

namespace lightcone::reports::html {

namespace {

constexpr std::int64_t millisecond = 1'000'000;

std::int64_t last_time(const sim::History& history) {
  std::int64_t last = 0;
  for (const sim::Operation& operation : history)
    last = std::max(last, operation.complete == sim::Operation::open ? operation.invoke : operation.complete);
  return last;
}

// What there is to say of the times; empty for those that are times.
std::string spread_out(sim::History& history) {
  const bool has_none = !history.empty() && history.front().invoke == sim::Operation::unordered;
  if (has_none) {
    std::int64_t at = 0;
    for (sim::Operation& operation : history) {
      operation.invoke = at;
      if (operation.complete != sim::Operation::open) operation.complete = at + millisecond / 2;
      at += millisecond;
    }
    return "The history has no times, only the order of each client's operations: here they stand in the "
           "order of the file, a millisecond each.";
  }
  if (last_time(history) >= millisecond) return {};
  for (sim::Operation& operation : history) {
    operation.invoke *= millisecond;
    if (operation.complete != sim::Operation::open) operation.complete *= millisecond;
  }
  return "The history tells the order of its events and no times: here each takes a millisecond.";
}

// What the consistency models that were looked at say of it.
std::string in_words(const checkers::Checked& checked) {
  std::string out;
  const auto add = [&](std::string_view what, const std::vector<std::string>& names) {
    if (names.empty()) return;
    out += fmt::format("{}{}: {}.", out.empty() ? "" : " ", what, fmt::join(names, ", "));
  };
  add("Ruled out", checked.ruled_out);
  add("Nothing speaks against", checked.holds);
  add("Not decided", checked.undecided);
  return out;
}

std::vector<ClaimReport> claims_of(const checkers::Checked& checked,
                                   const std::vector<std::string>& consistency) {
  std::vector<ClaimReport> claims;
  for (const Judgement& judgement : checked.judgements) {
    ClaimReport report;
    report.claim.id = fmt::format("H{}", claims.size() + 1);
    if (!claims.empty()) {
      report.claim.statement = fmt::format("there is no {}", judgement.anomaly);
    } else if (consistency.empty()) {
      report.claim.statement = fmt::format("what clients saw fits a {}", checked.model);
    } else {
      report.claim.statement =
          fmt::format("what clients saw fits a {} that is {}", checked.model, fmt::join(consistency, ", "));
    }
    report.judgement = judgement;
    claims.push_back(std::move(report));
  }
  return claims;
}

Ending ending_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::held:
      return Ending::as_expected;
    case Verdict::violated:
      return Ending::violated;
    case Verdict::invalid:
      return Ending::invalid;
    default:
      return Ending::unknown;
  }
}

}  // namespace

sim::History renumbered(const sim::History& history, std::vector<std::string>& names) {
  std::map<std::int64_t, std::int64_t> numbers;
  for (const sim::Operation& operation : history) numbers.emplace(operation.process, 0);
  names.clear();
  for (auto& [process, number] : numbers) {
    number = static_cast<std::int64_t>(names.size());
    names.push_back(fmt::format("process {}", process));
  }
  sim::History out = history;
  for (sim::Operation& operation : out) operation.process = numbers.at(operation.process);
  return out;
}

RecordedHistory recorded_history(std::string title, sim::History history, std::vector<std::string> names,
                                 const checkers::Checked& checked,
                                 const std::vector<std::string>& consistency) {
  RecordedHistory out;
  out.run.scenario = std::move(title);
  out.run.question = "Do the answers that these clients got fit together?";
  out.run.look_for = spread_out(history);
  out.run.meaning = in_words(checked);
  out.run.model = checked.model;
  out.run.node_roles.assign(names.size(), "client");
  out.run.node_names = std::move(names);
  const sim::Duration end(last_time(history) + millisecond);
  out.run.phases.faults_begin = out.run.phases.heal = out.run.phases.end = end;
  out.run.history = std::move(history);
  out.report.claims = claims_of(checked, consistency);
  out.report.verdict = checked.verdict;
  out.report.ending = ending_of(checked.verdict);
  return out;
}

}  // namespace lightcone::reports::html
