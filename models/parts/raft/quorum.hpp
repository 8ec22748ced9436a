// Arithmetic of majorities, apart from time and messages.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "models/parts/raft/types.hpp"
#include "sim/ensure.hpp"

namespace lightcone::models::parts::raft {

// The number of members that is more than half of `members`.
constexpr std::size_t majority_of(std::size_t members) { return members / 2 + 1; }

// Values in descending order, without memory of its own: groups are small.
class Ranking {  // NOLINT(cppcoreguidelines-pro-type-member-init): only values_[0 .. count_) are read
 public:
  static constexpr std::size_t capacity = 32;

  void add(std::uint64_t value) {
    sim::ensure(count_ < capacity, "a group has at most 32 members");
    std::size_t at = count_++;
    for (; at > 0 && values_[at - 1] < value; --at) values_[at] = values_[at - 1];
    values_[at] = value;
  }
  // The greatest value that `members` of them have reached; at least so many were added.
  std::uint64_t reached_by(std::size_t members) const { return values_[members - 1]; }

 private:
  std::array<std::uint64_t, capacity> values_;
  std::size_t count_ = 0;
};

// The greatest value that a majority of `members` has reached, where value(node) is what each has.
// 0 for no members.
template <class ValueOf>
std::uint64_t reached_by_majority(std::span<const NodeId> members, const ValueOf& value) {
  if (members.empty()) return 0;
  Ranking ranking;
  for (const NodeId node : members) ranking.add(value(node));
  return ranking.reached_by(majority_of(members.size()));
}

// The same for a configuration: a joint one needs both majorities. `learners_count` is what
// Safeguards::only_voters_count forbids.
enum class Counting : std::uint8_t { voters, voters_and_learners };
template <class ValueOf>
std::uint64_t reached_by_quorum(const Configuration& configuration, Counting counting, const ValueOf& value) {
  if (counting == Counting::voters_and_learners && !configuration.learners.empty()) {
    // The voters' number is still what must be reached, but anybody's answer is taken for it.
    Ranking ranking;
    for (const NodeId node : configuration.everyone()) ranking.add(value(node));
    return ranking.reached_by(majority_of(configuration.voters.size()));
  }
  const std::uint64_t old_majority = reached_by_majority(configuration.voters, value);
  if (!configuration.is_joint()) return old_majority;
  return std::min(old_majority, reached_by_majority(configuration.incoming, value));
}

// True when every quorum of one has a member in every quorum of the other.
bool have_common_quorums(const Configuration& a, const Configuration& b);

}  // namespace lightcone::models::parts::raft
