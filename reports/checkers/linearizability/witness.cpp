#include "reports/checkers/linearizability/witness.hpp"

#include <algorithm>

#include "reports/checkers/linearizability/search.hpp"

namespace lightcone::reports::checkers {
namespace {

// Operations that may do anything make a search long; then the try is given up and the operations are kept.
constexpr std::uint64_t steps_of_a_try = 20'000;

class Shrinker {
 public:
  Shrinker(Part part, const std::vector<std::uint32_t>& context, const Specification& specification,
           const Budget& budget)
      : part_(part),
        context_(context),
        specification_(specification),
        budget_(budget),
        kept_(context.size(), true) {}

  Witness shrink() {
    for (std::size_t i = 0; i < context_.size(); ++i) kept_[i] = part_[context_[i]].must;
    keep_the_last();
    std::size_t chunk = context_.size();
    while (chunk > 0) {
      for (std::size_t first = 0; first < context_.size(); first += chunk) try_without(first, first + chunk);
      chunk /= 2;
    }
    Witness witness;
    witness.checked = cannot_be_ordered(kept_, budget_.steps);
    for (std::size_t i = 0; i < context_.size(); ++i) {
      if (kept_[i]) witness.kept.push_back(context_[i]);
    }
    witness.steps = steps_;
    return witness;
  }

 private:
  // What is long past seldom matters: the last one, two, four, ... alone.
  void keep_the_last() {
    for (std::size_t count = 4; count < context_.size() && steps_ <= budget_.steps; count *= 2) {
      std::vector<bool> fewer = kept_;
      std::fill(fewer.begin(), fewer.end() - static_cast<std::ptrdiff_t>(count), false);
      if (!cannot_be_ordered(fewer, steps_of_a_try + 20 * context_.size())) continue;
      kept_ = std::move(fewer);
      return;
    }
  }

  void try_without(std::size_t first, std::size_t last) {
    if (steps_ > budget_.steps) return;
    last = std::min(last, context_.size());
    std::vector<bool> fewer = kept_;
    std::fill(fewer.begin() + static_cast<std::ptrdiff_t>(first),
              fewer.begin() + static_cast<std::ptrdiff_t>(last), false);
    if (fewer != kept_ && cannot_be_ordered(fewer, steps_of_a_try + 20 * context_.size()))
      kept_ = std::move(fewer);
  }

  bool cannot_be_ordered(const std::vector<bool>& kept, std::uint64_t steps) {
    std::vector<Op> ops;
    for (std::size_t i = 0; i < context_.size(); ++i) {
      Op op = part_[context_[i]];
      if (!kept[i]) {
        if (op.must && specification_.is_read_only(op)) continue;
        if (op.must) op.answered = false;
        op.must = false;
        op.end = Op::never;
        op.answer = op.answered ? op.answer : Values::null;
      }
      ops.push_back(op);
    }
    Budget one = budget_;
    one.steps = steps;
    const Found found = search(ops, specification_, one);
    steps_ += found.steps;
    return found.verdict == Verdict::violated;
  }

  Part part_;
  const std::vector<std::uint32_t>& context_;
  const Specification& specification_;
  Budget budget_;
  std::vector<bool> kept_;
  std::uint64_t steps_ = 0;
};

}  // namespace

Witness smallest_witness(Part part, const std::vector<std::uint32_t>& context,
                         const Specification& specification, const Budget& budget) {
  return Shrinker(part, context, specification, budget).shrink();
}

std::vector<std::uint32_t> begun_before_end_of(Part part, std::uint32_t stuck) {
  std::vector<std::uint32_t> context;
  for (std::uint32_t i = 0; i < part.size() && part[i].begin < part[stuck].end; ++i) context.push_back(i);
  return context;
}

}  // namespace lightcone::reports::checkers
