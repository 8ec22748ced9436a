// Reads and writes of registers, session by session, each read with the write that it saw.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reports/judgement.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::checkers {

struct RegisterStep {
  static constexpr std::uint32_t initial = UINT32_MAX;

  std::uint32_t position = 0;  // in the history
  std::uint32_t session = 0;
  std::uint32_t key = 0;
  bool write = false;
  std::uint32_t source = initial;  // of a read: the step that wrote what it found, or `initial`
};

// `read` (or get) finds its result; `write` (or put) writes its value. Operations of other names make the
// history one that cannot be judged. What failed did not happen; reads without an answer say nothing. A
// write of unknown outcome happened if its value was read, and then counts as a session of its own that
// follows what its client did before: the client did not know of it.
struct RegisterHistory {
  std::vector<RegisterStep> steps;         // by session, in its order
  std::vector<std::uint32_t> first;        // of each session, and the end
  std::vector<std::uint32_t> begun_after;  // of each session: the step that precedes it, or initial
  std::uint32_t keys = 0;

  // Set where the reads and writes already settle the matter: the history is none of registers with unique
  // values (unknown), a read found what nobody wrote (violated, phantom) or what a failed write would have
  // written (violated, dirty-read).
  Judgement settled;

  std::uint32_t sessions() const { return static_cast<std::uint32_t>(first.size() - 1); }
};

// `initial` is what a register holds before it is written; null is always understood as that too.
RegisterHistory read_registers(const sim::History& history, const sim::Value& initial);

}  // namespace lightcone::reports::checkers
