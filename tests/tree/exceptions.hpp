// Files that may break a rule, and why. An exception that no longer excuses anything is a finding itself.
#pragma once

#include <span>
#include <string_view>

#include "tests/tree/source.hpp"

namespace lightcone::tests::tree {

struct Exception {
  std::string_view path;
  std::string_view rule;  // as in Finding
  std::string_view reason;
};

// The whole list.
std::span<const Exception> exceptions();

// `findings` must be of all rules that `exceptions` speak of.
Findings without_excused(const Findings& findings, std::span<const Exception> exceptions);

}  // namespace lightcone::tests::tree
