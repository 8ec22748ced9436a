#include "reports/checkers/oracle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "reports/checkers/wording.hpp"

namespace lightcone::reports::checkers {

namespace {

bool lacks_only(const sim::Value& answer, const sim::Value& expected) {
  if (answer.as_list() == nullptr || expected.as_list() == nullptr) return false;
  sim::ValueList some = *answer.as_list();
  sim::ValueList all = *expected.as_list();
  std::sort(some.begin(), some.end());
  std::sort(all.begin(), all.end());
  return some.size() < all.size() && std::includes(all.begin(), all.end(), some.begin(), some.end());
}

}  // namespace

// The reference may keep a state, so that a part of the history cannot be asked about: the witness is the
// operation with what was expected beside it.
Judgements check_oracle(const sim::History& history, const Oracle& oracle) {
  constexpr std::array<std::string_view, 2> anomalies = {"wrong-result", "missing-result"};
  std::array<std::size_t, 2> times{};
  std::array<Judgement, 2> found;
  std::size_t compared = 0;
  for (std::size_t i = 0; i < history.size(); ++i) {
    const std::optional<sim::Value> expected = oracle(history[i]);
    if (!expected || history[i].outcome != sim::Outcome::ok) continue;
    ++compared;
    if (*expected == history[i].result) continue;
    const std::size_t kind = lacks_only(history[i].result, *expected) ? 1 : 0;
    if (times[kind]++ > 0) continue;
    found[kind].verdict = Verdict::violated;
    found[kind].anomaly = anomalies[kind];
    found[kind].summary = fmt::format("{}; the reference says {}", in_words(history[i]), in_words(*expected));
    found[kind].operations = {i};
    found[kind].reason = {{found[kind].summary, {i}}};
  }
  Judgements judgements;
  for (std::size_t kind = 0; kind < found.size(); ++kind) {
    if (times[kind] > 1)
      found[kind].reason.push_back({fmt::format("{} more of this kind were found", times[kind] - 1), {}});
    if (times[kind] > 0) judgements.push_back(std::move(found[kind]));
  }
  if (judgements.empty()) {
    judgements.emplace_back();
    if (compared == 0) judgements.back().verdict = Verdict::invalid;
    judgements.back().summary = fmt::format("{} as the reference says", counted(compared, "answer"));
  }
  for (Judgement& judgement : judgements) judgement.steps = history.size();
  return judgements;
}

}  // namespace lightcone::reports::checkers
