#include "tools/page_file.hpp"

#include "tools/output.hpp"
#include "tools/page_program.hpp"

namespace lightcone::tools {

std::optional<std::string> page_is_missing() {
  if (!page_program().empty()) return std::nullopt;
  return "this build has no page: it was configured with LIGHTCONE_PAGE=OFF";
}

std::optional<std::string> write_page(const std::string& path, const sim::RunRecord& run,
                                      const reports::RunReport& report, const reports::Recording& recording,
                                      std::string_view scenario,
                                      const std::optional<reports::html::LessonPage>& lesson) {
  Output output;
  if (auto wrong = output.open(path)) return wrong;
  output.write(reports::html::page(page_program(), page_style(),
                                   reports::html::page_data(run, report, recording, scenario, {}, lesson)));
  return output.finish();
}

}  // namespace lightcone::tools
