// What clients did: by kind and outcome, and how long it took.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "reports/text/style.hpp"
#include "sim/metrics.hpp"
#include "sim/run_record.hpp"

namespace lightcone::reports::text {

// "ok", "refused" or "unknown".
std::string_view in_words(sim::Outcome outcome);

// How many ended how, and how long the successful ones took.
struct Outcomes {
  std::uint64_t ok = 0;
  std::uint64_t fail = 0;
  std::uint64_t unknown = 0;
  sim::Histogram latency;

  void add(const sim::Operation& operation);
};

std::string operations_table(const sim::RunRecord& run, const Style& style);

// Judges know sessions by their numbers ("process 7"); readers know clients by their names.
std::string with_client_names(const sim::RunRecord& run, std::string_view text);

// "c1 put x3 7 -> true": one operation on a line, without its times.
std::string operation_text(const sim::RunRecord& run, const sim::Operation& operation);

}  // namespace lightcone::reports::text
