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

struct CapRow {
  Answers healthy;             // from the warm-up to the partition
  std::vector<Answers> sides;  // of the partition, in the order given
  // The second half of the partition, when elections and the like are over: what decides about A.
  std::vector<Answers> settled;
  std::string
      consistency;  // the strongest model that holds: "linearizable", "causal", "PRAM", "RYW, MR", ...
  bool is_linearizable = false;
  bool is_decided = true;              // whether it is linearizable; else the budget was spent
  std::vector<std::string> anomalies;  // of what is broken: claims that are violated, or weak ones
  sim::Duration longest_round_trip{};

  // Every side is answered, but for one operation in ten that the partition itself cut off.
  bool is_available() const;
  // Without a partition, answers do not wait for another region: nine of ten take less than a quarter of the
  // longest round trip.
  bool is_fast() const;
  // "PA/EL", "PC/EC", ...; "P-" where neither was kept, "E-" where waiting did not buy linearizability.
  std::string pacelc() const;
};

struct Partition {
  sim::Instant began{};
  sim::Instant ended{};
  std::vector<std::vector<std::int64_t>> sides;  // processes of the history
};

// The history must have an object that the judges know or can guess.
CapRow measure_cap(const sim::RunRecord& run, const Partition& partition,
                   const checkers::Budget& budget = {});

}  // namespace lightcone::reports
