// The axioms' levels in the lattice of models, decided with as few searches as what is asked needs.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "reports/checkers/transactions/axioms.hpp"
#include "reports/checkers/transactions/taxonomy.hpp"

namespace lightcone::reports::checkers {

// A level that does not hold, and the models that fall with it.
struct LevelFinding {
  Level level = Level::read_committed;
  Ordered ordered = Ordered::by_reads;
  ModelSet ruled_out;
  LevelVerdict verdict;
};

// What a violation of a level is called: "fractured-read", "causality-violation", …, and where a cycle is
// meant Elle's name for the existence of one, "PL-SI-cycle-exists".
std::string_view anomaly_name(Level level, Ordered ordered);

struct Levels {
  std::vector<LevelFinding> violated;  // the weakest level of each order that does not hold
  ModelSet unknown;                    // the budget ended first
};

// Of `asked`, those that are not known to be ruled out.
Levels decide_levels(const Transactions& transactions, ModelSet asked, ModelSet ruled_out,
                     std::uint64_t& steps, const Budget& budget);

}  // namespace lightcone::reports::checkers
