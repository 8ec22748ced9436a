// The page of a run, as text and as a file.
#pragma once

#include <optional>
#include <string>

#include "reports/html/page.hpp"
#include "reports/recording/recorder.hpp"
#include "scenarios/load.hpp"

namespace lightcone::tools {

// A sentence when this build has no page.
std::optional<std::string> page_is_missing();

// The page of this run of the scenario, as HTML; a lesson's asks before it shows.
std::string page_text(const sim::RunRecord& run, const reports::RunReport& report,
                      const reports::Recording& recording, const scenarios::Loaded& scenario);

// The same into a file. Problems are sentences that begin with the path.
std::optional<std::string> write_page(const std::string& path, const sim::RunRecord& run,
                                      const reports::RunReport& report, const reports::Recording& recording,
                                      const scenarios::Loaded& scenario);

}  // namespace lightcone::tools
