#include "models/spanner/shard_state.hpp"

#include <algorithm>
#include <limits>

namespace lightcone::models::spanner {

std::optional<Resolution> ShardState::apply(const Command& command) {
  state_.issued = std::max(state_.issued, command.issued);
  switch (command.verb) {
    case Verb::lease:
      state_.lease = command.lease;
      return std::nullopt;
    case Verb::prepare:
      state_.prepared.try_emplace(
          command.id, PreparedPart{command.at, command.coordinator, command.part, command.participants});
      return std::nullopt;
    case Verb::commit:
      if (!state_.decisions.try_emplace(command.id, command.at).second) return std::nullopt;
      return end(command.id, command.at, command.part, command.participants);
    case Verb::resolve: {
      const auto found = state_.prepared.find(command.id);
      if (found == state_.prepared.end()) return std::nullopt;  // it knew
      const PreparedPart prepared = std::move(found->second);
      state_.prepared.erase(found);
      return end(command.id, command.at, prepared.part, prepared.participants);
    }
  }
  return std::nullopt;
}

Resolution ShardState::end(const TransactionId& id, Timestamp at, const Part& part,
                           const std::vector<ShardId>& participants) {
  if (at != 0) {
    for (const Write& write : part.writes) state_.store.write(write, at);
    ++state_.commits[at];
    ++state_.committed;
  }
  return {id, at, participants};
}

std::optional<Timestamp> ShardState::decision(const TransactionId& id) const {
  const auto found = state_.decisions.find(id);
  return found == state_.decisions.end() ? std::nullopt : std::optional(found->second);
}

Timestamp ShardState::earliest_prepared() const {
  Timestamp earliest = std::numeric_limits<Timestamp>::max();
  for (const auto& [id, prepared] : state_.prepared) earliest = std::min(earliest, prepared.at);
  return earliest;
}

Timestamp ShardState::latest_commit(Timestamp at) const {
  const auto after = state_.commits.upper_bound(at);
  return after == state_.commits.begin() ? 0 : std::prev(after)->first;
}

void ShardState::restore(const sim::Payload& snapshot) {
  const auto* state = snapshot.as<State>();
  state_ = state == nullptr ? State() : *state;
}

}  // namespace lightcone::models::spanner
