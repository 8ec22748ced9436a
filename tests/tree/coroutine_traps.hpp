// What g++ 12 compiles wrongly around co_await and co_yield (clang does not; reproduced with g++ 12.2):
//   - an aggregate temporary or a capturing lambda in the same statement is destroyed twice;
//   - `if`, `while` and `switch` on an awaited value lose it silently where the coroutine has no local
//   variable in
//     its outermost scope.
// Both are avoided by giving the value a name in a statement of its own.
#pragma once

#include "tests/tree/source.hpp"

namespace lightcone::tests::tree {

// In every C++ file. Any braced value counts as an aggregate: what is one cannot be seen from its name.
Findings coroutine_traps(const std::vector<Source>& tree);

}  // namespace lightcone::tests::tree
