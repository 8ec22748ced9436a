// What a partition did to systems, as lines of a table: each system of one run, or of many.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "reports/cap.hpp"

namespace lightcone::reports::text {

std::string cap_header();

// A line for the first phase, with the consistency of the whole history; one for each further phase, with
// that of what was seen in it; and one for the anomalies, if there are any. The first two sides are shown.
std::string cap_lines(const std::string& system, const CapRow& row);

// How often each system was what, over many seeds.
class CapTally {
 public:
  void add(const std::string& system, const CapRow& row);
  // In the order in which systems came.
  std::string lines() const;

 private:
  using Counts = std::map<std::string, std::uint64_t>;
  struct System {
    std::string name;
    std::uint64_t runs = 0;
    Counts pacelc;
    Counts consistency;
    Counts anomalies;
  };
  std::vector<System> systems_;
};

}  // namespace lightcone::reports::text
