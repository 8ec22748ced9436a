// Two runs as JSON for the page that compares them.
#include <nlohmann/json.hpp>

#include "reports/html/page.hpp"

namespace lightcone::reports::html {

namespace {

using Json = nlohmann::ordered_json;

Json rows_of(const text::Side& left, const text::Side& right) {
  Json rows = Json::array();
  for (const text::ComparisonRow& row : text::comparison_rows(left, right))
    if (!row.label.empty()) rows.push_back({row.label, row.left, row.right});
  return rows;
}

}  // namespace

std::string comparison_data(const Compared& left, const Compared& right, const text::Parting& parting) {
  Limits limits;
  limits.rows = 100'000;  // of each, so that both together are no larger than the page of one run
  limits.rows_with_fields = most_rows_with_fields / 2;
  limits.operations = 20'000;
  limits.bytes /= 2;
  if (parting.differs) limits.around = parting.at;
  const Json head = {{"differs", parting.differs},
                     {"same", parting.same},
                     {"at", parting.at},
                     {"left", parting.left},
                     {"right", parting.right},
                     {"names", {left.side.name, right.side.name}},
                     {"rows", rows_of(left.side, right.side)}};
  std::string out =
      "{\"parting\":" + head.dump(-1, ' ', false, Json::error_handler_t::replace) + ",\"runs\":[";
  for (const Compared* each : {&left, &right}) {
    if (each == &right) out += ',';
    out += page_data(*each->side.run, *each->side.report, each->recording, {each->scenario_text}, limits);
  }
  return out + "]}";
}

}  // namespace lightcone::reports::html
