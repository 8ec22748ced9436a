#include <string>
#include <utility>

#include "reports/checkers/check_history.hpp"
#include "reports/checkers/checked_report.hpp"
#include "reports/histories/edn.hpp"
#include "reports/histories/json_lines.hpp"
#include "tests/fuzz/properties.hpp"

namespace lightcone::fuzz {

void histories_are_judged(std::string_view text) {
  using namespace reports;
  const bool edn = text.starts_with(';');
  sim::History history;
  if (edn) {
    histories::ReadEdn read = histories::read_edn(text.substr(1));
    if (read.problem) return;
    history = std::move(read.history);
  } else {
    histories::ReadHistory read = histories::read_json_lines(text);
    if (read.problem) return;
    history = std::move(read.history);
  }
  if (history.size() > 60) return;
  checkers::Claims claims;
  claims.budget.steps = 20'000;
  claims.budget.bytes = 1U << 22U;
  const auto judge = [&](std::string model, std::vector<std::string> consistency) {
    claims.model = std::move(model);
    claims.consistency = std::move(consistency);
    const checkers::Checked checked = checkers::check_history(history, claims);
    checkers::to_json_line(checked, "fuzz", 0, history);
    checkers::in_words(checked, "fuzz", history);
  };
  judge("", {});
  claims.rate = checkers::RateBound{2, 10};
  claims.lease = 5;
  for (const std::string_view model : checkers::model_names()) judge(std::string(model), {});
  judge("register", {"sequential", "CAUSAL"});
}

}  // namespace lightcone::fuzz
