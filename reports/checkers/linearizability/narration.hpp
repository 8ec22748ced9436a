// Operations in words.
#pragma once

#include <string>

#include "sim/history.hpp"

namespace lightcone::reports::checkers {

// "read -> 7 on key "x" by process 3", "write 9 by process 1", "cas from 1 to 2 (outcome unknown) by process
// 4".
std::string named(const sim::Operation& operation);

// A value as JSON; the middle of a long one is left out.
std::string shown(const sim::Value& value);

}  // namespace lightcone::reports::checkers
