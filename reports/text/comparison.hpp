// Two runs side by side: where they part, and what that did to operations, availability, latency and claims.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reports/judge.hpp"
#include "reports/text/style.hpp"
#include "sim/run_record.hpp"

namespace lightcone::reports::text {

struct Side {
  std::string name;  // "A"
  const sim::RunRecord* run = nullptr;
  const RunReport* report = nullptr;
};

// The first records of the two traces that differ, as JSON; empty at the end of a trace.
struct Parting {
  bool differs = false;
  std::uint64_t same = 0;  // records before
  std::int64_t at = 0;     // nanoseconds: of the earlier of the two
  std::string left;
  std::string right;
};

// What is said of both runs; without a label, a gap.
struct ComparisonRow {
  std::string label;
  std::string left;
  std::string right;
};
std::vector<ComparisonRow> comparison_rows(const Side& left, const Side& right);

std::string comparison_text(const Side& left, const Side& right, const Parting& parting, const Style& style);

// The longest time in which no operation returned ok, between the first invocation and the last.
sim::Duration longest_silence(const sim::History& history);

}  // namespace lightcone::reports::text
