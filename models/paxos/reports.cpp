#include "models/paxos/reports.hpp"

#include <algorithm>

namespace lightcone::models::paxos {

void Reports::clear() {
  members_ = {};
  accepted_.clear();
}

void Reports::add(const Promise& promise, NodeId from) {
  if (members_.contains(from)) return;
  members_.add(from);
  for (const Accepted& accepted : promise.accepted) accepted_[accepted.slot].push_back(accepted);
}

const Accepted* Reports::highest(Slot slot) const {
  const auto reports = accepted_.find(slot);
  if (reports == accepted_.end()) return nullptr;
  return &*std::max_element(reports->second.begin(), reports->second.end(),
                            [](const Accepted& a, const Accepted& b) { return a.ballot < b.ballot; });
}

const Decree* Reports::chosen(Slot slot, std::size_t majority, Counting counting) const {
  const auto reports = accepted_.find(slot);
  if (reports == accepted_.end()) return nullptr;
  for (const Accepted& one : reports->second) {
    if (one.is_chosen) return &one.decree;
    const auto is_same = [&](const Accepted& other) {
      return counting == Counting::one_ballot ? other.ballot == one.ballot
                                              : are_equal(other.decree, one.decree);
    };
    const auto same = std::count_if(reports->second.begin(), reports->second.end(), is_same);
    if (static_cast<std::size_t>(same) >= majority) return &one.decree;
  }
  return nullptr;
}

}  // namespace lightcone::models::paxos
