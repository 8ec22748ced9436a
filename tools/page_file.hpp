// The page of a run as a file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "reports/html/page.hpp"
#include "reports/recording/recorder.hpp"

namespace lightcone::tools {

// A sentence when this build has no page.
std::optional<std::string> page_is_missing();

// Problems are sentences that begin with the path.
std::optional<std::string> write_page(const std::string& path, const sim::RunRecord& run,
                                      const reports::RunReport& report, const reports::Recording& recording,
                                      std::string_view scenario,
                                      const std::optional<reports::html::LessonPage>& lesson = {});

}  // namespace lightcone::tools
