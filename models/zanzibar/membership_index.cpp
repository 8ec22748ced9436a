#include "models/zanzibar/membership_index.hpp"

#include <algorithm>

#include "sim/ensure.hpp"

namespace lightcone::models::zanzibar {

MembershipIndex::MembershipIndex(Timestamp base, const std::vector<Tuple>& tuples)
    : base_(base), watermark_(base) {
  for (const Tuple& tuple : tuples) {
    direct_[tuple.object].insert(tuple.subject);
    if (tuple.subject.form == Subject::Form::userset) parents_[tuple.subject.object].insert(tuple.object);
  }
  for (const auto& [group, subjects] : direct_) members_[group] = flatten(group);
}

std::set<UserId> MembershipIndex::flatten(const Object& group) const {
  std::set<UserId> found;
  std::set<Object> visited = {group};
  std::vector<Object> open = {group};
  while (!open.empty()) {
    const auto subjects = direct_.find(open.back());
    open.pop_back();
    if (subjects == direct_.end()) continue;
    for (const Subject& subject : subjects->second) {
      if (subject.form == Subject::Form::user) {
        found.insert(subject.user);
      } else if (visited.insert(subject.object).second) {
        open.push_back(subject.object);
      }
    }
  }
  return found;
}

// The group itself, and whatever it is in.
std::set<Object> MembershipIndex::containing(const Object& group) const {
  std::set<Object> found = {group};
  std::vector<Object> open = {group};
  while (!open.empty()) {
    const auto parents = parents_.find(open.back());
    open.pop_back();
    if (parents == parents_.end()) continue;
    for (const Object& parent : parents->second) {
      if (found.insert(parent).second) open.push_back(parent);
    }
  }
  return found;
}

void MembershipIndex::apply(Timestamp ts, const Change& change) {
  sim::ensure(ts >= watermark_, "an index hears of changes in their order");
  const Tuple& tuple = change.tuple;
  if (!covers(tuple)) return;
  const bool is_group = tuple.subject.form == Subject::Form::userset;
  if (change.is_removal) {
    direct_[tuple.object].erase(tuple.subject);
    if (is_group) parents_[tuple.subject.object].erase(tuple.object);
  } else {
    direct_[tuple.object].insert(tuple.subject);
    if (is_group) parents_[tuple.subject.object].insert(tuple.object);
  }
  for (const Object& group : containing(tuple.object)) {
    std::set<UserId> now = flatten(group);
    std::set<UserId>& before = members_[group];
    std::vector<UserId> changed;
    std::set_symmetric_difference(before.begin(), before.end(), now.begin(), now.end(),
                                  std::back_inserter(changed));
    for (const UserId user : changed) layer_[{group, user}].push_back({ts, now.contains(user)});
    layered_ += changed.size();
    before = std::move(now);
  }
}

void MembershipIndex::advance(Timestamp watermark) { watermark_ = std::max(watermark_, watermark); }

void MembershipIndex::compact() {
  base_ = watermark_;
  layered_ = 0;
  for (auto at = layer_.begin(); at != layer_.end();) {
    std::vector<Step>& steps = at->second;
    std::erase_if(steps, [&](const Step& step) { return step.ts <= base_; });
    layered_ += steps.size();
    at = steps.empty() ? layer_.erase(at) : std::next(at);
  }
}

bool MembershipIndex::contains(const Object& group, UserId user, Timestamp ts) const {
  const auto steps = layer_.find({group, user});
  if (steps == layer_.end()) {
    const auto members = members_.find(group);
    return members != members_.end() && members->second.contains(user);
  }
  // Before the first step it was the other way round.
  bool is_in = !steps->second.front().is_in;
  for (const Step& step : steps->second) {
    if (step.ts > ts) break;
    is_in = step.is_in;
  }
  return is_in;
}

std::vector<Tuple> MembershipIndex::tuples() const {
  std::vector<Tuple> found;
  for (const auto& [group, subjects] : direct_) {
    for (const Subject& subject : subjects) found.push_back({group, Relation::member, subject});
  }
  return found;
}

}  // namespace lightcone::models::zanzibar
