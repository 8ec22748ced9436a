// Operations in few words, for histories written in tests.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "reports/checkers/findings.hpp"
#include "sim/history.hpp"

namespace lightcone::tests {

struct Times {
  std::int64_t invoke;
  std::int64_t complete;
};

inline sim::Operation operation(std::int64_t process, std::string f, sim::Value value, sim::Value result,
                                Times times, sim::Outcome outcome = sim::Outcome::ok) {
  sim::Operation made;
  made.process = process;
  made.f = std::move(f);
  made.value = std::move(value);
  made.result = std::move(result);
  made.invoke = times.invoke;
  made.complete = outcome == sim::Outcome::info ? sim::Operation::open : times.complete;
  made.outcome = outcome;
  return made;
}

inline void sort_by_invocation(sim::History& history) {
  // By insertion: equals stay in their order.
  for (auto at = history.begin(); at != history.end(); ++at) {
    const auto place = std::upper_bound(
        history.begin(), at, *at,
        [](const sim::Operation& a, const sim::Operation& b) { return a.invoke < b.invoke; });
    std::rotate(place, at, at + 1);
  }
}

inline std::set<std::string> anomalies(const reports::checkers::Judgements& judgements) {
  std::set<std::string> names;
  for (const reports::Judgement& judgement : judgements) {
    if (judgement.verdict == reports::Verdict::violated) names.insert(judgement.anomaly);
  }
  return names;
}

// The operations that a judgement names, of the anomaly's judgement.
inline std::vector<std::size_t> witness(const reports::checkers::Judgements& judgements,
                                        std::string_view anomaly) {
  for (const reports::Judgement& judgement : judgements) {
    if (judgement.anomaly == anomaly) return judgement.operations;
  }
  return {};
}

// From 0 to n - 1. Not std::uniform_int_distribution, which differs between libraries.
class Dice {
 public:
  explicit Dice(std::uint32_t seed) : engine_(seed) {}
  int operator()(int n) { return static_cast<int>(engine_() % static_cast<std::uint32_t>(n)); }
  Times times(int latest) {
    const int from = (*this)(latest);
    return {from, from + 1 + (*this)(latest / 2)};
  }
  sim::Outcome outcome() {
    const int which = (*this)(8);
    return which == 0 ? sim::Outcome::fail : which == 1 ? sim::Outcome::info : sim::Outcome::ok;
  }

 private:
  std::mt19937 engine_;
};

}  // namespace lightcone::tests
