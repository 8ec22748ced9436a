// Locks by what their clients believe, and by the tokens that fence what they guard.
#pragma once

#include <cstdint>
#include <optional>

#include "reports/checkers/findings.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::checkers {

struct LockOptions {
  // How long a client believes an acquisition, from its invocation, in the unit of the history's times.
  // Nullopt: until it releases.
  std::optional<std::int64_t> lease;
};

// Operations: `acquire`, on the lock that the key names, result a fencing token if it is an integer;
// `release`; and any operation whose value is a list that begins with an integer: an effect on the resource
// that its key names, under that token.
//
// A client certainly believes that it holds a lock from the return of `acquire` until it invokes `release`
// or `acquire` anew, its lease ends, or it is last seen doing something. Whether an overlap of beliefs
// is possible at all for this kind of lock is the caller's affair; linearizability judges the lock itself.
//
// `mutex-violation`: two clients believe so at one instant
// `split-brain`: one token was given twice
// `nonmonotonic`: a token was given that is below one whose acquisition had returned before
// `invariant(fencing)`: an effect was accepted after one under a later token had been
// O(n log n).
Judgements check_lock(const sim::History& history, const LockOptions& options = {});

}  // namespace lightcone::reports::checkers
