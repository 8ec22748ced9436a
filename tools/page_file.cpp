#include "tools/page_file.hpp"

#include "tools/exit_codes.hpp"
#include "tools/lesson/lesson_page.hpp"
#include "tools/output.hpp"
#include "tools/page_program.hpp"

namespace lightcone::tools {

std::optional<std::string> page_is_missing() {
  if (!page_program().empty()) return std::nullopt;
  return "this build has no page: it was configured with LIGHTCONE_PAGE=OFF";
}

std::string page_text(const Shown& shown, const std::optional<reports::html::LessonPage>& lesson) {
  return reports::html::page_head(page_style()) + page_rest(shown, lesson);
}

std::string page_rest(const Shown& shown, const std::optional<reports::html::LessonPage>& lesson) {
  return reports::html::page_rest(page_program(),
                                  reports::html::page_data(shown.run, shown.report, shown.recording,
                                                           {shown.scenario.text, shown.before}, {}, lesson));
}

namespace {

int write(const std::string& path, const std::string& text, Terminal& terminal) {
  Output output;
  auto wrong = output.open(path);
  if (!wrong) {
    output.write(text);
    wrong = output.finish();
  }
  if (!wrong) return exit_ok;
  terminal.complain(*wrong);
  return exit_cannot_create;
}

}  // namespace

int write_page(const std::string& path, const Shown& shown,
               const std::optional<reports::html::LessonPage>& lesson, Terminal& terminal) {
  return write(path, page_text(shown, lesson), terminal);
}

int write_comparison(const std::string& path, const reports::html::Compared& left,
                     const reports::html::Compared& right, const reports::text::Parting& parting,
                     Terminal& terminal) {
  return write(
      path,
      reports::html::page(page_program(), page_style(), reports::html::comparison_data(left, right, parting)),
      terminal);
}

int write_page(const std::string& path, const Shown& shown, const scenarios::Overrides& overrides,
               const models::Registry& registry, Terminal& terminal) {
  auto lesson = lesson_page(shown.scenario, overrides, shown.run, shown.report);
  if (lesson) {
    const int exit_code = try_changes(registry, shown.scenario, *lesson, terminal);
    if (exit_code != exit_ok) return exit_code;
  }
  return write_page(path, shown, lesson, terminal);
}

}  // namespace lightcone::tools
