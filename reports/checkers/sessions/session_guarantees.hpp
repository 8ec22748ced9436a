// What a client may rely on from one operation to the next, and causal consistency, for registers.
//
// A read sees some of the writes and finds the last of them in one order of all writes, the same for
// everybody (Burckhardt, "Principles of Eventual Consistency", chapter 5; Viotti and Vukolić, "Consistency in
// Non-Transactional Distributed Storage Systems", section 3.2). A guarantee holds if what reads must at least
// see under it leaves such an order. Operations: `read` or `get`, `write` or `put`, as in
// register_history.hpp; the values written to a key are unique.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "reports/checkers/budget.hpp"
#include "reports/judgement.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::checkers {

enum class SessionGuarantee : std::uint8_t {
  read_your_writes,     // a read sees the writes that its process did before
  monotonic_reads,      // and what reads of its process saw before
  monotonic_writes,     // who sees a write sees those that its process did before it, in that order
  writes_follow_reads,  // who sees a write sees what its process had read before it, in that order
  pram,                 // the first three at once (Lipton and Sandberg 1988)
  causal,               // all four at once
};

std::string_view to_string(SessionGuarantee guarantee);  // RYW, MR, MW, WFR, PRAM, CAUSAL
std::optional<SessionGuarantee> session_guarantee_named(std::string_view name);

// violated: `stale-read` (RYW), `nonmonotonic` (MR), `reorder` (PRAM, CAUSAL), `circular-flow` (any: a read
// that depends on itself), `phantom`, `dirty-read`. unknown: the history is not one of registers with unique
// values, or causality needs more than the budget's bytes (sessions squared).
// Linear in operations for the first four; times sessions for the last two.
Judgement check_session_guarantee(const sim::History& history, SessionGuarantee guarantee,
                                  const sim::Value& initial = {}, const Budget& budget = {});

}  // namespace lightcone::reports::checkers
