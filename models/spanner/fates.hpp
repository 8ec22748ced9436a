// How transactions ended, shard by shard, for monitors: in all shards alike, and each operation once.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "models/spanner/types.hpp"
#include "sim/simulation.hpp"

namespace lightcone::models::spanner {

std::string to_text(const TransactionId& id);

class Fates {
 public:
  explicit Fates(sim::Simulation& simulation) : simulation_(simulation) {}

  struct End {
    TransactionId id{};
    Timestamp at = 0;  // 0: aborted
    std::vector<ShardId> participants{};
  };
  // A replica of the shard on `node` applied it. Reports P4.3 and P4.7.
  void ended(NodeId node, ShardId shard, const End& end);
  // All that committed somewhere should have committed everywhere by now. Reports P4.3.
  void check_complete() const;

 private:
  struct Fate {
    Timestamp at = 0;
    ShardId shard = 0;  // that ended it first
    std::vector<ShardId> participants{};
    std::set<ShardId> committed{};
  };
  using Operation = std::pair<NodeId, std::uint64_t>;

  void check_agreement(NodeId node, ShardId shard, const End& end);
  void check_once(NodeId node, ShardId shard, const TransactionId& id);

  sim::Simulation& simulation_;
  std::map<TransactionId, Fate> fates_;
  std::map<ShardId, std::map<Operation, TransactionId>> done_;
};

}  // namespace lightcone::models::spanner
