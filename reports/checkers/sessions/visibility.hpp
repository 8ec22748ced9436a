// What reads must at least see under a guarantee, as edges between writes: where a read that sees x finds
// w, x comes before w. Shared by the six judges of sessions.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "reports/checkers/sessions/order_graph.hpp"
#include "reports/checkers/sessions/register_history.hpp"

namespace lightcone::reports::checkers {

enum class Precedence : std::uint8_t {
  session,  // a process did them in this order
  source,   // the second read what the first wrote
  older,    // a read (via) saw the first and found the second
};

// A read that finds the register as it was in the beginning, though it must see a write.
struct Unseen {
  std::uint32_t write = 0;
  std::uint32_t read = 0;
};

// Sessions and reads-from among all steps: what every guarantee rests on.
void add_happens_before(const RegisterHistory& history, OrderGraph& graph);

// Each adds the edges of its guarantee to `graph`, whose first nodes are the steps.
std::optional<Unseen> see_own_writes(const RegisterHistory& history, OrderGraph& graph);
std::optional<Unseen> see_earlier_reads(const RegisterHistory& history, OrderGraph& graph);
// Own writes, earlier reads, and of each session whose write is seen all writes before it.
std::optional<Unseen> see_prefixes(const RegisterHistory& history, OrderGraph& graph);
// All that happened before. The history's happens-before must be without cycles.
std::optional<Unseen> see_causes(const RegisterHistory& history, OrderGraph& graph);

}  // namespace lightcone::reports::checkers
