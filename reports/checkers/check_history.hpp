// One door to all judges: a history and what is claimed of it go in, what holds and what does not comes out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/checkers/budget.hpp"
#include "reports/checkers/linearizability/object.hpp"
#include "reports/checkers/rates.hpp"
#include "reports/judgement.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::checkers {

// What is known of a history beside its operations. What is left out is guessed or takes its default.
struct Claims {
  // "register", "cas-register", "multi-register", "kv", "kv-append", "counter", "set", "fifo-queue",
  //     "unordered-queue", "priority-queue", "stack", "log", "mutex", "fenced-lock": objects (object.hpp)
  // "kv-register": registers by session guarantees (sessions/session_guarantees.hpp)
  // "list-append", "rw-register", "closed-predicate": transactions (transactions/check_transactions.hpp)
  // "growing-set", "stream", "unique-ids", "bank", "lock", "rate-limit": sets.hpp, logs.hpp, unique_ids.hpp,
  //     money.hpp, locks.hpp, rates.hpp
  std::string model;
  // Of objects: linearizable, sequential; of registers also RYW, MR, MW, WFR, PRAM, CAUSAL or their long
  // names; of transactions Elle's. Empty: linearizable, all guarantees, or all that transactions can show.
  std::vector<std::string> consistency;
  std::optional<sim::Value> initial;
  std::optional<Failures> failures;
  std::optional<NullReads> null_reads;
  std::optional<RateBound> rate;      // needed for rate-limit
  std::optional<std::int64_t> lease;  // of a lock
  Budget budget;
};

struct Checked {
  std::string model;
  std::vector<std::string> guesses;    // what was assumed, in sentences
  std::string problem;                 // nothing could be judged: why; empty otherwise
  Verdict verdict = Verdict::unknown;  // violated if one of the judgements is, else unknown if one is
  std::vector<std::string> anomalies;
  std::vector<std::string> holds;  // consistency models, of those examined
  std::vector<std::string> ruled_out;
  std::vector<std::string> undecided;
  std::vector<Judgement> judgements;  // the gravest first; never empty unless there is a problem
};

Checked check_history(const sim::History& history, const Claims& claims);

// All names that `Claims::model` knows.
std::vector<std::string_view> model_names();

// The model that the operations' names and values suggest; empty if none.
std::string guess_model(const sim::History& history);

}  // namespace lightcone::reports::checkers
