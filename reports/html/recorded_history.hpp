// A history that was recorded elsewhere, as far as it has what a page shows of a run: its clients are the
// nodes, and there are no messages, no states and no faults.
#pragma once

#include <string>
#include <vector>

#include "reports/checkers/check_history.hpp"
#include "reports/judge.hpp"
#include "sim/history.hpp"
#include "sim/run_record.hpp"

namespace lightcone::reports::html {

struct RecordedHistory {
  sim::RunRecord run;
  RunReport report;
};

// The history with its processes numbered from 0 in the order of their numbers; `names` by the new number.
// Judges speak of processes by number, so this one is to be judged.
sim::History renumbered(const sim::History& history, std::vector<std::string>& names);

// `history` and `names` as renumbered() gave them, `checked` of it. Times that are positions, or that are
// missing, become a millisecond each, and the page says so.
RecordedHistory recorded_history(std::string title, sim::History history, std::vector<std::string> names,
                                 const checkers::Checked& checked,
                                 const std::vector<std::string>& consistency);

}  // namespace lightcone::reports::html
