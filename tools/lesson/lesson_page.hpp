// The page of a lesson's run, which asks before it shows.
#pragma once

#include <optional>
#include <string>

#include "models/registry.hpp"
#include "reports/html/page.hpp"
#include "reports/judge.hpp"
#include "scenarios/load.hpp"
#include "sim/run_record.hpp"
#include "tools/terminal.hpp"

namespace lightcone::tools {

// What the page asks, when this choice (from 0) came true. Of the changes nothing is tried yet.
reports::html::LessonPage lesson_page(const scenarios::Loaded& loaded, std::size_t came_true);

// The same for a run of the scenario. Nothing when there is no lesson in it; when it was changed, so that it
// is not the run that the lesson speaks of; and when not exactly one of the choices came true, as may be with
// another seed: such a page shows the run at once.
std::optional<reports::html::LessonPage> lesson_page(const scenarios::Loaded& loaded,
                                                     const scenarios::Overrides& overrides,
                                                     const sim::RunRecord& run,
                                                     const reports::RunReport& report);

// Tries each change with the seeds from 1 to 100. An exit code; what is wrong is said on the terminal.
int try_changes(const models::Registry& registry, const scenarios::Loaded& loaded,
                reports::html::LessonPage& page, Terminal& terminal);

}  // namespace lightcone::tools
