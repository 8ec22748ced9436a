#include "reports/checkers/transactions/check_transactions.hpp"

#include <algorithm>
#include <memory>

#include "reports/checkers/transactions/cycles.hpp"
#include "reports/checkers/transactions/list_append.hpp"
#include "reports/checkers/transactions/predicate.hpp"
#include "reports/checkers/transactions/rw_register.hpp"

namespace lightcone::reports::checkers {

namespace {

constexpr AnomalySet process_cycles = {Anomaly::g0_process,
                                       Anomaly::g1c_process,
                                       Anomaly::g_single_item_process,
                                       Anomaly::g_single_process,
                                       Anomaly::g_nonadjacent_item_process,
                                       Anomaly::g_nonadjacent_process,
                                       Anomaly::g2_item_process,
                                       Anomaly::g2_process};
constexpr AnomalySet realtime_cycles = {Anomaly::g0_realtime,
                                        Anomaly::g1c_realtime,
                                        Anomaly::g_single_item_realtime,
                                        Anomaly::g_single_realtime,
                                        Anomaly::g_nonadjacent_item_realtime,
                                        Anomaly::g_nonadjacent_realtime,
                                        Anomaly::g2_item_realtime,
                                        Anomaly::g2_realtime};

ModelSet all_models() {
  ModelSet out;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(Model::strong_serializable); ++i)
    out.insert(static_cast<Model>(i));
  out.erase(Model::view_serializable);
  return out;
}

class Check {
 public:
  Check(const sim::History& history, const TransactionOptions& options)
      : options_(options),
        transactions_(parse_transactions(history, options.kind)),
        everything_(options.claimed.empty() && options.forbidden.empty()) {
    examined_ = everything_ ? all_models() : weaker_than(options.claimed);
    wanted_ = forbidden_by(examined_) | implying(options.forbidden);
    report_.kind = transactions_.kind;
  }

  TransactionReport run() {
    if (!transactions_.problem.empty()) {
      return refuse("operation " + std::to_string(transactions_.problem_operation) + ": " +
                    transactions_.problem);
    }
    dependencies_ = infer();
    if (transactions_.ambiguous) {
      report_.problem = ambiguity();
      dependencies_->log.keep({Anomaly::internal, Anomaly::incompatible_order});
    } else {
      search_cycles();
    }
    conclude();
    return std::move(report_);
  }

 private:
  TransactionReport refuse(std::string why) {
    report_.problem = std::move(why);
    report_.unknown = examined_ & all_models();
    return std::move(report_);
  }

  std::string ambiguity() const {
    for (const Version& version : transactions_.versions)
      if (version.ambiguous)
        return "two committed transactions wrote " + version.value->to_json() + " to key " +
               transactions_.key_text(version.key) + ": versions cannot be told apart";
    return {};
  }

  std::unique_ptr<Dependencies> infer() {
    switch (transactions_.kind) {
      case TransactionKind::rw_register:
        return std::make_unique<RwRegister>(
            transactions_, RegisterAssumptions{options_.writes_follow_reads, options_.sequential_keys,
                                               options_.linearizable_keys});
      case TransactionKind::predicate:
        return std::make_unique<PredicateReads>(transactions_);
      default:
        return std::make_unique<ListAppend>(transactions_);
    }
  }

  // Orders of sessions and of real time are tried one after the other on the same dependencies.
  void search_cycles() {
    DependencyGraph& graph = dependencies_->graph;
    const auto data = graph.mark();
    // Real time includes the order of sessions, so where it is claimed the latter says nothing more.
    const bool realtime = !(wanted_ & realtime_cycles).empty() && transactions_.timed;
    const bool process = !(wanted_ & process_cycles).empty() && (everything_ || !realtime);
    if (process) {
      add_process_order(transactions_, graph);
      search_graph();
      graph.cut(data);
    }
    if (realtime) {
      add_realtime_order(transactions_, graph);
      search_graph();
    }
    if (!process && !realtime) search_graph();
  }

  void search_graph() {
    DependencyGraph& graph = dependencies_->graph;
    graph.freeze();
    report_.inferred_nothing = graph.edges() == 0;
    CycleSearch search;
    search.budget = options_.cycle_budget;
    for (const Cycle& cycle : find_cycles(graph, search)) record(cycle);
    report_.steps += search.steps;
    report_.undecided |= search.undecided;
  }

  void record(const Cycle& cycle) {
    FindingLog& log = dependencies_->log;
    if (!log.wants(cycle.anomaly, cycle.steps.size())) return log.count(cycle.anomaly);
    Finding finding;
    finding.anomaly = cycle.anomaly;
    for (const CycleStep& step : cycle.steps) finding.transactions.push_back(step.from);
    if (!cycle.steps.empty()) {
      finding.reason = explain_cycle(*dependencies_, cycle);
      if (finding.reason.empty()) {
        report_.problem =
            "a dependency could not be found again in the history: this is an error of the checker";
        return;
      }
      finding.summary =
          std::to_string(cycle.steps.size()) + " transactions each precede the next, and the last the first";
    } else {
      finding.summary = "transactions depend on each other in a way that the model forbids";
    }
    log.add(std::move(finding));
  }

  void conclude() {
    dependencies_->log.drop_redundant_existence();
    report_.anomalies = dependencies_->log.anomalies();
    report_.findings = dependencies_->log.findings();
    report_.ruled_out = ruled_out_by(report_.anomalies);

    report_.unknown =
        transactions_.ambiguous ? examined_ & all_models() : ruled_out_by(report_.undecided) & examined_;
    if (transactions_.kind == TransactionKind::rw_register && !transactions_.ambiguous &&
        options_.axiom_budget.steps > 0)
      decide_from_axioms();
    report_.unknown = report_.unknown - report_.ruled_out;
    report_.weakest_ruled_out = weakest(report_.ruled_out);
    report_.holds = (examined_ & all_models()) - report_.ruled_out - report_.unknown;
  }

  void decide_from_axioms() {
    std::uint64_t steps = 0;
    Levels levels = decide_levels(transactions_, examined_, report_.ruled_out, steps, options_.axiom_budget);
    report_.steps += steps;
    for (const LevelFinding& finding : levels.violated) report_.ruled_out |= finding.ruled_out;
    report_.unknown |= levels.unknown & examined_;
    report_.levels = std::move(levels.violated);
  }

  const TransactionOptions& options_;
  Transactions transactions_;
  bool everything_ = false;
  ModelSet examined_;
  AnomalySet wanted_;
  std::unique_ptr<Dependencies> dependencies_;
  TransactionReport report_;
};

}  // namespace

TransactionReport check_transactions(const sim::History& history, const TransactionOptions& options) {
  return Check(history, options).run();
}

std::vector<std::string> anomaly_names(const TransactionReport& report) {
  std::vector<std::string> out;
  for (const Finding& finding : report.findings) out.emplace_back(to_string(finding.anomaly));
  for (const LevelFinding& finding : report.levels)
    out.emplace_back(anomaly_name(finding.level, finding.ordered));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Judgement judge(const TransactionReport& report, const TransactionOptions& options) {
  const ModelSet claimed = options.claimed.empty() && options.forbidden.empty()
                               ? ModelSet{Model::strong_serializable}
                               : options.claimed;
  const AnomalySet bad = forbidden_by(claimed) | implying(options.forbidden);
  Judgement judgement;
  judgement.steps = report.steps;
  for (const Finding& finding : report.findings) {
    if (!bad.contains(finding.anomaly)) continue;
    judgement.verdict = Verdict::violated;
    judgement.anomaly = to_string(finding.anomaly);
    judgement.summary = finding.summary;
    judgement.operations.assign(finding.transactions.begin(), finding.transactions.end());
    std::sort(judgement.operations.begin(), judgement.operations.end());
    judgement.reason = finding.reason;
    return judgement;
  }
  for (const LevelFinding& finding : report.levels) {
    if ((finding.ruled_out & claimed).empty()) continue;
    judgement.verdict = Verdict::violated;
    judgement.anomaly = anomaly_name(finding.level, finding.ordered);
    judgement.summary = "no order of writes satisfies the axiom of " + std::string(to_string(finding.level));
    judgement.operations.assign(finding.verdict.transactions.begin(), finding.verdict.transactions.end());
    judgement.reason = finding.verdict.reason;
    return judgement;
  }
  if (!report.problem.empty() || !(report.unknown & weaker_than(claimed)).empty()) {
    judgement.verdict = Verdict::unknown;
    judgement.summary =
        report.problem.empty() ? "the budget ended before every cycle was looked for" : report.problem;
  }
  return judgement;
}

}  // namespace lightcone::reports::checkers
