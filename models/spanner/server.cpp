#include "models/spanner/server.hpp"

#include <fmt/format.h>

#include "sim/fields_of.hpp"

namespace lightcone::models::spanner {

Server::Server(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
               const std::vector<NodeId>& servers)
    : env_(env), parameters_(parameters) {
  const auto leader_of = [this](ShardId shard) { return shards_[shard].raft().leader(); };
  for (ShardId id = 0; id < static_cast<ShardId>(parameters.shards); ++id)
    shards_.emplace_back(env, parameters, safeguards_without(bugs), id, servers, leader_of);
}

void Server::start() {
  for (Shard& shard : shards_) shard.start();
  env_.after(parameters_.safe_every, RoundDue{});
}

void Server::on(const RoundDue&) {
  env_.after(parameters_.safe_every, RoundDue{});
  for (Shard& shard : shards_) shard.on_round();
  const parts::clocks::Interval now = parts::clocks::IntervalClock(env_, parameters_.epsilon).now();
  env_.metrics().sample(fmt::format("uncertainty_ns.{}", env_.name(env_.self())),
                        (now.latest - now.earliest) / 2);
}

void Server::show(sim::FieldVisitor& visitor) const {
  for (const Shard& shard : shards_) {
    visitor.open_object(fmt::format("s{}", shard.id()));
    shard.raft().show(visitor);
    sim::visit_field("lease", shard.state().lease(), visitor);
    sim::visit_field("serves", shard.has_served(), visitor);
    sim::visit_field("prepared", static_cast<std::int64_t>(shard.state().prepared().size()), visitor);
    sim::visit_field("committed", shard.state().committed(), visitor);
    visitor.close();
  }
}

}  // namespace lightcone::models::spanner
