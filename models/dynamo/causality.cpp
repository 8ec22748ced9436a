#include "models/dynamo/causality.hpp"

#include <algorithm>

namespace lightcone::models::dynamo {

void Causality::begin(WriteId write, std::vector<WriteId> seen) {
  std::sort(seen.begin(), seen.end());
  writes_.emplace(write, Begun{writes_.size(), std::move(seen)});
}

bool Causality::precedes(WriteId earlier, WriteId later) const {
  const auto sought = writes_.find(earlier);
  if (sought == writes_.end() || earlier == later) return false;
  std::set<WriteId> met;
  std::vector<WriteId> left{later};
  while (!left.empty()) {
    const auto at = writes_.find(left.back());
    left.pop_back();
    if (at == writes_.end()) continue;
    for (const WriteId write : at->second.seen) {
      if (write == earlier) return true;
      const auto known = writes_.find(write);
      const bool may_lead_there = known != writes_.end() && known->second.order > sought->second.order;
      if (may_lead_there && met.insert(write).second) left.push_back(write);
    }
  }
  return false;
}

bool Causality::is_covered(WriteId write, const std::set<WriteId>& by) const {
  return by.contains(write) ||
         std::any_of(by.begin(), by.end(), [&](WriteId later) { return precedes(write, later); });
}

void Causality::add(WriteId write, Many& to) const {
  if (!to.all_.insert(write).second) return;
  if (const auto known = writes_.find(write); known != writes_.end())
    to.by_age_.emplace(known->second.order, write);
}

bool Causality::is_covered(WriteId write, const Many& by) const {
  if (by.contains(write)) return true;
  const auto sought = writes_.find(write);
  if (sought == writes_.end()) return false;
  return std::any_of(by.by_age_.upper_bound(sought->second.order), by.by_age_.end(),
                     [&](const auto& later) { return precedes(write, later.second); });
}

bool Causality::read_the_same(WriteId a, WriteId b) const {
  const auto left = writes_.find(a);
  const auto right = writes_.find(b);
  return a != b && left != writes_.end() && right != writes_.end() && left->second.seen == right->second.seen;
}

}  // namespace lightcone::models::dynamo
