// What a Site sends piece by piece: the pages of runs, and what comes of the changes that lessons propose.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "reports/judge.hpp"
#include "reports/recording/recorder.hpp"
#include "reports/text/markup.hpp"
#include "scenarios/run.hpp"
#include "tools/lesson/class.hpp"
#include "tools/lesson/lesson_page.hpp"
#include "tools/lesson/lesson_text.hpp"
#include "tools/option_values.hpp"
#include "tools/page_file.hpp"
#include "tools/page_program.hpp"
#include "tools/scenario_file.hpp"
#include "tools/serve/site.hpp"
#include "tools/terminal.hpp"

namespace lightcone::tools {

using reports::text::without_markup;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (!line.empty()) lines.push_back(std::move(line));
    at = end + 1;
  }
  return lines;
}

// Says when the wall time is up.
class Deadline {
 public:
  explicit Deadline(double seconds) : seconds_(seconds) {}
  bool is_over() const {
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin_;
    return wall.count() > seconds_;
  }

 private:
  double seconds_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

constexpr std::string_view server_ends = "The server was ended.";

// The prediction that a browser sends along, from 0. It is of the lesson's own run.
Refusal answer_of(const Target& target, const scenarios::Loaded& loaded, std::optional<std::size_t>& answer) {
  const std::string given = target.value("answer");
  if (given.empty()) return {};
  if (!loaded.scenario.lesson) return {422, "There is no lesson in this scenario to answer."};
  for (const std::string_view change : {"seed", "bug", "set"}) {
    if (!target.value(change).empty())
      return {422, "An answer is to the lesson as it is: without another seed, and without changes."};
  }
  const std::size_t choices = loaded.scenario.lesson->choices.size();
  const auto number = parse_count(given);
  if (!number || *number == 0 || *number > choices)
    return {422, fmt::format("The answer is not one of the choices from 1 to {}: {}", choices, given)};
  answer = *number - 1;
  return {};
}

std::string run_of(const std::string& name, const std::optional<std::size_t>& answer) {
  return "/run?file=" + encoded(name) + (answer ? fmt::format("&answer={}", *answer + 1) : "");
}

}  // namespace

// Room for one more run, which is given back at the end.
class Site::Slot {
 public:
  explicit Slot(Site& site) : site_(site) {
    const std::lock_guard lock(site_.mutex_);
    has_room_ = site_.running_ < site_.limits_.runs;
    if (has_room_) ++site_.running_;
  }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot() {
    const std::lock_guard lock(site_.mutex_);
    if (has_room_) --site_.running_;
  }
  Refusal refusal() const {
    if (has_room_) return {};
    return {503, "As many runs as this server allows are under way: try again in a moment."};
  }

 private:
  Site& site_;
  bool has_room_ = false;
};

namespace {

// One run for its page.
class Streamed {
 public:
  Streamed(const scenarios::Loaded& loaded, const scenarios::Overrides& overrides, const Site::Limits& limits,
           const Write& write)
      : loaded_(loaded), overrides_(overrides), limits_(limits), write_(write), progress_(write) {}

  // The page that shows the run takes the place of its progress. `lesson`: where it is tried, and the answer.
  void send(const std::string& name, const std::optional<std::size_t>& answer) {
    const std::string nav = "<nav>" + link("/", "All scenarios") + " · " +
                            link("/scenario?file=" + encoded(name), "This one, with other changes") +
                            "</nav>\n";
    const std::string again = reproduce_line(loaded_, overrides_, *overrides_.seed);
    const std::string waiting =
        "<h1>" + without_markup(loaded_.scenario.title) +
        "</h1>\n<p>The same in a terminal, where no run takes too long: " + code(again) + "</p>\n";
    if (!write_(reports::html::page_head(page_style()) + nav) || !progress_.begin(waiting)) return;
    auto record = run();
    if (!record) {
      write_("</div></div>\n<div class=\"ended\"><p class=\"notice\">" + without_markup(problem_) +
             "</p></div>\n" + page_end());
      return;
    }
    record->reproduce = again;
    const reports::RunReport report = reports::judge(*record);
    auto lesson = lesson_page(loaded_, overrides_, *record, report);
    if (lesson) {
      lesson->answer = answer;
      lesson->try_at = "/try?file=" + encoded(name) + "&change=";
    }
    const std::string rest = page_rest({loaded_, *record, report, recording_}, lesson);
    if (progress_.end()) write_(rest);
  }

 private:
  std::optional<sim::RunRecord> run() {
    scenarios::RunOptions options;
    options.seed = *overrides_.seed;
    options.attach = [this](sim::Simulation& simulation) { return reports::record(simulation, recording_); };
    options.progress = [this](const scenarios::Progress& progress) { return goes_on(progress); };
    return scenarios::run(loaded_, options);
  }

  bool goes_on(const scenarios::Progress& progress) {
    if (is_interrupted()) {
      problem_ = server_ends;
    } else if (deadline_.is_over()) {
      problem_ = fmt::format("The run was ended after {:.0f} s.", limits_.seconds);
    } else if (recording_.rows.size() > limits_.rows) {
      problem_ = fmt::format("The run was ended: it has more than {} messages.", limits_.rows);
    }
    if (!problem_.empty()) return false;
    const auto whole = static_cast<std::uint64_t>(progress.end.count());
    const auto part = static_cast<std::uint64_t>(progress.now.count());
    return progress_.show(
        part, whole,
        fmt::format("{} % of {:.1f} s, {} events", part * 100 / std::max<std::uint64_t>(whole, 1),
                    static_cast<double>(whole) / 1e9, progress.events));
  }

  const scenarios::Loaded& loaded_;
  const scenarios::Overrides& overrides_;
  const Site::Limits& limits_;
  const Write& write_;
  ProgressLines progress_;
  Deadline deadline_{limits_.seconds};
  reports::Recording recording_;
  std::string problem_;
};

}  // namespace

bool Site::is_streamed(const Target& target) { return target.path == "/run" || target.path == "/try"; }

Refusal Site::stream(const Target& target, const Write& write) {
  return target.path == "/run" ? run(target, write) : attempt(target, write);
}

Refusal Site::run(const Target& target, const Write& write) {
  const std::string name = target.value("file");
  scenarios::Overrides overrides;
  overrides.bugs = target.values("bug");
  for (const std::string& settings : target.values("set"))
    for (std::string& line : lines_of(settings)) overrides.settings.push_back(std::move(line));
  std::optional<scenarios::Loaded> loaded;
  if (Refusal refusal = load(name, overrides, loaded); refusal.status != 0) return refusal;
  overrides.seed = loaded->scenario.seed;
  if (const std::string given = target.value("seed"); !given.empty()) {
    const auto number = parse_count(given);
    if (!number) return {422, "The seed is not a number from 0: " + given};
    overrides.seed = number;
  }
  std::optional<std::size_t> answer;
  if (Refusal refusal = answer_of(target, *loaded, answer); refusal.status != 0) return refusal;
  const Slot slot(*this);
  if (Refusal refusal = slot.refusal(); refusal.status != 0) return refusal;
  Streamed(*loaded, overrides, limits_, write).send(name, answer);
  return {};
}

namespace {

// A change of a lesson that somebody wants to try.
struct Proposed {
  std::string file;
  std::string letter;
  const scenarios::Remedy* remedy = nullptr;
  std::optional<std::size_t> answer;  // to go back to the run as it was shown
};

Refusal proposed_in(const Target& target, const scenarios::Loaded& loaded, Proposed& proposed) {
  if (!loaded.scenario.lesson) return {404, "There is no lesson in this scenario."};
  const auto remedies = remedies_of(*loaded.scenario.lesson);
  proposed.file = target.value("file");
  proposed.letter = target.value("change");
  const bool is_letter = proposed.letter.size() == 1 && proposed.letter[0] >= 'a';
  const auto place = is_letter ? static_cast<std::size_t>(proposed.letter[0] - 'a') : remedies.size();
  if (place >= remedies.size())
    return {422, fmt::format("The changes of this lesson are a to {}, and not: {}",
                             static_cast<char>('a' + remedies.size() - 1), proposed.letter)};
  proposed.remedy = remedies[place];
  return answer_of(target, loaded, proposed.answer);
}

std::string told(const Proposed& proposed) {
  std::string sets;
  for (const std::string& setting : proposed.remedy->set)
    sets += (sets.empty() ? "It sets " : ", ") + code("--set " + quoted(setting));
  return paragraph(proposed.letter + ". " + proposed.remedy->text) + "<p>" + sets + "</p>\n";
}

// What came of it, and a run with it to look at: the first that fails, or else one as good as any.
std::string told(const Proposed& proposed, const Trial& trial, std::string_view ended) {
  std::string out;
  if (!trial.problem.empty()) {
    out = "<pre>" + without_markup(trial.problem) + "</pre>\n";
  } else if (trial.was_ended) {
    out = paragraph(fmt::format("{} {} seeds had been tried, and {} of them were as they should be.", ended,
                                trial.seeds, trial.accepted));
  } else {
    out = fmt::format("<p class=\"outcome\" role=\"status\">{} {}</p>\n", trial.holds() ? "✓" : "✗",
                      without_markup(outcome_of(trial))) +
          paragraph(proposed.remedy->why);
    std::string run = run_of(proposed.file, std::nullopt);
    for (const std::string& setting : proposed.remedy->set) run += "&set=" + encoded(setting);
    if (trial.first_failure) run += fmt::format("&seed={}", *trial.first_failure);
    out += "<p>" +
           link(run, trial.holds() ? "A run with this change" : "The first run with this change that fails") +
           "</p>\n";
  }
  return out + "<p>" + link(run_of(proposed.file, proposed.answer), "Back to the lesson's run") + " · " +
         link("/", "All lessons and scenarios") + "</p>\n";
}

}  // namespace

Refusal Site::attempt(const Target& target, const Write& write) {
  std::optional<scenarios::Loaded> loaded;
  if (Refusal refusal = load(target.value("file"), {}, loaded); refusal.status != 0) return refusal;
  Proposed proposed;
  if (Refusal refusal = proposed_in(target, *loaded, proposed); refusal.status != 0) return refusal;
  const Slot slot(*this);
  if (Refusal refusal = slot.refusal(); refusal.status != 0) return refusal;
  ProgressLines progress(write);
  if (!write(page_begin(loaded->scenario.title) + told(proposed)) || !progress.begin()) return {};
  const Deadline deadline(limits_.seconds);
  const std::uint64_t count = usual_seeds.last - usual_seeds.first + 1;
  const Trial trial =
      try_remedy(registry_, *loaded, *proposed.remedy, usual_seeds, 1, [&](std::uint64_t tried) {
        return !is_interrupted() && !deadline.is_over() &&
               progress.show(tried, count, fmt::format("{} of {} seeds", tried, count));
      });
  const std::string ended = is_interrupted() ? std::string(server_ends)
                                             : fmt::format("It was ended after {:.0f} s.", limits_.seconds);
  if (progress.end()) write(told(proposed, trial, ended) + page_end());
  return {};
}

}  // namespace lightcone::tools
