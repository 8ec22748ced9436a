#include "models/spanner/claims.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/spanner/operations.hpp"
#include "models/spanner/server.hpp"

namespace lightcone::models::spanner {

using sim::Assumption;
using sim::Claim;
namespace judged_by = sim::judged_by;

std::vector<Claim> claims_of(const Parameters& parameters) {
  const std::vector<std::string> under_locks = {"txn", "pair", "write"};
  const std::vector<std::string> now = {"txn", "pair", "write", "read"};
  const std::vector<std::string> all = {"txn", "pair", "write", "read", "snapshot"};
  std::vector<Claim> claims = {
      Claim{"P4.1", "transactions are strictly serializable, reads without locks too", Assumption::a2,
            judged_by::Transactions{"strong-serializable", now}},
      Claim{
          "P4.2",
          "a snapshot at t holds what committed at or before t, and nothing is added to it once it was read",
          Assumption::a2, judged_by::Transactions{"serializable", all}},
      Claim{"P4.3", "all shards of a transaction commit it at one timestamp, or all abort it",
            Assumption::a0},
      Claim{"P4.4", "transactions under locks are serializable, whatever clocks show", Assumption::a0,
            judged_by::Transactions{"serializable", under_locks}},
      Claim{"P4.6", "the accounts' total is the same in every snapshot", Assumption::a2},
      Claim{"P4.7", "an operation takes effect once at most, however often its client tries", Assumption::a0},
  };
  claims.push_back({"L4.1",
                    "after the heal no transaction stays in doubt, no lock is left behind, and every "
                    "operation succeeds",
                    Assumption::a3,
                    judged_by::Recovery{parameters.longest_timeout() * 10},
                    {}});
  return claims;
}

Monitor::Monitor(sim::Simulation& simulation, const Parameters& parameters, const sim::Workload& workload,
                 const sim::Phases& phases)
    : simulation_(simulation),
      parameters_(parameters),
      phases_(phases),
      servers_(simulation.nodes_of_role("server")),
      fates_(simulation),
      totals_(simulation, workload.keys * initial_balance),
      offsets_(simulation, parameters.safe_every),
      ghosts_(static_cast<std::size_t>(parameters.shards)) {
  for (const NodeId node : servers_) seen_[node].events.resize(ghosts_.size());
}

const Shard* Monitor::shard_on(NodeId node, ShardId shard) const {
  const auto* server = static_cast<const Server*>(simulation_.node(node).process());
  return server == nullptr ? nullptr : &server->shards()[shard];
}

void Monitor::after_event(NodeId node) {
  if (parameters_.epsilon != sim::Duration::zero()) check_clock(node);
  if (totals_.concerns(node)) return totals_.look_at_client(node);
  const auto found = seen_.find(node);
  const auto* server = static_cast<const Server*>(simulation_.node(node).process());
  if (found == seen_.end() || server == nullptr) return;
  offsets_.look_at(node);
  Seen& seen = found->second;
  if (seen.incarnation != simulation_.node(node).incarnation()) {
    seen.incarnation = simulation_.node(node).incarnation();
    std::fill(seen.events.begin(), seen.events.end(), 0);
  }
  for (const Shard& shard : server->shards()) look_at_shard(node, shard, seen.events[shard.id()]);
}

void Monitor::look_at_shard(NodeId node, const Shard& shard, std::size_t& seen) {
  for (; seen < shard.events().size(); ++seen)
    std::visit([&](const auto& event) { this->look(node, shard, event); }, shard.events()[seen]);
  if (!shard.has_served()) return;
  check_leases(node, shard);
  check_settled(node, shard);
}

// A2: the interval holds the true time.
void Monitor::check_clock(NodeId node) {
  const sim::Instant now = simulation_.now();
  const sim::Duration error = simulation_.node(node).clock().error(now);
  if (std::chrono::abs(error) <= parameters_.epsilon || !wrong_clocks_.insert(node).second) return;
  simulation_.clocks_were_wrong(fmt::format("the clock of {} is off by {}, and epsilon is {}", name(node),
                                            sim::to_text(error / 1'000 * 1'000),
                                            sim::to_text(parameters_.epsilon)));
}

// --- P4.1: timestamps in the order of real time ------------------------------------------------------------

void Monitor::look(NodeId, const Shard&, const Shard::CommitBegan& began) { floors_[began.id] = shown_; }

void Monitor::look(NodeId node, const Shard& shard, const Shard::CommitShown& shown) {
  const auto floor = floors_.find(shown.id);
  if (floor != floors_.end() && shown.at <= floor->second) {
    simulation_.report({"P4.1",
                        "realtime-violation",
                        fmt::format("{} of s{} committed transaction {} at {}, and before it was asked to "
                                    "one at {} had been acknowledged",
                                    name(node), shard.id(), to_text(shown.id), shown.at, floor->second),
                        {node}});
  }
  shown_ = std::max(shown_, shown.at);
}

void Monitor::check_leases(NodeId node, const Shard& shard) {
  for (const NodeId other : servers_) {
    const Shard* there = other == node ? nullptr : shard_on(other, shard.id());
    if (there == nullptr || !there->has_served() || !there->may_serve() || !shard.may_serve()) continue;
    simulation_.report(
        {"P4.1",
         "split-brain",
         fmt::format("{} and {} both have a lease of s{}", name(node), name(other), shard.id()),
         {node, other}});
  }
}

// --- P4.2: snapshots do not change -------------------------------------------------------------------------

void Monitor::look(NodeId node, const Shard& shard, const Shard::SnapshotServed& served) {
  Ghost& ghost = ghosts_[shard.id()];
  for (std::size_t number = served.committed; number < ghost.commits.size(); ++number) {
    if (ghost.commits[number] > served.at) continue;
    simulation_.report({"P4.2",
                        "stale-read",
                        fmt::format("{} served a snapshot of s{} at {} without what committed at {}",
                                    name(node), shard.id(), served.at, ghost.commits[number]),
                        {node}});
    break;
  }
  if (served.at <= ghost.served) return;
  ghost.served = served.at;
  ghost.served_by = node;
}

void Monitor::look(NodeId node, const Shard& shard, const Shard::Ended& ended) {
  Ghost& ghost = ghosts_[shard.id()];
  const Resolution& resolution = ended.resolution;
  fates_.ended(node, shard.id(), {resolution.id, resolution.at, resolution.participants});
  if (resolution.at == 0) return;
  if (ended.number != ghost.commits.size() + 1) return;  // seen before, at another replica
  ghost.commits.push_back(resolution.at);
  if (resolution.at > ghost.served) return;
  simulation_.report(
      {"P4.2",
       "read-skew",
       fmt::format("transaction {} committed in s{} at {}, and {} had served a snapshot at {}",
                   to_text(resolution.id), shard.id(), resolution.at, name(ghost.served_by), ghost.served),
       {node, ghost.served_by}});
}

// --- L4.1 --------------------------------------------------------------------------------------------------

void Monitor::check_settled(NodeId node, const Shard& shard) {
  const sim::Duration bound = parameters_.settled_after();
  if (simulation_.now().time_since_epoch() < phases_.heal + bound) return;
  const sim::Duration doubt = shard.longest_doubt();
  const sim::Duration wait = shard.longest_lock_wait();
  if (std::max(doubt, wait) <= bound) return;
  simulation_.report({"L4.1",
                      "unavailable",
                      fmt::format("a transaction has {} at {}, leader of s{}, for {}",
                                  doubt > wait ? "been in doubt" : "waited for a lock", name(node),
                                  shard.id(), sim::to_text(std::max(doubt, wait) / 1'000'000 * 1'000'000)),
                      {node}});
}

// What committed in one of its shards committed in all of them.
void Monitor::at_end() {
  if (phases_.end - phases_.heal < parameters_.settled_after()) return;
  fates_.check_complete();
}

}  // namespace lightcone::models::spanner
