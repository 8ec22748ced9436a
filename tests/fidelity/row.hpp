// One row of what was published and what came out here. Printed, so that the tables in the documents can be
// made again, and checked.
#pragma once

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <string_view>

namespace lightcone::tests {

struct Row {
  std::string_view what;
  std::string_view published;  // as the source prints it
  double expected;             // what the published model gives without the noise of its samples
  double tolerance;            // absolute
};

inline void check_row(const Row& row, double ours) {
  const bool met = std::abs(ours - row.expected) <= row.tolerance;
  const bool is_small = row.expected != 0 && std::abs(row.expected) < 0.001;
  fmt::print("| {} | {} | {:.4g} | {} | {:.2g} | {} |\n", row.what, row.published, row.expected,
             is_small ? fmt::format("{:.3g}", ours) : fmt::format("{:.4f}", ours), row.tolerance,
             met ? "yes" : "no");
  INFO(row.what << ": " << ours << " instead of " << row.expected << " within " << row.tolerance);
  CHECK(met);
}

// Likewise, where no more is asked than to be within a factor.
inline void check_row_within(double factor, const Row& row, double ours) {
  const bool met = ours >= row.expected / factor && ours <= row.expected * factor;
  fmt::print("| {} | {} | {:.4g} | {:.4f} | × {:.2g} | {} |\n", row.what, row.published, row.expected, ours,
             factor, met ? "yes" : "no");
  INFO(row.what << ": " << ours << " instead of " << row.expected << " within a factor of " << factor);
  CHECK(met);
}

}  // namespace lightcone::tests
