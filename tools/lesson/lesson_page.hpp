// The page of a lesson's run, which asks before it shows.
#pragma once

#include <optional>
#include <string>

#include "reports/html/page.hpp"
#include "reports/judge.hpp"
#include "scenarios/load.hpp"
#include "sim/run_record.hpp"

namespace lightcone::tools {

// What the page asks. Nothing when the scenario has no lesson, and when not exactly one of its choices came
// true, as after a change or with another seed: such a page shows the run at once.
std::optional<reports::html::LessonPage> lesson_page(const scenarios::Loaded& loaded,
                                                     const sim::RunRecord& run,
                                                     const reports::RunReport& report);

}  // namespace lightcone::tools
