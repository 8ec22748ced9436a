#include "reports/checkers/linearizability/witness.hpp"

#include <algorithm>

#include "reports/checkers/linearizability/collections.hpp"
#include "reports/checkers/linearizability/search.hpp"

namespace lightcone::reports::checkers {
namespace {

// What a witness may cost beyond the verdict.
constexpr std::uint64_t all_steps = 3'000'000;
// Operations that may do anything make a search long; then one try is given up and the operations keep their
// force.
constexpr std::uint64_t steps_of_a_try = 20'000;

class Shrinker {
 public:
  Shrinker(Part part, const std::vector<Group>& groups, Refuter& refuter, std::uint64_t& steps)
      : part_(part),
        groups_(groups),
        refuter_(refuter),
        steps_(steps),
        limit_(steps + all_steps),
        context_(flat(groups)),
        forced_(groups.size(), true) {}

  std::vector<Group> shrink() {
    keep_the_last();
    for (std::size_t chunk = groups_.size(); chunk > 0; chunk /= 2) {
      for (std::size_t first = 0; first < groups_.size() && steps_ < limit_; first += chunk) {
        std::vector<bool> fewer = forced_;
        const auto at = fewer.begin() + static_cast<std::ptrdiff_t>(first);
        std::fill(at, at + static_cast<std::ptrdiff_t>(std::min(chunk, groups_.size() - first)), false);
        try_to_keep(std::move(fewer));
      }
    }
    std::vector<Group> kept;
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      if (forced_[i]) kept.push_back(groups_[i]);
    }
    return kept;
  }

 private:
  // What is long past seldom matters: the last four, eight, ... alone.
  void keep_the_last() {
    for (std::size_t count = 4; count < groups_.size() && steps_ < limit_; count *= 2) {
      std::vector<bool> fewer(groups_.size(), false);
      std::fill(fewer.end() - static_cast<std::ptrdiff_t>(count), fewer.end(), true);
      if (try_to_keep(std::move(fewer))) return;
    }
  }

  bool try_to_keep(std::vector<bool> fewer) {
    if (fewer == forced_) return false;
    std::vector<std::uint32_t> forced;
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      if (fewer[i]) forced.insert(forced.end(), groups_[i].begin(), groups_[i].end());
    }
    std::ranges::sort(forced);
    if (!refutes(part_, context_, forced, refuter_, steps_)) return false;
    forced_ = std::move(fewer);
    return true;
  }

  Part part_;
  const std::vector<Group>& groups_;
  Refuter& refuter_;
  std::uint64_t& steps_;
  std::uint64_t limit_;
  std::vector<std::uint32_t> context_;
  std::vector<bool> forced_;
};

std::optional<Op> without_force(Op op) {
  op.must = false;
  op.end = Op::never;
  return op;
}

}  // namespace

std::optional<Op> SearchRefuter::relaxed(const Op& op) const {
  if (specification_.is_read_only(op)) return std::nullopt;
  Op free = op;
  if (free.must) {
    free.answered = false;
    free.answer = Values::null;
  }
  return without_force(free);
}

bool SearchRefuter::refutes(const std::vector<Op>& ops, std::uint64_t& steps) {
  Budget budget;
  budget.steps = steps_of_a_try + 20 * ops.size();
  const Found found = search(ops, specification_, budget);
  steps += found.steps;
  return found.verdict == Verdict::violated;
}

std::optional<Op> ZoneRefuter::relaxed(const Op& op) const {
  if (op.verb == Verb::read) return std::nullopt;
  return without_force(op);
}

bool ZoneRefuter::refutes(const std::vector<Op>& ops, std::uint64_t& steps) {
  steps += ops.size();
  const std::optional<Zoned> zoned = judge_.judge(ops, initial_, bound_, Certificate::none);
  return zoned && zoned->conflict;
}

bool CollectionRefuter::refutes(const std::vector<Op>& ops, std::uint64_t& steps) {
  steps += 10 * ops.size();
  const std::optional<Monitored> monitored = monitor_collection(ops, object_, values_);
  return monitored && !monitored->legal;
}

std::vector<Group> shrunk(Part part, const std::vector<Group>& groups, Refuter& refuter,
                          std::uint64_t& steps) {
  return Shrinker(part, groups, refuter, steps).shrink();
}

bool refutes(Part part, const std::vector<std::uint32_t>& context, const std::vector<std::uint32_t>& forced,
             Refuter& refuter, std::uint64_t& steps) {
  std::vector<Op> ops;
  auto next = forced.begin();
  for (const std::uint32_t i : context) {
    if (next != forced.end() && *next == i) {
      ++next;
      ops.push_back(part[i]);
    } else if (const std::optional<Op> op = refuter.relaxed(part[i])) {
      ops.push_back(*op);
    }
  }
  return refuter.refutes(ops, steps);
}

std::vector<Group> one_by_one(const std::vector<std::uint32_t>& ops) {
  std::vector<Group> groups;
  for (const std::uint32_t op : ops) groups.push_back({op});
  return groups;
}

std::vector<std::uint32_t> flat(const std::vector<Group>& groups) {
  std::vector<std::uint32_t> ops;
  for (const Group& group : groups) ops.insert(ops.end(), group.begin(), group.end());
  std::ranges::sort(ops);
  return ops;
}

std::uint32_t first_stuck(Part part, std::uint32_t stuck, Refuter& refuter, std::uint64_t& steps) {
  std::vector<std::uint32_t> returns;
  for (std::uint32_t i = 0; i < part.size(); ++i) {
    if (part[i].must && part[i].end <= part[stuck].end) returns.push_back(i);
  }
  std::ranges::sort(returns, {}, [&](std::uint32_t op) { return part[op].end; });
  // What cannot be refuted in few steps counts as possible: then a later operation is named.
  const auto is_possible = [&](std::uint32_t op) {
    std::vector<std::uint32_t> forced;
    const std::vector<std::uint32_t> context = begun_before_end_of(part, op);
    for (const std::uint32_t i : context) {
      if (part[i].end <= part[op].end || !part[i].must) forced.push_back(i);
    }
    return !refutes(part, context, forced, refuter, steps);
  };
  const auto first = std::ranges::partition_point(returns, is_possible);
  return first == returns.end() ? stuck : *first;
}

std::vector<std::uint32_t> begun_before_end_of(Part part, std::uint32_t stuck) {
  std::vector<std::uint32_t> context;
  for (std::uint32_t i = 0; i < part.size() && part[i].begin < part[stuck].end; ++i) context.push_back(i);
  return context;
}

}  // namespace lightcone::reports::checkers
