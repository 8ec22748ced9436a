#include "tools/serve/site.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>

#include "reports/judge.hpp"
#include "reports/recording/recorder.hpp"
#include "reports/text/markup.hpp"
#include "scenarios/run.hpp"
#include "tools/lesson/lesson_page.hpp"
#include "tools/option_values.hpp"
#include "tools/page_file.hpp"
#include "tools/scenario_file.hpp"
#include "tools/terminal.hpp"

namespace lightcone::tools {

namespace fs = std::filesystem;
using reports::text::without_markup;

namespace {

constexpr std::string_view style =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 "
    "1rem;color-scheme:light dark}"
    "table{border-collapse:collapse}td{padding:.15rem .8rem .15rem 0;vertical-align:top}"
    "label{display:block;margin:.3rem 0}textarea{width:100%;height:5rem;font-family:monospace}"
    "code,pre{font-family:ui-monospace,monospace}pre{white-space:pre-wrap}";

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

std::string link(std::string_view target, std::string_view words) {
  return fmt::format("<a href=\"{}\">{}</a>", without_markup(target), without_markup(words));
}

}  // namespace

Site::Site(const models::Registry& registry, fs::path folder, const Limits& limits)
    : registry_(registry), folder_(std::move(folder)), limits_(limits) {}

std::string Site::page(std::string_view title, std::string_view body) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta "
      "charset=\"utf-8\"><title>{0}</title><style>{1}</style></head>\n"
      "<body><h1>{0}</h1>\n{2}</body></html>\n",
      without_markup(title), style, body);
}

std::vector<std::string> Site::files() const {
  std::vector<std::string> names;
  std::error_code wrong;
  fs::recursive_directory_iterator at(folder_, fs::directory_options::skip_permission_denied, wrong), end;
  for (; !wrong && at != end && names.size() < limits_.files; at.increment(wrong)) {
    const bool is_file = fs::is_regular_file(at->symlink_status(wrong));
    if (is_file && at->path().extension() == ".json")
      names.push_back(at->path().lexically_relative(folder_).generic_string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Site::Refusal Site::find(const std::string& name, std::string& text) const {
  const std::vector<std::string> known = files();
  if (!std::binary_search(known.begin(), known.end(), name)) return {404, "There is no such scenario."};
  return read(name, text);
}

Site::Refusal Site::read(const std::string& name, std::string& text) const {
  const fs::path path = folder_ / name;
  std::error_code wrong;
  if (fs::file_size(path, wrong) > limits_.bytes || wrong)
    return {413, "This file is too large for a scenario."};
  std::ifstream in(path, std::ios::binary);
  text.assign(std::istreambuf_iterator<char>(in), {});
  if (in.bad()) return {404, "This file cannot be read."};
  return {};
}

std::string Site::index() const {
  std::string rows;
  for (const std::string& name : files()) {
    std::string text;
    if (read(name, text).status != 0) continue;
    scenarios::Diagnostics diagnostics(name, text);
    const auto loaded = scenarios::load(registry_, {}, diagnostics);
    if (!loaded) continue;  // a schema, or something that is being written
    rows += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", link("/scenario?file=" + encoded(name), name),
                        without_markup(loaded->scenario.title));
  }
  if (rows.empty()) return page("Lightcone", "<p>There is no scenario in this folder.</p>");
  return page("Lightcone",
              "<p>Scenarios of this folder. Each can be run with another seed, without a safeguard, or "
              "with other values.</p>\n<table>" +
                  rows + "</table>\n");
}

Answer Site::form(const std::string& name) const {
  std::string text;
  if (const Refusal refusal = find(name, text); refusal.status != 0)
    return {refusal.status, page("Not found", "<p>" + without_markup(refusal.why) + "</p>")};
  scenarios::Diagnostics diagnostics(name, text);
  const auto loaded = scenarios::load(registry_, {}, diagnostics);
  if (!loaded)
    return {422, page("Not a scenario", "<pre>" + without_markup(diagnostics.to_text()) + "</pre>")};
  const scenarios::Scenario& scenario = loaded->scenario;
  std::string body = fmt::format(
      "<p>{}</p>\n<form action=\"/run\" method=\"get\">\n"
      "<input type=\"hidden\" name=\"file\" value=\"{}\">\n"
      "<label>Seed <input name=\"seed\" value=\"{}\" inputmode=\"numeric\"></label>\n",
      without_markup(scenario.question), without_markup(name), scenario.seed);
  body += "<fieldset><legend>Safeguards to switch off</legend>\n";
  for (const sim::BugSwitch& bug : loaded->model->bugs()) {
    const bool off = loaded->bugs.contains(bug.name);
    body += fmt::format(
        "<label><input type=\"checkbox\" name=\"bug\" value=\"{0}\"{1}> {2} <code>{0}</code></label>\n",
        without_markup(bug.name), off ? " checked disabled" : "", without_markup(bug.removes));
  }
  body +=
      "</fieldset>\n<label>Changes, one a line, such as <code>workload.clients=10</code>"
      "<textarea name=\"set\"></textarea></label>\n<button>Run</button></form>\n<h2>The "
      "scenario</h2>\n<pre>" +
      without_markup(text) + "</pre>\n<p>" + link("/", "All scenarios") + "</p>\n";
  return {200, page(scenario.title, body)};
}

Answer Site::result(const std::string& id) {
  const auto number = parse_count(id);
  const std::lock_guard lock(mutex_);
  for (const Page& each : pages_)
    if (number && each.id == *number) return {200, each.html};
  return {404, page("Not found", "<p>This run is not remembered any more: run it again.</p><p>" +
                                     link("/", "All scenarios") + "</p>")};
}

Answer Site::answer(const Target& target) {
  if (target.path == "/") return {200, index()};
  if (target.path == "/scenario") return form(target.value("file"));
  if (target.path == "/result") return result(target.value("id"));
  return {404, page("Not found", "<p>" + link("/", "All scenarios") + "</p>")};
}

std::string Site::make_page(const scenarios::Loaded& loaded, const scenarios::Overrides& overrides,
                            const Write& write, std::string& problem) {
  const auto begin = std::chrono::steady_clock::now();
  reports::Recording recording;
  scenarios::RunOptions options;
  options.seed = *overrides.seed;
  options.attach = [&](sim::Simulation& simulation) { return reports::record(simulation, recording); };
  int told = 0;
  options.progress = [&](const scenarios::Progress& progress) {
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
    if (spent.count() > limits_.seconds) {
      problem = fmt::format("The run was ended after {:.0f} s.", limits_.seconds);
    } else if (recording.rows.size() > limits_.rows) {
      problem = fmt::format("The run was ended after {} messages and steps.", limits_.rows);
    } else if (is_interrupted()) {
      problem = "The server is being stopped.";
    }
    if (!problem.empty()) return false;
    const int percent = progress.end.count() == 0
                            ? 0
                            : static_cast<int>(progress.now.count() / (progress.end.count() / 100 + 1));
    if (percent < told + 5) return true;
    told = percent;
    return write(fmt::format("<p>{} % of {:.1f} s, {} events</p>\n", percent,
                             static_cast<double>(progress.end.count()) / 1e9, progress.events));
  };
  auto record = scenarios::run(loaded, options);
  if (!record) return {};
  record->reproduce = reproduce_line(loaded, overrides, *overrides.seed);
  const reports::RunReport report = reports::judge(*record);
  return page_text({loaded, *record, report, recording}, lesson_page(loaded, overrides, *record, report));
}

Site::Refusal Site::run(const Target& target, const Write& write) {
  const std::string name = target.value("file");
  std::string text;
  if (const Refusal refusal = find(name, text); refusal.status != 0) return refusal;
  scenarios::Overrides overrides;
  overrides.bugs = target.values("bug");
  for (const std::string& settings : target.values("set"))
    for (std::string& line : lines_of(settings)) overrides.settings.push_back(std::move(line));
  scenarios::Diagnostics diagnostics(name, text);
  auto loaded = scenarios::load(registry_, overrides, diagnostics);
  if (!loaded) return {422, diagnostics.to_text()};
  loaded->file = (folder_ / name).string();
  overrides.seed = loaded->scenario.seed;
  if (const std::string given = target.value("seed"); !given.empty()) {
    const auto number = parse_count(given);
    if (!number) return {422, "The seed is not a number from 0: " + given};
    overrides.seed = number;
  }
  if (!begin_run()) return {503, "As many runs as this server allows are under way: try again in a moment."};
  stream(*loaded, overrides, write);
  end_run();
  return {};
}

bool Site::begin_run() {
  const std::lock_guard lock(mutex_);
  if (running_ >= limits_.runs) return false;
  ++running_;
  return true;
}

void Site::end_run() {
  const std::lock_guard lock(mutex_);
  --running_;
}

void Site::stream(const scenarios::Loaded& loaded, const scenarios::Overrides& overrides,
                  const Write& write) {
  // The end of a page comes last, so that a browser shows what has come so far.
  const std::string shell = page(loaded.scenario.title, "");
  const std::string_view end = "</body></html>\n";
  if (!write(std::string_view(shell).substr(0, shell.size() - end.size()))) return;
  write("<p>The same in a terminal, where no run takes too long: <code>" +
        without_markup(reproduce_line(loaded, overrides, *overrides.seed)) + "</code></p>\n");
  std::string problem;
  std::string html = make_page(loaded, overrides, write, problem);
  if (html.empty()) {
    write("<p>" + without_markup(problem) + "</p>\n" + std::string(end));
    return;
  }
  std::uint64_t id = 0;
  {
    const std::lock_guard lock(mutex_);
    id = next_id_++;
    pages_.push_back({id, std::move(html)});
    if (pages_.size() > limits_.pages) pages_.pop_front();
  }
  const std::string where = fmt::format("/result?id={}", id);
  write(fmt::format("<meta http-equiv=\"refresh\" content=\"0;url={0}\"><p>{1}</p>\n", where,
                    link(where, "The run")) +
        std::string(end));
}

}  // namespace lightcone::tools
