#include "reports/checkers/unique_ids.hpp"

#include <fmt/format.h>

#include <vector>

#include "reports/checkers/value_numbers.hpp"
#include "reports/checkers/wording.hpp"

namespace lightcone::reports::checkers {

namespace {

Findings find(const sim::History& history) {
  Findings findings({"duplicate-id"});
  ValueNumbers spaces;
  ValueNumbers ids;
  std::vector<std::size_t> given_by;
  for (std::size_t i = 0; i < history.size(); ++i) {
    const sim::Operation& operation = history[i];
    if (operation.outcome != sim::Outcome::ok || operation.result.is_null()) continue;
    const std::uint32_t number = ids.insert(spaces.insert(0, operation.key), operation.result);
    if (number == given_by.size()) {
      given_by.push_back(i);
    } else {
      findings.add("duplicate-id",
                   fmt::format("{} was given to process {} and to process {}", in_words(operation.result),
                               history[given_by[number]].process, operation.process),
                   {given_by[number], i});
    }
  }
  findings.examined(fmt::format("{}, all different", counted(given_by.size(), "identifier")));
  if (given_by.empty()) findings.not_judged(Verdict::invalid, "no identifier was given");
  return findings;
}

}  // namespace

Judgements check_unique_ids(const sim::History& history) { return judge_by(find, history); }

}  // namespace lightcone::reports::checkers
