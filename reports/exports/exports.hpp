// A run for other programs: each function gives the whole file. What comes from the run is data in all of
// them, never markup or syntax.
#pragma once

#include <cstddef>
#include <string>

#include "reports/recording/recording.hpp"
#include "sim/run_record.hpp"
#include "sim/time.hpp"

namespace lightcone::reports::exports {

// What is shown: begun at `from` or later, and before `until`.
struct Window {
  sim::Duration from{};
  sim::Duration until = sim::Duration::max();

  bool contains(std::int64_t nanoseconds) const {
    return nanoseconds >= from.count() && nanoseconds < until.count();
  }
};

// How many messages were sent within the window.
std::size_t messages_in(const Recording& recording, const Window& window);

// A space-time diagram for slides and papers: time from left to right, a lane for each node that takes part,
// messages as arrows, operations as bars, faults as bands. Readable in black and white, on light and dark.
// More messages than this nobody can tell apart; see messages_in().
inline constexpr std::size_t most_messages_in_svg = 5'000;
std::string svg(const sim::RunRecord& run, const Recording& recording, const Window& window);

// A log for ShiViz (Beschastnikh et al., CACM 2016): its first line is the expression that parses it, the
// second the (empty) delimiter of executions, then two lines for each event: its node with the vector clock,
// and what it is.
std::string shiviz(const sim::RunRecord& run, const Recording& recording, const Window& window);

// A trace of Perfetto (its protocol buffers, version 2): a track for each node and client, operations as
// slices, messages as instants joined by flows, faults as slices, time series as counters. Opens in
// ui.perfetto.dev.
std::string perfetto(const sim::RunRecord& run, const Recording& recording, const Window& window);

// Metrics, one value a line: kind, name, time in nanoseconds (empty where there is none), value. Kinds:
// counter, series, quantile (of a histogram or of the latency of an operation, named "NAME p99"), and
// operations ("get ok": how many ended so in the second from this time on). RFC 4180.
std::string csv(const sim::RunRecord& run, const Window& window);

}  // namespace lightcone::reports::exports
