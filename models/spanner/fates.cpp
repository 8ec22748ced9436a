#include "models/spanner/fates.hpp"

#include <fmt/format.h>

namespace lightcone::models::spanner {

std::string to_text(const TransactionId& id) {
  return fmt::format("{}.{}.{}", id.client.index, id.operation, id.attempt);
}

void Fates::ended(NodeId node, ShardId shard, const End& end) {
  check_agreement(node, shard, end);
  if (end.at != 0) check_once(node, shard, end.id);
}

void Fates::check_agreement(NodeId node, ShardId shard, const End& end) {
  const auto [found, is_new] = fates_.try_emplace(end.id, Fate{end.at, shard, end.participants, {}});
  Fate& fate = found->second;
  if (end.at != 0) fate.committed.insert(shard);
  if (is_new || fate.at == end.at) return;
  simulation_.report({"P4.3",
                      "invariant(P4.3)",
                      fmt::format("transaction {} ended in s{} with {} and in s{} with {}; 0: aborted",
                                  to_text(end.id), fate.shard, fate.at, shard, end.at),
                      {node}});
}

void Fates::check_once(NodeId node, ShardId shard, const TransactionId& id) {
  const auto [found, is_new] = done_[shard].try_emplace({id.client, id.operation}, id);
  if (is_new || found->second == id) return;
  simulation_.metrics().count("duplicates");
  simulation_.report(
      {"P4.7",
       "duplicate-effect",
       fmt::format("operation {} of {} took effect in s{} by attempts {} and {}", id.operation,
                   simulation_.node(id.client).node_name(), shard, found->second.attempt, id.attempt),
       {node, id.client}});
}

void Fates::check_complete() const {
  for (const auto& [id, fate] : fates_) {
    if (fate.at == 0 || fate.committed.size() == fate.participants.size()) continue;
    simulation_.report({"P4.3",
                        "invariant(P4.3)",
                        fmt::format("transaction {} committed at {} in {} of its {} shards, and never in the "
                                    "others",
                                    to_text(id), fate.at, fate.committed.size(), fate.participants.size()),
                        {}});
    return;
  }
}

}  // namespace lightcone::models::spanner
