// Names that a layer must not use, because a run has to be the same everywhere and the layers below the
// program do no input or output, use no threads and treat errors as values.
#pragma once

#include <span>
#include <string_view>

#include "tests/tree/source.hpp"

namespace lightcone::tests::tree {

// Tokens, separated by blanks, as they stand in the code: "std :: shuffle", "rand (". A final `*` stands for
// any rest of a word, "<name>" for a header. Member calls (x.rand(), x->rand()) and declarations of functions
// with such a name are not meant by a pattern that ends in "(".
struct Ban {
  std::string_view pattern;
  std::string_view layers;  // separated by blanks
  std::string_view why;
  std::string_view instead;
};

std::span<const Ban> bans();

// The rule of a finding is the pattern.
Findings banned_names(const std::vector<Source>& tree);

// Floating-point types and numbers in layers whose results must not depend on rounding.
Findings floating_point(const std::vector<Source>& tree);

// Ordered containers whose order is that of addresses.
Findings pointer_order(const std::vector<Source>& tree);

}  // namespace lightcone::tests::tree
