// JSON text, with // and /* */ comments, to a document that knows the place of every value and key.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "scenarios/diagnostics.hpp"
#include "sim/literal.hpp"

namespace lightcone::scenarios::json {

struct Limits {
  std::size_t bytes = std::size_t{16} << 20;
  std::size_t depth = 64;  // lists and objects within each other
};

// Reads the text that `out` quotes from (out.source()). Nothing when it is no JSON or beyond the limits. A
// key that is given twice and a whole number that does not fit 64 bits are reported, too, and the rest is
// read: then the document (with the first of the two values) is good for finding more mistakes only.
std::optional<sim::Literal> parse(Diagnostics& out, const Limits& limits = {});

}  // namespace lightcone::scenarios::json
