#include "models/parts/raft/quorum.hpp"

namespace lightcone::models::parts::raft {

namespace {

// Disjoint majorities of two groups exist when enough members remain once the shared ones are dealt out.
bool majorities_meet(const std::vector<NodeId>& a, const std::vector<NodeId>& b) {
  if (a.empty() || b.empty()) return true;
  std::size_t shared = 0;
  for (const NodeId node : a) shared += static_cast<std::size_t>(std::count(b.begin(), b.end(), node));
  const std::size_t only_a = a.size() - shared;
  const std::size_t only_b = b.size() - shared;
  const std::size_t a_needs = majority_of(a.size()) > only_a ? majority_of(a.size()) - only_a : 0;
  const std::size_t b_needs = majority_of(b.size()) > only_b ? majority_of(b.size()) - only_b : 0;
  return a_needs + b_needs > shared;
}

}  // namespace

// A joint quorum contains a majority of each half, so it meets whatever one of its halves meets.
bool have_common_quorums(const Configuration& a, const Configuration& b) {
  for (const auto* left : {&a.voters, &a.incoming}) {
    for (const auto* right : {&b.voters, &b.incoming}) {
      if (!left->empty() && !right->empty() && majorities_meet(*left, *right)) return true;
    }
  }
  return false;
}

}  // namespace lightcone::models::parts::raft
