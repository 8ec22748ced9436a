// The page of a run, as text and as a file.
#pragma once

#include <optional>
#include <string>

#include "models/registry.hpp"
#include "reports/html/page.hpp"
#include "reports/recording/recorder.hpp"
#include "scenarios/load.hpp"
#include "tools/terminal.hpp"

namespace lightcone::tools {

// A sentence when this build has no page.
std::optional<std::string> page_is_missing();

// What a page shows: a run of a scenario, all of which must outlive it.
struct Shown {
  const scenarios::Loaded& scenario;
  const sim::RunRecord& run;
  const reports::RunReport& report;
  const reports::Recording& recording;
  std::string_view before{};  // the text of the scenario that this one was cut down from
};

// The page as HTML. With a lesson it asks before it shows.
std::string page_text(const Shown& shown, const std::optional<reports::html::LessonPage>& lesson);

// The second part of it (reports::html::page_rest).
std::string page_rest(const Shown& shown, const std::optional<reports::html::LessonPage>& lesson);

// The page into a file. An exit code; what is wrong is said on the terminal.
int write_page(const std::string& path, const Shown& shown,
               const std::optional<reports::html::LessonPage>& lesson, Terminal& terminal);

// The page of two runs into a file, in the same way.
int write_comparison(const std::string& path, const reports::html::Compared& left,
                     const reports::html::Compared& right, const reports::text::Parting& parting,
                     Terminal& terminal);

// The page of a run with these overrides into a file; a lesson's asks before it shows, and its changes are
// tried for it.
int write_page(const std::string& path, const Shown& shown, const scenarios::Overrides& overrides,
               const models::Registry& registry, Terminal& terminal);

}  // namespace lightcone::tools
