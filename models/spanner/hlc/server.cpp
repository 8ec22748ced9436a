#include "models/spanner/hlc/server.hpp"

#include <fmt/format.h>

#include "sim/fields_of.hpp"

namespace lightcone::models::spanner::hlc {

Server::Server(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
               const std::vector<NodeId>& servers)
    : env_(env),
      parameters_(parameters),
      clock_(env, parameters.resolution),
      gateway_(env, parameters, safeguards_without(bugs), clock_,
               [this](ShardId shard) { return replicas_[shard].raft().leader(); }) {
  const auto forgotten = [this](ShardId shard, const TransactionId& id, ShardId anchor) {
    gateway_.clean_up(shard, id, anchor);
  };
  for (ShardId id = 0; id < static_cast<ShardId>(parameters.shards); ++id)
    replicas_.emplace_back(env, parameters, safeguards_without(bugs), clock_, id, servers, forgotten);
}

void Server::start() {
  for (Replica& replica : replicas_) replica.start();
  env_.after(parameters_.safe_every, LookDue{});
}

void Server::on(const LookDue&) {
  env_.after(parameters_.safe_every, LookDue{});
  for (Replica& replica : replicas_) replica.on_round();
  gateway_.on_round();
}

void Server::show(sim::FieldVisitor& visitor) const {
  for (const Replica& replica : replicas_) {
    visitor.open_object(fmt::format("s{}", replica.id()));
    replica.raft().show(visitor);
    sim::visit_field("lease", replica.state().lease(), visitor);
    sim::visit_field("serves", replica.may_serve(), visitor);
    sim::visit_field("intents", static_cast<std::int64_t>(replica.state().intents().size()), visitor);
    sim::visit_field("committed", replica.state().committed(), visitor);
    visitor.close();
  }
}

}  // namespace lightcone::models::spanner::hlc
