#include "reports/checkers/linearizability/linearizability.hpp"

#include <fmt/format.h>

#include "reports/checkers/linearizability/operations.hpp"
#include "reports/checkers/linearizability/search.hpp"
#include "reports/checkers/linearizability/specification.hpp"

namespace lightcone::reports::checkers {
namespace {

enum class Certificate : std::uint8_t { none, wanted };

class Judge {
 public:
  Judge(const sim::History& history, const Object& object, const Budget& budget, Certificate certificate)
      : history_(history), object_(object), budget_(budget), certificate_(certificate) {}

  Judgement judge() {
    read_operations(history_, object_, operations_);
    if (!operations_.problem.empty()) {
      judgement_.verdict = Verdict::unknown;
      judgement_.summary = operations_.problem;
      judgement_.operations = {operations_.problem_at};
      return std::move(judgement_);
    }
    for (std::size_t i = 0; i < operations_.parts.size() && judgement_.verdict != Verdict::violated; ++i)
      judge_part(operations_.part(i));
    if (judgement_.verdict != Verdict::held) judgement_.certificate.clear();
    return std::move(judgement_);
  }

 private:
  void judge_part(Part part) {
    const auto specification = specification_of(object_, part, operations_.values);
    Budget left = budget_;
    left.steps -= std::min(left.steps, judgement_.steps);
    const Found found = search(part, *specification, left);
    judgement_.steps += found.steps;
    if (found.verdict == Verdict::held) {
      if (certificate_ == Certificate::none) return;
      for (const std::uint32_t op : found.order) judgement_.certificate.push_back(part[op].index);
      return;
    }
    judgement_.verdict = found.verdict;
    if (found.verdict == Verdict::unknown) {
      judgement_.summary = fmt::format("undecided after {} steps", judgement_.steps);
      return;
    }
    judgement_.anomaly = "nonlinearizable";
    judgement_.operations = {part[found.stuck].index};
    judgement_.summary = fmt::format("no order of the operations explains all answers up to operation {}",
                                     part[found.stuck].index);
  }

  const sim::History& history_;
  const Object& object_;
  Budget budget_;
  Certificate certificate_;
  Operations operations_;
  Judgement judgement_;
};

}  // namespace

Judgement check_linearizable(const sim::History& history, const Object& object, const Budget& budget) {
  return Judge(history, object, budget, Certificate::none).judge();
}

Judgement linearize(const sim::History& history, const Object& object, const Budget& budget) {
  return Judge(history, object, budget, Certificate::wanted).judge();
}

}  // namespace lightcone::reports::checkers
