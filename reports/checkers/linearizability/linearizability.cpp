#include "reports/checkers/linearizability/linearizability.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "reports/checkers/linearizability/collections.hpp"
#include "reports/checkers/linearizability/conviction.hpp"
#include "reports/checkers/linearizability/lineages.hpp"
#include "reports/checkers/linearizability/operations.hpp"
#include "reports/checkers/linearizability/search.hpp"
#include "reports/checkers/linearizability/specification.hpp"
#include "reports/checkers/linearizability/zones.hpp"

namespace lightcone::reports::checkers {
namespace {

bool is_register(Shape shape) {
  return shape == Shape::plain_register || shape == Shape::cas_register || shape == Shape::key_value;
}

bool is_collection(Shape shape) {
  return shape == Shape::fifo_queue || shape == Shape::unordered_queue || shape == Shape::priority_queue ||
         shape == Shape::stack;
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
    if (judgement_.verdict != Verdict::held || without_certificate_) judgement_.certificate.clear();
    return std::move(judgement_);
  }

 private:
  void judge_part(Part part) {
    if (engines_ == Engines::search_only) return settle_by_search(part);
    if (is_register(object_.shape) && settle_by_zones(part)) return;
    if ((is_register(object_.shape) || object_.shape == Shape::log) && settle_by_versions(part)) return;
    if (is_collection(object_.shape) && settle_by_elements(part)) return;
    settle_by_search(part);
  }

  Budget left() const {
    Budget left = budget_;
    left.steps -= std::min(left.steps, judgement_.steps);
    return left;
  }

  Prosecutor prosecutor(Part part) { return {history_, object_, operations_.values, part}; }

  void convict(Judgement&& judgement) {
    judgement.steps += judgement_.steps;
    judgement_ = std::move(judgement);
  }

  // False where the method does not apply; so below.
  bool settle_by_zones(Part part) {
    const ValueId initial = operations_.values.keep(object_.initial);
    const auto zoned = zones_.judge(part, initial, operations_.values.size(), certificate_);
    if (!zoned) return false;
    judgement_.steps += zoned->steps;
    if (zoned->conflict) {
      convict(prosecutor(part).by_zones(*zoned));
    } else {
      for (const std::uint32_t op : zoned->order) judgement_.certificate.push_back(part[op].index);
    }
    return true;
  }

  bool settle_by_versions(Part part) {
    const auto lineages = lineages_of(part, object_, operations_.values);
    if (!lineages) return false;
    judgement_.steps += part.size();
    if (lineages->contradiction) {
      convict(prosecutor(part).by_contradiction(*lineages->contradiction));
      return true;
    }
    if (!lineages->unexplained.empty()) {
      convict(prosecutor(part).by_unexplained_read(lineages->unexplained.front()));
      return true;
    }
    const auto zoned = zones_.judge(lineages->ops, 0, lineages->versions, certificate_);
    if (!zoned) return false;
    if (zoned->conflict) {
      convict(prosecutor(part).by_versions(*lineages, *zoned));
    } else {
      for (const std::uint32_t op : zoned->order) judgement_.certificate.push_back(lineages->ops[op].index);
    }
    return true;
  }

  bool settle_by_elements(Part part) {
    const auto monitored = monitor_collection(part, object_, operations_.values);
    if (!monitored) return false;
    judgement_.steps += part.size();
    if (!monitored->legal) {
      convict(prosecutor(part).by_collection(*monitored));
      return true;
    }
    if (certificate_ == Certificate::none) return true;
    const auto specification = specification_of(object_, part, operations_.values);
    const Found found = search(part, *specification, left());
    judgement_.steps += found.steps;
    if (found.verdict != Verdict::held) without_certificate_ = true;
    for (const std::uint32_t op : found.order) judgement_.certificate.push_back(part[op].index);
    return true;
  }

  void settle_by_search(Part part) {
    const auto specification = specification_of(object_, part, operations_.values);
    const Found found = search(part, *specification, left());
    judgement_.steps += found.steps;
    if (found.verdict == Verdict::violated) return convict(prosecutor(part).by_search(found.stuck));
    if (found.verdict == Verdict::unknown) {
      judgement_.verdict = Verdict::unknown;
      judgement_.summary = fmt::format("undecided after {} steps", judgement_.steps);
    } else if (certificate_ == Certificate::wanted) {
      for (const std::uint32_t op : found.order) judgement_.certificate.push_back(part[op].index);
    }
  }

  const sim::History& history_;
  const Object& object_;
  Budget budget_;
  Certificate certificate_;
  Engines engines_;
  Operations operations_;
  ZoneJudge zones_;
  bool without_certificate_ = false;
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
