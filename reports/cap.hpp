// What a partition does to a system, measured: who was answered, how long it took, and which consistency the
// history still has. Terms as in Gilbert and Lynch, "Brewer's conjecture and the feasibility of consistent,
// available, partition-tolerant web services", SIGACT News 2002, and Abadi, "Consistency tradeoffs in modern
// distributed database system design", Computer 2012 (PACELC).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reports/checkers/budget.hpp"
#include "sim/run_record.hpp"

namespace lightcone::reports {

// What became of operations that began within a window.
struct Answers {
  std::uint64_t asked = 0;
  std::uint64_t answered = 0;  // `ok` before the window's end
  sim::Duration read{};        // medians of those that were answered; 0 if none was
  sim::Duration write{};
  sim::Duration either{};
  sim::Duration nine_of_ten{};  // of both: as long as that, or shorter

  // In per mille, rounded down; of none asked, 0.
  std::uint64_t per_mille() const { return asked == 0 ? 0 : 1000 * answered / asked; }
};

// Which consistency a history has.
struct Consistency {
  std::string strongest;  // model that holds: "linearizable", "causal", "PRAM", "RYW, MR", ...
  bool is_linearizable = false;
  bool is_decided = true;  // whether it is linearizable; else the budget was spent
};

// A time with faults of the network, measured.
struct CapPhase {
  std::string name;
  std::vector<Answers> sides;    // in the order given
  std::vector<Answers> settled;  // in its second half, when elections and the like are over
  // Of what was read in it, given all that had been written until its end.
  Consistency consistency;
};

struct CapRow {
  Answers healthy;  // from the warm-up to the first phase
  std::vector<CapPhase> phases;
  Consistency whole;                   // of the whole history
  std::vector<std::string> anomalies;  // of what is broken: claims that are violated, or weak ones
  sim::Duration longest_round_trip{};

  // In the first phase: every side is answered, but for one operation in ten that the partition itself cut
  // off. What happens in its second half decides.
  bool is_available() const;
  // Without a partition, answers do not wait for another region: nine of ten take less than a quarter of the
  // longest round trip.
  bool is_fast() const;
  // "PA/EL", "PC/EC", ...; "P-" where neither was kept, "E-" where waiting did not buy linearizability.
  std::string pacelc() const;
};

// What happens to the network, and between whom.
struct PartitionScript {
  struct Phase {
    std::string name;
    sim::Instant began{};
    sim::Instant ended{};
  };
  std::vector<std::vector<std::int64_t>> sides;  // processes of the history
  std::vector<Phase> phases;                     // in order of time; the first is the partition of CAP

  // The phases of a run: each net.part is a "split", or a "bridge" if it leaves out a server, which then
  // reaches both sides; each net.oneway is "one way".
  static std::vector<Phase> phases_of(const sim::RunRecord& run);
};

// The history must have an object that the judges know or can guess; there is a phase at least.
CapRow measure_cap(const sim::RunRecord& run, const PartitionScript& script,
                   const checkers::Budget& budget = {});

}  // namespace lightcone::reports
