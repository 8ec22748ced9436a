#include "reports/checkers/check_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "reports/checkers/findings.hpp"
#include "reports/checkers/linearizability/linearizability.hpp"
#include "reports/checkers/locks.hpp"
#include "reports/checkers/logs.hpp"
#include "reports/checkers/money.hpp"
#include "reports/checkers/sequential/sequential.hpp"
#include "reports/checkers/sessions/session_guarantees.hpp"
#include "reports/checkers/sets.hpp"
#include "reports/checkers/transactions/check_transactions.hpp"
#include "reports/checkers/unique_ids.hpp"

namespace lightcone::reports::checkers {

namespace {

constexpr std::array<std::string_view, 14> objects = {
    "register",   "cas-register",    "multi-register", "kv",    "kv-append", "counter", "set",
    "fifo-queue", "unordered-queue", "priority-queue", "stack", "log",       "mutex",   "fenced-lock"};
constexpr std::array<std::string_view, 4> transactions = {"list-append", "rw-register", "closed-predicate",
                                                          "predicate"};
constexpr std::array<std::string_view, 7> others = {"kv-register", "growing-set", "stream",    "unique-ids",
                                                    "bank",        "lock",        "rate-limit"};

template <class Names>
bool among(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::optional<SessionGuarantee> guarantee_named(std::string_view name) {
  if (name == "read-your-writes") return SessionGuarantee::read_your_writes;
  if (name == "monotonic-reads") return SessionGuarantee::monotonic_reads;
  if (name == "monotonic-writes") return SessionGuarantee::monotonic_writes;
  if (name == "writes-follow-reads") return SessionGuarantee::writes_follow_reads;
  if (name == "causal") return SessionGuarantee::causal;
  return session_guarantee_named(name);
}

void add_once(std::vector<std::string>& names, std::string name) {
  if (!name.empty() && !among(names, name)) names.push_back(std::move(name));
}

class Check {
 public:
  Check(const sim::History& history, const Claims& claims) : history_(history), claims_(claims) {}

  Checked run() {
    out_.model = claims_.model;
    if (out_.model.empty()) {
      out_.model = guess_model(history_);
      if (out_.model.empty())
        return refuse(history_.empty() ? "there are no operations"
                                       : "no model is known for these operations: name one");
      out_.guesses.push_back(fmt::format("the operations look like those of a {}", out_.model));
    }
    if (among(transactions, out_.model)) {
      judge_transactions();
    } else if (object_named(out_.model)) {
      judge_object();
    } else if (out_.model == "kv-register") {
      judge_guarantees(claims_.consistency);
    } else {
      judge_other();
    }
    return conclude();
  }

 private:
  Checked refuse(std::string problem) {
    out_.problem = std::move(problem);
    out_.verdict = Verdict::unknown;
    return std::move(out_);
  }

  Checked conclude() {
    if (!out_.problem.empty()) return refuse(std::move(out_.problem));
    const auto any = [&](Verdict verdict) {
      return std::any_of(out_.judgements.begin(), out_.judgements.end(),
                         [&](const Judgement& each) { return each.verdict == verdict; });
    };
    out_.verdict = Verdict::held;
    for (const Verdict verdict : {Verdict::invalid, Verdict::unknown, Verdict::violated}) {
      if (any(verdict)) out_.verdict = verdict;
    }
    std::vector<Judgement> gravest_first;
    for (const bool violated : {true, false}) {
      for (Judgement& each : out_.judgements) {
        if ((each.verdict == Verdict::violated) == violated) gravest_first.push_back(std::move(each));
      }
    }
    out_.judgements = std::move(gravest_first);
    for (const Judgement& judgement : out_.judgements) {
      if (judgement.verdict == Verdict::violated) add_once(out_.anomalies, judgement.anomaly);
    }
    return std::move(out_);
  }

  // The judgement of one consistency model.
  void take(std::string_view name, Judgement judgement) {
    std::vector<std::string>& names = judgement.verdict == Verdict::held       ? out_.holds
                                      : judgement.verdict == Verdict::violated ? out_.ruled_out
                                                                               : out_.undecided;
    add_once(names, std::string(name));
    out_.judgements.push_back(std::move(judgement));
  }

  // What `fail` says of an operation is told by those that failed: an answer is an observation.
  Object object() {
    Object object = *object_named(out_.model, claims_.initial.value_or(nullptr));
    if (claims_.null_reads) object.null_reads = *claims_.null_reads;
    if (claims_.failures) {
      object.failures = *claims_.failures;
      return object;
    }
    const bool answered = std::any_of(history_.begin(), history_.end(), [](const sim::Operation& operation) {
      return operation.outcome == sim::Outcome::fail && operation.result == sim::Value(false);
    });
    if (answered) {
      object.failures = Failures::observations;
      out_.guesses.emplace_back(
          "operations that failed with the answer false saw that they could not be done");
    }
    return object;
  }

  bool has_times() const { return history_.empty() || history_.front().invoke != sim::Operation::unordered; }

  void judge_object() {
    std::vector<std::string> names = claims_.consistency;
    if (names.empty()) names.emplace_back(has_times() ? "linearizable" : "sequential");
    std::vector<std::string> guarantees;
    const Object what = object();
    for (const std::string& name : names) {
      if (name == "linearizable" && !has_times()) {
        out_.problem = "linearizability needs times, and this history has none";
      } else if (name == "linearizable") {
        take(name, linearizable(what));
        add_weaker();
      } else if (name == "sequential") {
        take(name, check_sequential(history_, what, claims_.budget));
      } else if (guarantee_named(name)) {
        guarantees.push_back(name);
      } else {
        out_.problem = fmt::format("\"{}\" is no consistency model of objects", name);
      }
    }
    if (!guarantees.empty()) judge_guarantees(guarantees);
  }

  // Registers and maps whose first value nobody told: if null does not explain the answers, perhaps the usual
  // other one does.
  Judgement linearizable(const Object& what) {
    Judgement judgement = check_linearizable(history_, what, claims_.budget);
    const bool is_register = what.shape == Shape::plain_register || what.shape == Shape::cas_register;
    const bool told =
        claims_.initial || claims_.null_reads || !(is_register || what.shape == Shape::key_value);
    if (judgement.verdict != Verdict::violated || told) return judgement;
    Object other = what;
    other.initial = is_register ? sim::Value(0) : sim::Value("");
    other.null_reads = is_register ? NullReads::unknown : NullReads::absent;
    Judgement again = check_linearizable(history_, other, claims_.budget);
    if (again.verdict != Verdict::held) return judgement;
    out_.guesses.emplace_back(is_register
                                  ? "the registers began with 0, and reads without an answer saw anything"
                                  : "all keys began with the empty text");
    return again;
  }

  void add_weaker() {
    if (!among(out_.holds, "linearizable")) return;
    for (const Model model : weaker_than({Model::linearizable}).members())
      add_once(out_.holds, std::string(to_string(model)));
  }

  void judge_guarantees(std::vector<std::string> names) {
    if (names.empty()) names = {"CAUSAL", "PRAM", "RYW", "MR", "MW", "WFR"};
    const sim::Value initial = claims_.initial.value_or(nullptr);
    bool causal = false;
    bool pram = false;
    for (const std::string& name : names) {
      const std::optional<SessionGuarantee> guarantee = guarantee_named(name);
      if (!guarantee) {
        out_.problem = fmt::format("\"{}\" is no session guarantee", name);
        return;
      }
      // The stronger ones come first: what they imply need not be judged.
      const bool implied = causal || (pram && *guarantee != SessionGuarantee::writes_follow_reads &&
                                      *guarantee != SessionGuarantee::causal);
      if (implied) {
        add_once(out_.holds, name);
        continue;
      }
      Judgement judgement = check_session_guarantee(history_, *guarantee, initial, claims_.budget);
      causal = causal || (*guarantee == SessionGuarantee::causal && judgement.verdict == Verdict::held);
      pram = pram || (*guarantee == SessionGuarantee::pram && judgement.verdict == Verdict::held);
      take(name, std::move(judgement));
    }
  }

  void judge_transactions() {
    TransactionOptions options;
    options.kind = out_.model == "list-append"   ? TransactionKind::list_append
                   : out_.model == "rw-register" ? TransactionKind::rw_register
                                                 : TransactionKind::predicate;
    for (const std::string& name : claims_.consistency) {
      const std::optional<Model> model = parse_model(name);
      if (!model) {
        out_.problem = fmt::format("\"{}\" is no consistency model of transactions", name);
        return;
      }
      options.claimed.insert(*model);
    }
    options.cycle_budget = claims_.budget.steps;
    options.axiom_budget = claims_.budget;
    const TransactionReport report = check_transactions(history_, options);
    out_.problem = report.problem;
    if (!report.problem.empty()) return;
    const auto name_all = [](ModelSet models, std::vector<std::string>& names) {
      for (const Model model : models.members()) add_once(names, std::string(to_string(model)));
    };
    name_all(report.holds, out_.holds);
    name_all(report.ruled_out, out_.ruled_out);
    name_all(report.unknown, out_.undecided);
    for (const Anomaly anomaly : report.anomalies.members())
      add_once(out_.anomalies, std::string(to_string(anomaly)));
    out_.judgements.push_back(judge(report, options));
    for (const Finding& finding : report.findings) {
      Judgement judgement;
      judgement.verdict = Verdict::violated;
      judgement.anomaly = to_string(finding.anomaly);
      if (judgement.anomaly == out_.judgements.front().anomaly || !claims_.consistency.empty()) continue;
      judgement.summary = finding.summary;
      judgement.reason = finding.reason;
      judgement.operations.assign(finding.transactions.begin(), finding.transactions.end());
      std::sort(judgement.operations.begin(), judgement.operations.end());
      out_.judgements.push_back(std::move(judgement));
    }
  }

  void judge_other() {
    if (!claims_.consistency.empty()) {
      out_.problem = fmt::format("a {} is judged by itself, not by consistency models", out_.model);
      return;
    }
    if (out_.model == "growing-set") {
      out_.judgements = check_set(history_);
    } else if (out_.model == "stream") {
      out_.judgements = check_log(history_);
    } else if (out_.model == "unique-ids") {
      out_.judgements = check_unique_ids(history_);
    } else if (out_.model == "bank") {
      MoneyOptions options;
      options.initial = claims_.initial.value_or(nullptr);
      out_.judgements = check_money(history_, options);
    } else if (out_.model == "lock") {
      out_.judgements = check_lock(history_, {claims_.lease});
    } else if (out_.model == "rate-limit") {
      if (!claims_.rate) {
        out_.problem = "a rate limit needs its bound";
      } else {
        out_.judgements = check_rate(history_, *claims_.rate);
      }
    } else {
      out_.problem = fmt::format("\"{}\" is no model that is known", out_.model);
    }
  }

  const sim::History& history_;
  const Claims& claims_;
  Checked out_;
};

}  // namespace

Checked check_history(const sim::History& history, const Claims& claims) {
  return Check(history, claims).run();
}

std::vector<std::string_view> model_names() {
  std::vector<std::string_view> names(objects.begin(), objects.end());
  names.insert(names.end(), transactions.begin(), transactions.end());
  names.insert(names.end(), others.begin(), others.end());
  return names;
}

}  // namespace lightcone::reports::checkers
