// What is known of a check: a logic of three values, in which what could not be found out stays unknown.
//
// A subproblem that meets itself again on the way to it adds nothing: that branch is cut and denies. Such a
// denial holds on this way alone until the subproblem where the cut was made has been answered, so it is not
// cached before; `cut` remembers how far up that is.
#pragma once

#include <algorithm>
#include <boost/describe.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "models/zanzibar/rewrite.hpp"

namespace lightcone::models::zanzibar {

enum class Verdict : std::uint8_t { deny, allow, unknown };
BOOST_DESCRIBE_ENUM(Verdict, deny, allow, unknown)

struct Outcome {
  static constexpr std::uint32_t not_cut = std::numeric_limits<std::uint32_t>::max();

  Verdict verdict = Verdict::unknown;
  std::uint32_t cut = not_cut;  // place on the way, from 0, of what a denial waits for
  std::uint32_t depth = 0;      // of subproblems below
  bool missed = false;          // some operand was unknown, whether or not that mattered
};
BOOST_DESCRIBE_STRUCT(Outcome, (), (verdict, cut, depth, missed))

// What a rule makes of its operands, as soon as those that are there decide it; nothing while they do not.
// An exclusion whose second operand is unknown is unknown, unless `unknown_excludes_nobody`.
class Combination {
 public:
  Combination(Rewrite::Form form, std::size_t operands, bool unknown_excludes_nobody)
      : form_(form), excludes_nobody_(unknown_excludes_nobody), operands_(operands) {}

  void set(std::size_t operand, const Outcome& outcome) { operands_[operand] = outcome; }

  std::optional<Outcome> result() const {
    std::optional<Outcome> found = form_ == Rewrite::Form::but_not  ? difference()
                                   : form_ == Rewrite::Form::all_of ? conjunction()
                                                                    : disjunction();
    if (!found) return found;
    found->missed = found->verdict == Verdict::unknown;
    for (const auto& operand : operands_) {
      if (!operand) continue;
      found->depth = std::max(found->depth, operand->depth);
      found->missed = found->missed || operand->missed || operand->verdict == Verdict::unknown;
    }
    return found;
  }

 private:
  bool is(std::size_t operand, Verdict verdict) const {
    return operands_[operand] && operands_[operand]->verdict == verdict;
  }
  bool any_is(Verdict verdict) const {
    for (std::size_t i = 0; i < operands_.size(); ++i)
      if (is(i, verdict)) return true;
    return false;
  }
  bool all_are_there() const {
    return std::all_of(operands_.begin(), operands_.end(),
                       [](const auto& operand) { return operand.has_value(); });
  }

  // A denial waits for all cuts below it.
  std::optional<Outcome> disjunction() const {
    if (any_is(Verdict::allow)) return Outcome{.verdict = Verdict::allow};
    if (!all_are_there()) return std::nullopt;
    if (any_is(Verdict::unknown)) return Outcome{};
    Outcome denial{.verdict = Verdict::deny};
    for (const auto& operand : operands_) denial.cut = std::min(denial.cut, operand->cut);
    return denial;
  }

  // One operand that denies is enough: the one that waits least.
  std::optional<Outcome> conjunction() const {
    std::optional<Outcome> denial;
    for (const auto& operand : operands_) {
      if (operand && operand->verdict == Verdict::deny && (!denial || operand->cut > denial->cut))
        denial = Outcome{.verdict = Verdict::deny, .cut = operand->cut};
    }
    if (denial && (denial->cut == Outcome::not_cut || all_are_there())) return denial;
    if (!all_are_there()) return std::nullopt;
    return Outcome{.verdict = any_is(Verdict::unknown) ? Verdict::unknown : Verdict::allow};
  }

  // What a cut adds nothing to cannot be excluded by: then nothing is known.
  std::optional<Outcome> difference() const {
    if (is(1, Verdict::allow)) return Outcome{.verdict = Verdict::deny};
    if (is(0, Verdict::deny) && (operands_[0]->cut == Outcome::not_cut || all_are_there()))
      return Outcome{.verdict = Verdict::deny, .cut = operands_[0]->cut};
    if (!all_are_there()) return std::nullopt;
    if (is(0, Verdict::unknown)) return Outcome{};
    const bool is_excluded_by_nothing = is(1, Verdict::deny) && operands_[1]->cut == Outcome::not_cut;
    const bool passes = is_excluded_by_nothing || (excludes_nobody_ && is(1, Verdict::unknown));
    return Outcome{.verdict = passes ? Verdict::allow : Verdict::unknown};
  }

  Rewrite::Form form_;
  bool excludes_nobody_;
  std::vector<std::optional<Outcome>> operands_;
};

}  // namespace lightcone::models::zanzibar
