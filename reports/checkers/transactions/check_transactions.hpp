// Which isolation a history of transactions shows, and what it rules out, with reasons.
//
// Anomalies are those of Adya and Elle (taxonomy.hpp). For lists the order of versions is seen, for registers
// it is inferred as far as the assumptions allow, and what that leaves open is decided from the axioms
// (axioms.hpp) within a budget.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reports/checkers/budget.hpp"
#include "reports/checkers/transactions/dependencies.hpp"
#include "reports/checkers/transactions/levels.hpp"
#include "reports/checkers/transactions/taxonomy.hpp"
#include "reports/checkers/transactions/transactions.hpp"
#include "reports/judgement.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::checkers {

struct TransactionOptions {
  TransactionKind kind = TransactionKind::automatic;
  // The models that the system claims. The verdict is about these; `holds` and `ruled_out` are about those
  // that the history was examined for, which is as much as these need. Empty: everything.
  ModelSet claimed;
  // Anomalies that must not be there, beside those that the models forbid.
  AnomalySet forbidden;

  // Registers: what may be assumed when inferring orders of versions.
  bool writes_follow_reads = false;  // a transaction that read and wrote a key wrote the later version
  bool sequential_keys = false;      // each key alone is sequentially consistent
  bool linearizable_keys = false;    // each key alone is linearizable

  std::uint64_t cycle_budget = 50'000'000;  // edges looked at for the shortest witnesses
  // For deciding from the axioms what no inference settles; no steps leave it at the inference, as Elle does.
  Budget axiom_budget;
};

struct TransactionReport {
  TransactionKind kind = TransactionKind::automatic;
  std::string problem;               // the history could not be judged, and why; empty if it could
  std::vector<Finding> findings;     // one an anomaly, in the order of Anomaly
  AnomalySet anomalies;              // those found
  std::vector<LevelFinding> levels;  // registers: levels of which no order of writes satisfies the axiom
  AnomalySet undecided;              // those that the budget left open
  ModelSet ruled_out;
  ModelSet weakest_ruled_out;     // Elle's `not`; the rest of ruled_out is its `also-not`
  ModelSet holds;                 // examined, and nothing speaks against them
  ModelSet unknown;               // the budget ended first
  bool inferred_nothing = false;  // no transaction depends on another
  std::uint64_t steps = 0;
};

TransactionReport check_transactions(const sim::History& history, const TransactionOptions& options = {});

// Of the findings and of the levels, each once.
std::vector<std::string> anomaly_names(const TransactionReport& report);

// About the claimed models: violated by the worst anomaly that one of them forbids, unknown, or held.
Judgement judge(const TransactionReport& report, const TransactionOptions& options);

}  // namespace lightcone::reports::checkers
