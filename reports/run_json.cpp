#include "reports/run_json.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "reports/histories/json_lines.hpp"

namespace lightcone::reports {

namespace {

using Json = nlohmann::ordered_json;

double in_seconds(sim::Duration duration) { return static_cast<double>(duration.count()) / 1e9; }
double in_seconds(sim::Instant instant) { return in_seconds(instant.time_since_epoch()); }

Json operation_json(const sim::Operation& operation) {
  std::string line;
  histories::append_json_line(line, operation);
  return Json::parse(line, nullptr, false);
}

Json witness_json(const sim::RunRecord& run, const ClaimReport& claim) {
  const Judgement& judgement = claim.judgement;
  if (judgement.verdict == Verdict::held) return nullptr;
  Json witness;
  witness["summary"] = judgement.summary;
  witness["positions"] = judgement.operations;
  witness["operations"] = Json::array();
  for (const std::size_t position : judgement.operations)
    witness["operations"].push_back(operation_json(run.history.at(position)));
  witness["reason"] = Json::array();
  for (const Step& step : judgement.reason) {
    witness["reason"].push_back({{"text", step.text}, {"positions", step.operations}});
  }
  if (claim.finding) {
    Json nodes = Json::array();
    for (const sim::NodeId node : claim.finding->nodes) nodes.push_back(run.node_names.at(node.index));
    witness["finding"] = {{"text", claim.finding->text},
                          {"anomaly", claim.finding->anomaly},
                          {"at", in_seconds(claim.finding->at)},
                          {"event", claim.finding->event},
                          {"nodes", nodes}};
  }
  return witness;
}

Json claims_json(const sim::RunRecord& run, const RunReport& report) {
  Json claims = Json::array();
  for (const ClaimReport& claim : report.claims) {
    claims.push_back({{"id", claim.claim.id},
                      {"statement", claim.claim.statement},
                      {"assumption", to_string(claim.claim.assumption)},
                      {"verdict", to_string(claim.judgement.verdict)},
                      {"anomaly", claim.judgement.anomaly},
                      {"witness", witness_json(run, claim)}});
  }
  return claims;
}

Json faults_json(const sim::RunRecord& run) {
  Json faults = Json::array();
  for (const sim::FaultRecord& fault : run.faults) {
    faults.push_back({{"kind", fault.kind},
                      {"what", fault.description},
                      {"began", in_seconds(fault.began)},
                      {"ended", in_seconds(fault.ended)},
                      {"affected", fault.affected},
                      {"effect", fault.effect}});
  }
  return faults;
}

Json operations_json(const sim::RunRecord& run) {
  struct Counts {
    std::uint64_t ok = 0, fail = 0, unknown = 0;
    Json as_json() const { return {{"ok", ok}, {"fail", fail}, {"unknown", unknown}}; }
    void add(sim::Outcome outcome) {
      ++(outcome == sim::Outcome::ok ? ok : outcome == sim::Outcome::fail ? fail : unknown);
    }
  };
  Counts all;
  std::map<std::string, Counts> by_f;
  for (const sim::Operation& operation : run.history) {
    all.add(operation.outcome);
    by_f[operation.f].add(operation.outcome);
  }
  Json operations = all.as_json();
  operations["by_f"] = Json::object();
  for (const auto& [f, counts] : by_f) operations["by_f"][f] = counts.as_json();
  return operations;
}

}  // namespace

std::string run_as_json(const sim::RunRecord& run, const RunReport& report, double wall_seconds) {
  Json bugs = Json::array();
  for (const sim::BugSwitch& bug : run.bugs) bugs.push_back(bug.name);
  Json out;
  out["scenario"] = run.scenario;
  out["file"] = run.file;
  out["model"] = run.model;
  out["profile"] = run.profile;
  out["bugs"] = bugs;
  out["seed"] = run.seed;
  out["fingerprint"] = fmt::format("{:016x}", run.fingerprint);
  out["verdict"] = to_string(report.verdict);
  out["expected"] = run.expected_anomaly.empty() ? run.expected_claim : run.expected_anomaly;
  out["as_expected"] = report.ending == Ending::as_expected;
  out["claims"] = claims_json(run, report);
  out["faults"] = faults_json(run);
  out["operations"] = operations_json(run);
  out["events"] = run.events;
  out["simulated_seconds"] = in_seconds(run.phases.end);
  out["wall_seconds"] = wall_seconds;
  out["invalid_because"] = report.invalid_because;
  out["reproduce"] = run.reproduce;
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace lightcone::reports
