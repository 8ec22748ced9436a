#include "reports/checkers/rates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "reports/checkers/places.hpp"
#include "reports/checkers/value_numbers.hpp"
#include "reports/checkers/wording.hpp"

namespace lightcone::reports::checkers {

namespace {

constexpr std::int64_t largest_cost = std::int64_t{1} << 40;  // a million of these fit in a sum

std::int64_t cost_of(const sim::Operation& operation) {
  const std::int64_t* units = operation.value.as_int();
  return units != nullptr && *units > 0 ? std::min(*units, largest_cost) : 1;
}

// Admissions of one key: positions in the history, by invocation.
void judge_key(const sim::History& history, const std::vector<std::size_t>& admitted, const RateBound& bound,
               Findings& findings) {
  std::vector<std::int64_t> returns;
  for (const std::size_t i : admitted) returns.push_back(history[i].complete);
  std::sort(returns.begin(), returns.end());
  const auto place = [&](std::int64_t time) {
    return static_cast<std::size_t>(std::lower_bound(returns.begin(), returns.end(), time) - returns.begin());
  };
  // Windows that begin with an invocation, the last first: what was invoked before is not entered yet.
  Places units(returns.size());
  for (std::size_t a = admitted.size(); a-- > 0;) {
    const sim::Operation& first = history[admitted[a]];
    units.add(place(first.complete), cost_of(first));
    if (a > 0 && history[admitted[a - 1]].invoke == first.invoke) continue;
    const std::int64_t end =
        first.invoke > INT64_MAX - bound.window ? INT64_MAX : first.invoke + bound.window;
    const std::int64_t inside = units.sum_below(place(end));
    if (inside <= bound.admitted) continue;
    std::vector<std::size_t> witness;
    for (std::size_t b = a; b < admitted.size() && history[admitted[b]].invoke < end; ++b) {
      if (history[admitted[b]].complete < end) witness.push_back(admitted[b]);
    }
    findings.add("over-admission",
                 fmt::format("{} admitted in the window of {} from {}; allowed are {}",
                             counted(static_cast<std::size_t>(inside), "unit"), in_time_units(bound.window),
                             in_time_units(first.invoke), bound.admitted),
                 std::move(witness));
  }
}

Findings find(const sim::History& history, const RateBound& bound) {
  Findings findings({"over-admission"});
  ValueNumbers keys;
  std::vector<std::vector<std::size_t>> admitted;
  std::size_t count = 0;
  for (std::size_t i = 0; i < history.size(); ++i) {
    const sim::Operation& operation = history[i];
    if (operation.invoke == sim::Operation::unordered) {
      findings.not_judged(Verdict::unknown, "without times there is no rate");
      return findings;
    }
    if (operation.outcome != sim::Outcome::ok || operation.result == sim::Value(false)) continue;
    const std::uint32_t key = keys.insert(0, operation.key);
    if (key == admitted.size()) admitted.emplace_back();
    admitted[key].push_back(i);
    ++count;
  }
  findings.examined(fmt::format("{} within {} units a window of {}", counted(count, "admission"),
                                bound.admitted, in_time_units(bound.window)));
  if (count == 0) findings.not_judged(Verdict::invalid, "nothing was admitted");
  for (const std::vector<std::size_t>& each : admitted) judge_key(history, each, bound, findings);
  return findings;
}

}  // namespace

Judgements check_rate(const sim::History& history, const RateBound& bound) {
  return judge_by([&](const sim::History& part) { return find(part, bound); }, history);
}

}  // namespace lightcone::reports::checkers
