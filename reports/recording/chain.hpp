// The chain of events that led to one: each scheduled while the one before it was executed. It is what the
// system did on the way to an answer; what a node knew when it acted is in its state.
#pragma once

#include <cstdint>
#include <vector>

#include "reports/recording/recording.hpp"
#include "sim/history.hpp"

namespace lightcone::reports {

// Positions in recording.rows, the first cause first, `event` last; nothing that began before `since`. A
// message that was delivered twice is in it once, as the copy that mattered.
std::vector<std::size_t> chain_to(const Recording& recording, std::uint64_t event, sim::Instant since);

// The event in which the client got the answer of this operation: the delivery of a message, or a timer, at
// that time; 0 if there is none, as for an operation that is still open.
std::uint64_t event_of_answer(const Recording& recording, const sim::Operation& operation);

}  // namespace lightcone::reports
