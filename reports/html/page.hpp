// The page of a run: one HTML file that explains it to somebody who has never seen the system. A pure
// function of the run; the page's program (reports/html/src) is handed in, since it is bundled when the tools
// are built.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/judge.hpp"
#include "reports/recording/recording.hpp"
#include "reports/text/comparison.hpp"
#include "sim/run_record.hpp"

namespace lightcone::reports::html {

// What the page holds at most of messages and steps, and of changes of state; up to how many rows of a whole
// run their fields are held too; and how large all of it may be, packed. Of more it shows a window of time
// alone, and says so. With its program a page stays below 5 MB.
struct Limits {
  std::size_t rows = 250'000;
  std::size_t rows_with_fields = most_rows_with_fields;
  std::size_t operations = 50'000;
  std::size_t bytes = 4'800'000;
  std::optional<std::int64_t> around{};  // nanoseconds: what a window shows, instead of the trouble
};

// A change of a lesson's scenario that the reader may propose.
struct LessonChange {
  struct Outcome {
    std::uint64_t seeds = 0;     // that it was tried with
    std::uint64_t accepted = 0;  // of them
    std::optional<std::uint64_t> first_failure;
  };
  std::string text;
  std::vector<std::string> set;  // PATH=VALUE, what it changes
  std::string why;               // it does what it does
  std::optional<Outcome> outcome;
};

// A page that teaches: it asks for a prediction, and shows the run when it has one.
struct LessonPage {
  std::string name;
  std::string situation;
  std::string prediction;  // a question
  std::vector<std::string> choices;
  std::size_t came_true = 0;  // from 0
  std::string misconception;
  std::vector<LessonChange> changes;  // to try, with the letters a, b, ...
  // Of a page that a server sends: what was predicted before, from 0, and where a change is tried, when its
  // letter is put behind.
  std::optional<std::size_t> answer;
  std::string try_at;
};

// The scenario as a page shows it.
struct ScenarioTexts {
  std::string_view text;  // the file that was run
  std::string_view
      before{};  // it was cut down from this one, whose other lines did not matter; empty: it was not
};

// The run as JSON, as reports/html/src/run.ts describes it. A record without events is one of a history that
// somebody recorded elsewhere.
std::string page_data(const sim::RunRecord& run, const RunReport& report, const Recording& recording,
                      const ScenarioTexts& scenario, const Limits& limits = {},
                      const std::optional<LessonPage>& lesson = {});

// A run to be compared with another.
struct Compared {
  text::Side side;
  const Recording& recording;
  std::string_view scenario_text;
};

// Two runs for one page, as JSON; reports/html/src/run.ts describes it.
std::string comparison_data(const Compared& left, const Compared& right, const text::Parting& parting);

// `program`: JavaScript; `style`: CSS; both trusted. `data` is compressed.
std::string page(std::string_view program, std::string_view style, std::string_view data);

// How large it is in the page.
std::size_t packed_size(std::string_view data);

// The same in two parts, between which a server may send markup of its own while the run goes on.
std::string page_head(std::string_view style);
std::string page_rest(std::string_view program, std::string_view data);

}  // namespace lightcone::reports::html
