#include "reports/cap.hpp"

#include <algorithm>
#include <set>
#include <variant>

#include "reports/checkers/check_history.hpp"
#include "reports/checkers/linearizability/object.hpp"
#include "reports/judge.hpp"

namespace lightcone::reports {

namespace {

using sim::Claim;
using sim::Duration;
using sim::Operation;

constexpr std::uint64_t available_from = 900;  // per mille

bool is_read(const Operation& operation) { return operation.f == "get" || operation.f == "read"; }

// `tenths` of the values are as great as that, or less.
Duration quantile(std::vector<std::int64_t>& values, std::size_t tenths) {
  if (values.empty()) return {};
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(values.size() * tenths / 10);
  std::nth_element(values.begin(), at, values.end());
  return Duration(*at);
}

constexpr std::size_t median = 5;

// Of these processes, or of all if none is named. What begins shortly before the end has no time to be
// answered, and is left out.
Answers answers_within(const sim::History& history, Duration from, Duration until,
                       const std::vector<std::int64_t>* processes) {
  const std::int64_t first = from.count();
  const std::int64_t last = until.count() - (until - from).count() / 10;
  Answers answers;
  std::vector<std::int64_t> reads;
  std::vector<std::int64_t> writes;
  for (const Operation& operation : history) {
    if (operation.invoke < first || operation.invoke >= last) continue;
    if (processes != nullptr &&
        std::find(processes->begin(), processes->end(), operation.process) == processes->end())
      continue;
    ++answers.asked;
    if (operation.outcome != sim::Outcome::ok || operation.complete > until.count()) continue;
    ++answers.answered;
    (is_read(operation) ? reads : writes).push_back(operation.complete - operation.invoke);
  }
  answers.read = quantile(reads, median);
  answers.write = quantile(writes, median);
  reads.insert(reads.end(), writes.begin(), writes.end());
  answers.either = quantile(reads, median);
  answers.nine_of_ten = quantile(reads, 9);
  return answers;
}

checkers::Checked check(const sim::History& history, std::string model, std::vector<std::string> consistency,
                        const checkers::Budget& budget) {
  checkers::Claims claims;
  claims.model = std::move(model);
  claims.consistency = std::move(consistency);
  claims.budget = budget;
  return checkers::check_history(history, claims);
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

// Of values beside each other, as siblings and carts are: what is read need not have been written by anybody.
bool has_several_values(const sim::History& history) {
  return std::ranges::any_of(history, [](const Operation& operation) {
    const bool wrote_several = !is_read(operation) && operation.value.as_list() != nullptr;
    return wrote_several || (is_read(operation) && operation.result.as_list() != nullptr);
  });
}

// Reads and writes of one value.
bool is_of_registers(const sim::History& history) {
  return !has_several_values(history) && std::ranges::all_of(history, [](const Operation& operation) {
    return operation.f == "get" || operation.f == "put" || operation.f == "delete";
  });
}

// Of registers the strongest session model; of other objects nothing between.
std::string strongest_below(const sim::History& history, const std::string& object,
                            const checkers::Budget& budget) {
  if (object != "kv" || !is_of_registers(history)) return "not linearizable";
  const checkers::Checked sessions = check(history, "kv-register", {}, budget);
  const auto holds = [&](std::string_view name) {
    return std::find(sessions.holds.begin(), sessions.holds.end(), name) != sessions.holds.end();
  };
  if (!sessions.problem.empty()) return "not linearizable";
  if (holds("CAUSAL")) return "causal";
  if (holds("PRAM")) return "PRAM";
  return sessions.holds.empty() ? "no session guarantee" : joined(sessions.holds);
}

Consistency consistency_of(const sim::History& history, const std::string& object, Verdict linearizable,
                           const checkers::Budget& budget) {
  Consistency found;
  found.is_decided = linearizable != Verdict::unknown && linearizable != Verdict::invalid;
  found.is_linearizable = linearizable == Verdict::held;
  if (!found.is_decided) {
    found.strongest = "undecided";
  } else {
    found.strongest = found.is_linearizable ? "linearizable" : strongest_below(history, object, budget);
  }
  return found;
}

Verdict linearizability_of(const sim::History& history, const std::string& object,
                           const checkers::Budget& budget) {
  const checkers::Checked checked = check(history, object, {"linearizable"}, budget);
  return checked.problem.empty() ? checked.verdict : Verdict::unknown;
}

bool is_of_all_keys(const Claim& claim, const sim::History& history) {
  const auto* claimed = std::get_if<sim::judged_by::Linearizability>(&claim.judged_by);
  if (claimed == nullptr) return false;
  const auto object = checkers::object_named(claimed->object);
  return object && std::ranges::all_of(
                       history, [&](const Operation& operation) { return object->is_about(operation.key); });
}

// As it was judged where the model makes the claim, however weakly.
Verdict linearizability_of(const sim::RunRecord& run, const RunReport& report, const std::string& object,
                           const checkers::Budget& budget) {
  const auto claim = std::find_if(report.claims.begin(), report.claims.end(), [&](const ClaimReport& each) {
    return is_of_all_keys(each.claim, run.history);
  });
  if (claim != report.claims.end()) return claim->judgement.verdict;
  return linearizability_of(run.history, object, budget);
}

// What was asked until the phase ended, but of earlier answers only that something was done: if this breaks a
// model, then so does the whole history, by something that was seen in this phase.
sim::History seen_in(const sim::History& history, Duration from, Duration until) {
  sim::History seen;
  for (const Operation& operation : history) {
    if (operation.invoke >= until.count()) continue;
    const bool is_earlier = operation.complete < from.count();
    if (is_earlier && is_read(operation)) continue;
    seen.push_back(operation);
    const bool answers_sum = operation.f == "incr" || operation.f == "append";
    if (is_earlier && answers_sum) seen.back().result = {};
  }
  return seen;
}

CapPhase measure_phase(const sim::RunRecord& run, const PartitionScript& script,
                       const PartitionScript::Phase& phase, const std::string& object,
                       const checkers::Budget& budget) {
  CapPhase measured;
  measured.name = phase.name;
  const Duration began = phase.began.time_since_epoch();
  const Duration ended = phase.ended.time_since_epoch();
  for (const auto& side : script.sides) {
    measured.sides.push_back(answers_within(run.history, began, ended, &side));
    measured.settled.push_back(answers_within(run.history, began + (ended - began) / 2, ended, &side));
  }
  const sim::History seen = seen_in(run.history, began, ended);
  measured.consistency = consistency_of(seen, object, linearizability_of(seen, object, budget), budget);
  return measured;
}

}  // namespace

bool CapRow::is_available() const {
  if (phases.empty() || phases.front().settled.empty()) return false;
  return std::ranges::all_of(phases.front().settled,
                             [](const Answers& side) { return side.per_mille() >= available_from; });
}

bool CapRow::is_fast() const { return healthy.answered > 0 && healthy.nine_of_ten < longest_round_trip / 4; }

std::string CapRow::pacelc() const {
  const std::string p = is_available() ? "PA" : whole.is_linearizable ? "PC" : "P-";
  const std::string e = is_fast() ? "EL" : whole.is_linearizable ? "EC" : "E-";
  return p + "/" + e;
}

std::vector<PartitionScript::Phase> PartitionScript::phases_of(const sim::RunRecord& run) {
  const auto is_server = [&](std::size_t node) { return run.node_roles[node] != "client"; };
  std::size_t servers = 0;
  for (std::size_t node = 0; node < run.node_roles.size(); ++node) servers += is_server(node) ? 1 : 0;
  std::vector<Phase> phases;
  for (const sim::FaultRecord& fault : run.faults) {
    if (fault.kind == "net.oneway") phases.push_back({"one way", fault.began, fault.ended});
    if (fault.kind != "net.part") continue;
    const auto named = static_cast<std::size_t>(
        std::ranges::count_if(fault.nodes, [&](sim::NodeId node) { return is_server(node.index); }));
    phases.push_back({named < servers ? "bridge" : "split", fault.began, fault.ended});
  }
  return phases;
}

CapRow measure_cap(const sim::RunRecord& run, const PartitionScript& script, const checkers::Budget& budget) {
  CapRow row;
  row.longest_round_trip = run.longest_round_trip;
  const Duration began = script.phases.front().began.time_since_epoch();
  row.healthy = answers_within(run.history, std::min(run.phases.faults_begin, began), began, nullptr);
  const std::string object = checkers::guess_model(run.history);
  for (const auto& phase : script.phases)
    row.phases.push_back(measure_phase(run, script, phase, object, budget));
  const RunReport report = judge(run, budget);
  row.whole = consistency_of(run.history, object, linearizability_of(run, report, object, budget), budget);
  std::set<std::string> anomalies;
  for (const ClaimReport& claim : report.claims) {
    if (claim.judgement.verdict != Verdict::violated && claim.judgement.verdict != Verdict::weak) continue;
    anomalies.insert(claim.finding ? claim.finding->anomaly : claim.judgement.anomaly);
  }
  for (const sim::Finding& finding : run.findings) {
    if (finding.excuse.empty()) anomalies.insert(finding.anomaly);
  }
  row.anomalies.assign(anomalies.begin(), anomalies.end());
  return row;
}

}  // namespace lightcone::reports
