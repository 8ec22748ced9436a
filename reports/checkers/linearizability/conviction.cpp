#include "reports/checkers/linearizability/conviction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "reports/checkers/linearizability/explanation.hpp"
#include "reports/checkers/linearizability/narration.hpp"
#include "reports/checkers/linearizability/search.hpp"
#include "reports/checkers/linearizability/specification.hpp"
#include "reports/checkers/linearizability/witness.hpp"
#include "sim/ensure.hpp"

namespace lightcone::reports::checkers {
namespace {

// Witnesses up to this size are checked by the search, whatever engine found them.
constexpr std::size_t checked_by_search = 100;

Judgement violated(Explanation&& explanation, Part part, const std::vector<std::uint32_t>& kept,
                   std::uint64_t steps) {
  Judgement judgement;
  judgement.verdict = Verdict::violated;
  judgement.anomaly = std::move(explanation.anomaly);
  judgement.summary = std::move(explanation.summary);
  judgement.reason = std::move(explanation.reason);
  for (const std::uint32_t op : kept) judgement.operations.push_back(part[op].index);
  std::ranges::sort(judgement.operations);
  judgement.steps = steps;
  return judgement;
}

}  // namespace

std::vector<std::uint32_t> Prosecutor::with_force(std::vector<std::uint32_t> ops) const {
  std::erase_if(ops, [&](std::uint32_t op) { return !part_[op].must; });
  return ops;
}

void Prosecutor::check_by_search(const std::vector<std::uint32_t>& context) const {
  if (context.size() > checked_by_search) return;
  std::vector<Op> ops;
  for (const std::uint32_t op : context) ops.push_back(part_[op]);
  const auto specification = specification_of(object_, part_, values_);
  Budget budget;
  budget.steps = 1'000'000;
  sim::ensure(search(ops, *specification, budget).verdict != Verdict::held,
              "operations that one engine finds impossible to order have no order that the search finds");
}

Judgement Prosecutor::by_search(std::uint32_t stuck) {
  const auto specification = specification_of(object_, part_, values_);
  SearchRefuter refuter(*specification);
  std::uint64_t steps = 0;
  if (specification->grows()) stuck = first_stuck(part_, stuck, refuter, steps);
  const std::vector<std::uint32_t> context = begun_before_end_of(part_, stuck);
  const std::vector<std::uint32_t> kept =
      with_force(flat(shrunk(part_, one_by_one(context), refuter, steps)));
  Judgement judgement = violated(explained(kept, stuck, {}, part_, history_, object_), part_, kept, steps);
  const auto returned = std::ranges::count_if(part_, [&](const Op& op) { return op.end < part_[stuck].end; });
  judgement.reason.push_back(
      {fmt::format("the {} operations on this object that returned before {} did can be ordered", returned,
                   named(history_[part_[stuck].index])),
       {part_[stuck].index}});
  return judgement;
}

Judgement Prosecutor::by_zones(const Zoned& zoned) {
  const ValueId initial = values_.keep(object_.initial);
  ZoneRefuter refuter(initial, values_.size());
  std::uint64_t steps = 0;
  const std::vector<std::uint32_t> kept =
      with_force(flat(shrunk(part_, one_by_one(zoned.closure), refuter, steps)));
  sim::ensure(refutes(part_, zoned.closure, kept, refuter, steps), "a witness still cannot be ordered");
  check_by_search(zoned.closure);
  return violated(explained(*zoned.conflict, part_, history_, object_), part_, kept, steps);
}

Judgement Prosecutor::by_versions(const Lineages& lineages, const Zoned& zoned) {
  const Part versions(lineages.ops);
  ZoneRefuter refuter(0, lineages.versions);
  std::uint64_t steps = 0;
  std::vector<std::uint32_t> kept = flat(shrunk(versions, one_by_one(zoned.closure), refuter, steps));
  sim::ensure(refutes(versions, zoned.closure, kept, refuter, steps), "a witness still cannot be ordered");
  std::erase_if(kept, [&](std::uint32_t op) { return !versions[op].must; });
  return violated(explained(*zoned.conflict, versions, history_, object_), versions, kept, steps);
}

Judgement Prosecutor::by_contradiction(const Contradiction& contradiction) {
  const auto the = [&](std::uint32_t op) { return named(history_[part_[op].index]); };
  Explanation explanation;
  std::vector<std::uint32_t> kept{contradiction.first};
  if (contradiction.kind == Contradiction::Kind::doubled) {
    explanation.anomaly = "duplicate-effect";
    explanation.summary = fmt::format("{} shows twice what was put in once", the(contradiction.first));
  } else {
    explanation.anomaly = "divergence";
    kept.push_back(contradiction.second);
    std::ranges::sort(kept);
    explanation.summary =
        fmt::format("{} and {} show two orders of the same elements", the(kept[0]), the(kept[1]));
  }
  explanation.reason.push_back({explanation.summary, {}});
  for (const std::uint32_t op : kept) explanation.reason.back().operations.push_back(part_[op].index);
  explanation.reason.push_back(
      {"each element was put in once, so no order of the operations gives both", {}});
  if (kept.size() == 1)
    explanation.reason.back().text = "each element was put in once, so no order of the operations gives that";
  return violated(std::move(explanation), part_, kept, 0);
}

Judgement Prosecutor::by_unexplained_read(std::uint32_t read) {
  ZoneConflict conflict;
  conflict.kind = ZoneConflict::Kind::never_written;
  conflict.later = read;
  return violated(explained(conflict, part_, history_, object_), part_, {read}, 0);
}

Judgement Prosecutor::by_collection(const Monitored& monitored) {
  std::map<ValueId, Group> of_element;
  std::vector<Group> groups;
  for (const std::uint32_t op : monitored.culprits) {
    const Op& culprit = part_[op];
    if (culprit.verb == Verb::take && culprit.answer == Values::null) {
      groups.push_back({op});
    } else {
      of_element[culprit.verb == Verb::take ? culprit.answer : culprit.value].push_back(op);
    }
  }
  for (auto& [value, group] : of_element) groups.push_back(std::move(group));
  CollectionRefuter refuter(object_, values_);
  std::uint64_t steps = 0;
  sim::ensure(refutes(part_, monitored.culprits, monitored.culprits, refuter, steps),
              "a witness still cannot be ordered");
  return by_forced(flat(shrunk(part_, groups, refuter, steps)), steps);
}

// `forced` are all the operations on some elements of a collection.
Judgement Prosecutor::by_forced(std::vector<std::uint32_t> forced, std::uint64_t steps) {
  check_by_search(forced);
  if (forced.size() <= checked_by_search) {
    const auto specification = specification_of(object_, part_, values_);
    SearchRefuter refuter(*specification);
    forced = flat(shrunk(part_, one_by_one(forced), refuter, steps));
  }
  forced = with_force(std::move(forced));
  const std::uint32_t stuck =
      *std::ranges::max_element(forced, {}, [&](std::uint32_t op) { return part_[op].end; });
  return violated(explained(forced, stuck, {}, part_, history_, object_), part_, forced, steps);
}

}  // namespace lightcone::reports::checkers
