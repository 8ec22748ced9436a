// Several things can be wrong with one history at once; each anomaly gets a judgement of its own.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/judgement.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::checkers {

// One `held` (or `unknown`, `invalid`), or one `violated` an anomaly, the gravest first. Never empty.
using Judgements = std::vector<Judgement>;

// What a judge found in a history: the first of each anomaly, and how often there was one.
class Findings {
 public:
  struct Found {
    std::string_view anomaly;
    std::size_t times = 0;
    std::string summary;
    std::vector<std::size_t> operations;  // a part of the history in which it is found again
  };

  // Gravest first; only these can be found.
  explicit Findings(const std::vector<std::string_view>& anomalies);

  void add(std::string_view anomaly, std::string summary, std::vector<std::size_t> operations);
  // What was examined: the sentence of `held`.
  void examined(std::string summary) { examined_ = std::move(summary); }
  // Nothing was judged, and why: `unknown` or `invalid`, unless something was found all the same.
  void not_judged(Verdict verdict, std::string why);

  const std::vector<Found>& found() const { return found_; }
  Verdict otherwise() const { return otherwise_; }
  const std::string& summary() const { return examined_; }

 private:
  std::vector<Found> found_;
  Verdict otherwise_ = Verdict::held;
  std::string examined_;
};

// The judgements of what `find` finds in `history`. Each witness is made as small as it goes; `find` must
// find the same anomaly in it alone.
Judgements judge_by(const std::function<Findings(const sim::History&)>& find, const sim::History& history);

}  // namespace lightcone::reports::checkers
