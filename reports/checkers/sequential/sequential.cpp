#include "reports/checkers/sequential/sequential.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "reports/checkers/sequential/interleavings.hpp"
#include "reports/checkers/wording.hpp"

namespace lightcone::reports::checkers {

namespace {

// All operations but those in `kept` may have had any outcome.
sim::History with_only(const sim::History& history, const std::vector<bool>& kept) {
  sim::History relaxed = history;
  for (std::size_t i = 0; i < relaxed.size(); ++i) {
    if (kept[i] || relaxed[i].outcome != sim::Outcome::ok) continue;
    relaxed[i].outcome = sim::Outcome::info;
    relaxed[i].result = nullptr;
    relaxed[i].complete = sim::Operation::open;
  }
  return relaxed;
}

// A set from which nothing can be left out, as far as `left` steps go. What failed says nothing and is none
// of it, unless failures are observations, which are kept as they are.
std::vector<bool> smallest(const sim::History& history, const Object& object, Budget left) {
  std::vector<bool> kept(history.size(), true);
  for (std::size_t i = history.size(); i-- > 0;) {
    if (history[i].outcome != sim::Outcome::ok) kept[i] = false;
  }
  for (std::size_t i = history.size(); i-- > 0 && left.steps > 0;) {
    if (!kept[i]) continue;
    kept[i] = false;
    const Interleaving without = find_interleaving(with_only(history, kept), object, left);
    left.steps -= std::min(left.steps, without.steps + 1);
    if (without.verdict != Verdict::violated) kept[i] = true;
  }
  return kept;
}

}  // namespace

Judgement check_sequential(const sim::History& history, const Object& object, const Budget& budget) {
  Interleaving found = find_interleaving(history, object, budget);
  Judgement judgement;
  judgement.verdict = found.verdict;
  judgement.steps = found.steps;
  if (found.verdict == Verdict::held) {
    judgement.certificate = std::move(found.order);
    judgement.summary = fmt::format("{} can be put in one order that keeps that of each process",
                                    counted(history.size(), "operation"));
    return judgement;
  }
  if (found.verdict == Verdict::unknown) {
    judgement.summary = found.problem.empty()
                            ? fmt::format("undecided after {}", counted(found.steps, "step"))
                            : found.problem;
    return judgement;
  }
  const std::vector<bool> kept = smallest(history, object, budget);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i]) judgement.operations.push_back(i);
  }
  const Interleaving again = find_interleaving(with_only(history, kept), object, budget);
  judgement.anomaly = "reorder";
  judgement.summary = fmt::format(
      "no order of {} that keeps that of each process explains their answers, whatever the others did",
      counted(judgement.operations.size(), "operation"));
  if (again.order.empty()) {
    judgement.reason.push_back({"none of them can come first", again.stuck});
  } else {
    std::string prefix;
    for (const std::size_t i : again.order)
      prefix += fmt::format("{}{}", prefix.empty() ? "" : "; ", in_words(history[i]));
    judgement.reason.push_back({fmt::format("the longest order found is: {}", prefix), again.order});
  }
  for (const std::size_t i : again.stuck)
    judgement.reason.push_back({fmt::format("{} cannot come next", in_words(history[i])), {i}});
  return judgement;
}

}  // namespace lightcone::reports::checkers
