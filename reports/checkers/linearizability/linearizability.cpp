#include "reports/checkers/linearizability/linearizability.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "reports/checkers/linearizability/explanation.hpp"
#include "reports/checkers/linearizability/operations.hpp"
#include "reports/checkers/linearizability/search.hpp"
#include "reports/checkers/linearizability/specification.hpp"
#include "reports/checkers/linearizability/witness.hpp"
#include "reports/checkers/linearizability/zones.hpp"
#include "sim/ensure.hpp"

namespace lightcone::reports::checkers {
namespace {

// What a witness may cost beyond the verdict, in steps of the search.
constexpr std::uint64_t witness_steps = 3'000'000;

bool is_register(Shape shape) {
  return shape == Shape::plain_register || shape == Shape::cas_register || shape == Shape::key_value;
}

class Judge {
 public:
  Judge(const sim::History& history, const Object& object, const Budget& budget, Certificate certificate,
        Engines engines)
      : history_(history), object_(object), budget_(budget), certificate_(certificate), engines_(engines) {}

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
    if (engines_ == Engines::fastest && is_register(object_.shape)) {
      const auto zoned = zones_.judge(part, object_, operations_.values, certificate_);
      if (zoned) return settle(part, *zoned);
    }
    const auto specification = specification_of(object_, part, operations_.values);
    const Found found = search(part, *specification, left());
    judgement_.steps += found.steps;
    if (found.verdict == Verdict::held) return certify(part, found.order);
    if (found.verdict == Verdict::violated) return convict(part, found.stuck, *specification);
    judgement_.verdict = Verdict::unknown;
    judgement_.summary = fmt::format("undecided after {} steps", judgement_.steps);
  }

  Budget left() const {
    Budget left = budget_;
    left.steps -= std::min(left.steps, judgement_.steps);
    return left;
  }

  static Budget for_witness() {
    Budget budget;
    budget.steps = witness_steps;
    return budget;
  }

  void certify(Part part, const std::vector<std::uint32_t>& order) {
    if (certificate_ == Certificate::none) return;
    for (const std::uint32_t op : order) judgement_.certificate.push_back(part[op].index);
  }

  void settle(Part part, const Zoned& zoned) {
    judgement_.steps += zoned.steps;
    if (!zoned.conflict) return certify(part, zoned.order);
    const auto specification = specification_of(object_, part, operations_.values);
    const Witness witness = smallest_witness(part, zoned.closure, *specification, for_witness());
    sim::ensure(witness.checked,
                "the search agrees that the operations of a zone conflict cannot be ordered");
    report(part, witness, explained(*zoned.conflict, part, history_, object_));
  }

  void convict(Part part, std::uint32_t stuck, const Specification& specification) {
    const Witness witness =
        smallest_witness(part, begun_before_end_of(part, stuck), specification, for_witness());
    report(part, witness, explained(witness.kept, stuck, {}, part, history_, object_));
    const auto returned = std::ranges::count_if(part, [&](const Op& op) { return op.end < part[stuck].end; });
    judgement_.reason.push_back(
        {fmt::format("the {} operations on this object that returned before can be ordered", returned), {}});
  }

  void report(Part part, const Witness& witness, Explanation explanation) {
    judgement_.steps += witness.steps;
    judgement_.verdict = Verdict::violated;
    judgement_.anomaly = std::move(explanation.anomaly);
    judgement_.summary = std::move(explanation.summary);
    judgement_.reason = std::move(explanation.reason);
    for (const std::uint32_t op : witness.kept) judgement_.operations.push_back(part[op].index);
    std::ranges::sort(judgement_.operations);
  }

  const sim::History& history_;
  const Object& object_;
  Budget budget_;
  Certificate certificate_;
  Engines engines_;
  Operations operations_;
  ZoneJudge zones_;
  Judgement judgement_;
};

}  // namespace

Judgement check_linearizable(const sim::History& history, const Object& object, const Budget& budget,
                             Engines engines) {
  return Judge(history, object, budget, Certificate::none, engines).judge();
}

Judgement linearize(const sim::History& history, const Object& object, const Budget& budget,
                    Engines engines) {
  return Judge(history, object, budget, Certificate::wanted, engines).judge();
}

}  // namespace lightcone::reports::checkers
