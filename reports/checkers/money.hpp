// Accounts whose money neither appears nor vanishes, and effects that happen once.
//
// Operations: `transfer` [from, to, amount] or [id, from, to, amount]; `deposit` and `withdraw` [account,
// amount] or [id, account, amount]; `read`, result a list of [account, balance], all accounts at one instant;
// `ledger`, result a list of the ids that took effect. Operations with one id are tries of one effect.
#pragma once

#include <cstdint>

#include "reports/checkers/findings.hpp"
#include "sim/history.hpp"
#include "sim/value.hpp"

namespace lightcone::reports::checkers {

enum class Overdrafts : std::uint8_t { forbidden, allowed };

struct MoneyOptions {
  sim::Value initial;  // a list of [account, balance]; null: what the first read says
  Overdrafts overdrafts = Overdrafts::forbidden;
};

// `invariant(conservation)`: a read whose total no deposits and withdrawals explain
// `invariant(non-negativity)`: a balance below zero
// `duplicate-effect`, `missing-effect`: in a ledger, or as the only effect whose repetition or absence would
//     explain a balance of the last read; `wrong-result`: a balance of it that nothing explains
// `phantom`, `dirty-read`: an id in a ledger that nobody used, or whose every try failed
// An acknowledged effect counts for reads and ledgers that begin later, one of unknown outcome may or may
// not. O(n log n), and accounts times reads.
Judgements check_money(const sim::History& history, const MoneyOptions& options = {});

}  // namespace lightcone::reports::checkers
