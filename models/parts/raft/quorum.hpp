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

// The number of members that is more than half of `members`: any two such sets have a member in common
// (Gifford, "Weighted voting for replicated data", SOSP 1979).
constexpr std::size_t majority_of(std::size_t members) { return members / 2 + 1; }

// What Safeguards::quorums_meet forbids: two halves of an even group have no member in common.
constexpr std::size_t half_of(std::size_t members) { return (members + 1) / 2; }

enum class Quorum : std::uint8_t { majority, half };
constexpr std::size_t size_of(Quorum quorum, std::size_t members) {
  return quorum == Quorum::majority ? majority_of(members) : half_of(members);
}

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

// The greatest value that a majority of `members`, or a half of them, has reached, where value(node) is what
// each has. 0 for no members.
template <class ValueOf>
std::uint64_t reached_by_majority(std::span<const NodeId> members, const ValueOf& value,
                                  Quorum quorum = Quorum::majority) {
  if (members.empty()) return 0;
  Ranking ranking;
  for (const NodeId node : members) ranking.add(value(node));
  return ranking.reached_by(size_of(quorum, members.size()));
}

// The same for a configuration: a joint one needs both majorities. `learners_count` is what
// Safeguards::only_voters_count forbids.
enum class Counting : std::uint8_t { voters, voters_and_learners };
template <class ValueOf>
std::uint64_t reached_by_quorum(const Configuration& configuration, Counting counting, const ValueOf& value,
                                Quorum quorum = Quorum::majority) {
  if (counting == Counting::voters_and_learners && !configuration.learners.empty()) {
    // The voters' number is still what must be reached, but anybody's answer is taken for it.
    Ranking ranking;
    for (const NodeId node : configuration.everyone()) ranking.add(value(node));
    return ranking.reached_by(size_of(quorum, configuration.voters.size()));
  }
  const std::uint64_t old_quorum = reached_by_majority(configuration.voters, value, quorum);
  if (!configuration.is_joint()) return old_quorum;
  return std::min(old_quorum, reached_by_majority(configuration.incoming, value, quorum));
}

// True when every quorum of one has a member in every quorum of the other.
bool have_common_quorums(const Configuration& a, const Configuration& b);

}  // namespace lightcone::models::parts::raft
