#include "tools/serve/site.hpp"

#include <fmt/format.h>

#include <utility>

#include "reports/text/markup.hpp"

namespace lightcone::tools {

using reports::text::without_markup;

namespace {

Answer refused(const Refusal& refusal, std::string_view title) {
  return {refusal.status, page(title, "<pre>" + without_markup(refusal.why) + "</pre>\n<p>" +
                                          link("/", "All scenarios") + "</p>\n")};
}

std::string row(std::string_view target, std::string_view file, std::string_view title) {
  return fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", link(target, title), without_markup(file));
}

}  // namespace

Site::Site(const models::Registry& registry, std::filesystem::path folder, const Limits& limits)
    : registry_(registry), folder_(std::move(folder), limits.folder), limits_(limits) {}

Refusal Site::load(const std::string& name, const scenarios::Overrides& overrides,
                   std::optional<scenarios::Loaded>& loaded) const {
  std::string text;
  if (Refusal refusal = folder_.find(name, text); refusal.status != 0) return refusal;
  scenarios::Diagnostics diagnostics(name, std::move(text));
  loaded = scenarios::load(registry_, overrides, diagnostics);
  if (!loaded) return {422, diagnostics.to_text()};
  loaded->file = folder_.path_of(name);
  return {};
}

std::string Site::index() const {
  std::string lessons, rows;
  for (const std::string& name : folder_.files()) {
    std::string text;
    if (folder_.read(name, text).status != 0) continue;
    scenarios::Diagnostics diagnostics(name, text);
    const auto loaded = scenarios::load(registry_, {}, diagnostics);
    if (!loaded) continue;  // a schema, or something that is being written
    const scenarios::Scenario& scenario = loaded->scenario;
    if (scenario.lesson) lessons += row("/lesson?file=" + encoded(name), name, scenario.title);
    rows += row("/scenario?file=" + encoded(name), name, scenario.title);
  }
  if (rows.empty()) return page("Lightcone", "<p>There is no scenario in this folder.</p>");
  if (!lessons.empty()) {
    lessons =
        "<h2>Lessons</h2>\n<p>Each tells a situation and asks what happens. Predict, see the run, and try "
        "what would mend it.</p>\n<table>" +
        lessons + "</table>\n";
  }
  return page("Lightcone",
              lessons +
                  "<h2>Scenarios</h2>\n<p>Each can be run with another seed, without a safeguard, "
                  "or with other values.</p>\n<table>" +
                  rows + "</table>\n");
}

Answer Site::form(const std::string& name) const {
  std::optional<scenarios::Loaded> loaded;
  if (const Refusal refusal = load(name, {}, loaded); refusal.status != 0)
    return refused(refusal, "Not a scenario");
  const scenarios::Scenario& scenario = loaded->scenario;
  std::string body = paragraph(scenario.question);
  if (scenario.lesson) {
    body += "<p>There is " + link("/lesson?file=" + encoded(name), "a lesson") +
            " in this scenario, which asks before it shows.</p>\n";
  }
  body += "<form action=\"/run\" method=\"get\">\n" + hidden("file", name) +
          fmt::format("<label>Seed <input name=\"seed\" value=\"{}\" inputmode=\"numeric\"></label>\n",
                      scenario.seed) +
          "<fieldset><legend>Safeguards to switch off</legend>\n";
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
      without_markup(loaded->text) + "</pre>\n<p>" + link("/", "All scenarios") + "</p>\n";
  return {200, page(scenario.title, body)};
}

Answer Site::lesson(const std::string& name) const {
  std::optional<scenarios::Loaded> loaded;
  if (const Refusal refusal = load(name, {}, loaded); refusal.status != 0)
    return refused(refusal, "Not a lesson");
  if (!loaded->scenario.lesson) return refused({404, "There is no lesson in this scenario."}, "Not a lesson");
  const scenarios::Lesson& lesson = *loaded->scenario.lesson;
  std::string body = paragraph(lesson.situation) + "<form action=\"/run\" method=\"get\">\n" +
                     hidden("file", name) + "<fieldset><legend>" + without_markup(lesson.prediction) +
                     "</legend>\n";
  for (std::size_t i = 0; i < lesson.choices.size(); ++i) {
    body +=
        fmt::format("<label><input type=\"radio\" name=\"answer\" value=\"{0}\" required> {0}. {1}</label>\n",
                    i + 1, without_markup(lesson.choices[i].text));
  }
  body += "</fieldset>\n<button>See what happens</button></form>\n<p>" +
          link("/", "All lessons and scenarios") + "</p>\n";
  return {200, page(loaded->scenario.title, body)};
}

Answer Site::answer(const Target& target) const {
  if (target.path == "/") return {200, index()};
  if (target.path == "/scenario") return form(target.value("file"));
  if (target.path == "/lesson") return lesson(target.value("file"));
  return {404, page("Not found", "<p>" + link("/", "All scenarios") + "</p>")};
}

}  // namespace lightcone::tools
