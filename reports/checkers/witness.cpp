#include "reports/checkers/witness.hpp"

#include <utility>

#include "sim/ensure.hpp"

namespace lightcone::reports::checkers {

namespace {

bool same_violation(const Judgement& a, const Judgement& b) {
  return a.verdict == Verdict::violated && b.verdict == Verdict::violated && a.anomaly == b.anomaly;
}

std::vector<std::size_t> without(const std::vector<std::size_t>& positions, std::size_t i) {
  std::vector<std::size_t> rest = positions;
  rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
  return rest;
}

}  // namespace

sim::History part_of(const sim::History& history, const std::vector<std::size_t>& positions) {
  sim::History part;
  part.reserve(positions.size());
  for (const std::size_t i : positions) part.push_back(history[i]);
  return part;
}

Judgement with_smallest_witness(const sim::History& history, Judgement found, const Judge& judge) {
  constexpr std::size_t largest = 200;
  if (found.verdict != Verdict::violated) return found;
  std::vector<std::size_t> kept = found.operations;
  Judgement last = judge(part_of(history, kept));
  sim::ensure(same_violation(last, found), "a witness shows by itself what it is a witness of");
  // From the end: what comes later is more often accidental. Again until nothing can be dropped.
  for (bool dropped = kept.size() <= largest; dropped;) {
    dropped = false;
    for (std::size_t i = kept.size(); i-- > 0;) {
      std::vector<std::size_t> rest = without(kept, i);
      Judgement without_it = judge(part_of(history, rest));
      if (!same_violation(without_it, found)) continue;
      kept = std::move(rest);
      last = std::move(without_it);
      dropped = true;
    }
  }
  for (Step& step : last.reason) {
    for (std::size_t& operation : step.operations) operation = kept[operation];
  }
  found.summary = std::move(last.summary);
  found.reason = std::move(last.reason);
  found.operations = std::move(kept);
  return found;
}

}  // namespace lightcone::reports::checkers
