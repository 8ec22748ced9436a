// A line of tests/scenarios/fingerprints.txt, the record of all shipped scenarios.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "sim/run_record.hpp"

namespace lightcone::tests {

inline std::string fingerprint_line(const sim::RunRecord& run, std::string_view file) {
  return fmt::format("{:016x} {} {}\n", run.fingerprint, run.events, file);
}

}  // namespace lightcone::tests
