#include "tools/page_file.hpp"

#include "tools/lesson/lesson_page.hpp"
#include "tools/output.hpp"
#include "tools/page_program.hpp"

namespace lightcone::tools {

std::optional<std::string> page_is_missing() {
  if (!page_program().empty()) return std::nullopt;
  return "this build has no page: it was configured with LIGHTCONE_PAGE=OFF";
}

std::string page_text(const sim::RunRecord& run, const reports::RunReport& report,
                      const reports::Recording& recording, const scenarios::Loaded& scenario) {
  return reports::html::page(page_program(), page_style(),
                             reports::html::page_data(run, report, recording, scenario.text, {},
                                                      lesson_page(scenario, run, report)));
}

std::optional<std::string> write_page(const std::string& path, const sim::RunRecord& run,
                                      const reports::RunReport& report, const reports::Recording& recording,
                                      const scenarios::Loaded& scenario) {
  Output output;
  if (auto wrong = output.open(path)) return wrong;
  output.write(page_text(run, report, recording, scenario));
  return output.finish();
}

}  // namespace lightcone::tools
