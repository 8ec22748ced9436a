// What text in the tree must not say: notes to do something later, numbers of some tracker, paths of
// somebody's machine, and words about how a text came to be.
#pragma once

#include "tests/tree/source.hpp"

namespace lightcone::tests::tree {

Findings wording(const std::vector<Source>& tree);

}  // namespace lightcone::tests::tree
