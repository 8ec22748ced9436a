// What a hunt says of itself: while it runs, and at its end.
#pragma once

#include <string>
#include <vector>

#include "reports/text/style.hpp"
#include "tools/hunt/hunter.hpp"
#include "tools/hunt/results.hpp"

namespace lightcone::tools::hunt {

// "312 seeds, 81 seeds/s, 2,430 simulated s/s, 1,208 faults, 2,808 claims; 2 failures; 5,120 features, the
// latest news at seed 290"
std::string status_of(const Tally& tally, double seconds);

// One line for a failure that was not known before.
std::string news_of(const Failure& failure, const reports::text::Style& style);

struct Kept {
  Signature signature;
  std::string path;  // of its frozen scenario; empty: not written
};

// The end: what was run, each failure with its first seed and its shortest run, how to go on.
std::string summary_of(const Tally& tally, End end, double seconds, const std::vector<Kept>& kept,
                       const reports::text::Style& style);

// The same for programs: a line for each failure, and one for the hunt that `header` describes.
std::string summary_as_json(const Header& header, const Tally& tally, End end, double seconds,
                            const std::vector<Kept>& kept);

std::string_view to_string(End end);

}  // namespace lightcone::tools::hunt
