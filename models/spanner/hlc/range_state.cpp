#include "models/spanner/hlc/range_state.hpp"

#include <algorithm>

namespace lightcone::models::spanner::hlc {

namespace {
constexpr Standing aborted{Status::aborted, 0};
}  // namespace

RangeState::Applied RangeState::apply(const Command& command) {
  switch (command.verb) {
    case Verb::lease:
      state_.low_water = std::max(state_.low_water, command.at);
      state_.lease = command.lease;
      return {};
    case Verb::intent:
      return lay(command);
    case Verb::resolve:
      return {{command.at == 0 ? Status::aborted : Status::committed, command.at},
              end(command.id, command.at)};
    case Verb::push:
    case Verb::abort:
    case Verb::commit:
      return decide(command);
  }
  return {};
}

// A late copy of what has ended lays nothing: nobody would come back for it.
RangeState::Applied RangeState::lay(const Command& command) {
  if (state_.ended.contains(command.id)) return {aborted};
  for (const Write& write : command.writes) {
    const LaidIntent* there = intent_on(write.key);
    if (there != nullptr && there->id != command.id) return {aborted};
  }
  if (command.anchor == shard_) {
    const Standing pending{Status::pending, command.at};
    state_.records.try_emplace(command.id, Record{pending, command.age});
  }
  for (const Write& write : command.writes) {
    LaidIntent& intent = state_.intents[write.key];
    intent = {command.id, command.anchor, std::max(intent.at, command.at), write};
  }
  return {{Status::pending, command.at}};
}

// A transaction without a record has not begun, and once somebody asked it never will.
RangeState::Applied RangeState::decide(const Command& command) {
  const auto [found, is_new] = state_.records.try_emplace(command.id, Record{aborted});
  Record& record = found->second;
  if (is_new) return {aborted, end(command.id, 0)};
  Standing& standing = record.standing;
  if (standing.status != Status::pending) return {standing};
  if (command.verb == Verb::push) standing.at = std::max(standing.at, command.at);
  if (command.verb == Verb::commit && command.at >= standing.at) standing = {Status::committed, command.at};
  if (command.verb == Verb::abort) standing = aborted;
  if (standing.status == Status::pending) return {standing};
  return {standing, end(command.id, standing.at)};
}

std::optional<RangeState::Ended> RangeState::end(const TransactionId& id, Timestamp at) {
  if (!state_.ended.try_emplace(id, at).second) return std::nullopt;
  Ended ended{at};
  for (auto each = state_.intents.begin(); each != state_.intents.end();) {
    if (each->second.id != id) {
      ++each;
      continue;
    }
    ended.keys.push_back(each->first);
    if (at != 0) state_.store.write(each->second.write, at);
    each = state_.intents.erase(each);
  }
  if (at != 0) ++state_.committed;
  return ended;
}

const LaidIntent* RangeState::intent_on(std::string_view key) const {
  const auto found = state_.intents.find(key);
  return found == state_.intents.end() ? nullptr : &found->second;
}

const Record* RangeState::record(const TransactionId& id) const {
  const auto found = state_.records.find(id);
  return found == state_.records.end() ? nullptr : &found->second;
}

std::optional<Timestamp> RangeState::ended(const TransactionId& id) const {
  const auto found = state_.ended.find(id);
  return found == state_.ended.end() ? std::nullopt : std::optional(found->second);
}

void RangeState::restore(const sim::Payload& snapshot) {
  const auto* state = snapshot.as<State>();
  state_ = state == nullptr ? State() : *state;
}

}  // namespace lightcone::models::spanner::hlc
