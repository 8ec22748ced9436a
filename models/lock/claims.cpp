#include "models/lock/claims.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/lock/client.hpp"
#include "models/lock/replica.hpp"
#include "models/lock/resource.hpp"
#include "models/lock/server.hpp"

namespace lightcone::models::lock {

using sim::Assumption;
using sim::Claim;
using sim::NodeId;
namespace judged_by = sim::judged_by;

namespace {

// Of the profiles that promise less: what is left of it.
Claim weakened(Claim claim, std::string weaker) {
  claim.weakly_satisfies = std::move(weaker);
  return claim;
}

// The wall clock of a store may run this far from its monotonic clock before we say that it jumped.
constexpr sim::Duration jump = std::chrono::milliseconds(10);

std::vector<Claim> claims_of_service(const Parameters& parameters) {
  std::vector<Claim> claims = {
      Claim{"P9.1", "one session at a time owns a lock", Assumption::a0},
      Claim{"P9.2", "the fences of a lock's grants only grow", Assumption::a0},
  };
  if (parameters.keeper == Keeper::primary) {
    for (Claim& claim : claims)
      claim = weakened(std::move(claim), "as long as the primary neither fails nor is cut off");
    return claims;
  }
  claims.push_back(
      Claim{"P9.5", "all servers end the same sessions at the same place in the log", Assumption::a0});
  return claims;
}

Claim client_view(const Parameters& parameters, std::string id) {
  Claim claim{std::move(id), "no two clients believe at once that they hold a lock", Assumption::a2};
  if (parameters.keeper == Keeper::primary)
    return weakened(std::move(claim), "as long as the primary does not change");
  return claim;
}

Claim resource_claim(const Parameters& parameters) {
  Claim claim{"P9.3",
              "increments under a lock are one after another, and none is lost",
              Assumption::a0,
              judged_by::Linearizability{"kv"},
              {}};
  if (parameters.keeper == Keeper::majority)
    return weakened(std::move(claim), "while no client pauses longer than its lease: there are no fences");
  if (!parameters.fencing)
    return weakened(std::move(claim),
                    "while no client pauses longer than its lease: the resource checks no fences");
  if (parameters.keeper == Keeper::primary)
    return weakened(std::move(claim), "as long as fences are not given out again by another primary");
  return claim;
}

}  // namespace

Keeper keeper_of(const Parameters& parameters, const sim::BugSet& bugs) {
  return bugs.contains("lock.async-primary") ? Keeper::primary : parameters.keeper;
}

std::vector<Claim> claims_of(const Parameters& parameters, const sim::BugSet&) {
  std::vector<Claim> claims;
  if (parameters.keeper == Keeper::majority) {
    claims.push_back(client_view(parameters, "P9.1"));
  } else {
    claims = claims_of_service(parameters);
  }
  claims.push_back(resource_claim(parameters));
  if (parameters.keeper != Keeper::majority) {
    claims.push_back(client_view(parameters, "P9.4"));
    claims.push_back(
        Claim{"P9.6", "no session ends while its client still counts on the lease", Assumption::a2});
    if (parameters.keeper == Keeper::primary)
      claims.back().weakly_satisfies = "as long as the primary does not change";
  }
  const sim::Duration longest = std::max(parameters.ttl, parameters.election_max);
  Claim progress{"L9.1",
                 "after the heal every lock asked for is granted and used",
                 Assumption::a3,
                 judged_by::Recovery{longest * 10},
                 {}};
  // Fences that were forgotten and begin again below those that the resource has seen are refused.
  if (parameters.keeper == Keeper::primary) progress.weakly_satisfies = "as long as no grant is forgotten";
  if (parameters.keeper == Keeper::majority) progress.weakly_satisfies = "by luck: there is no queue";
  claims.push_back(std::move(progress));
  return claims;
}

Monitor::Monitor(sim::Simulation& simulation, const Parameters& parameters, const sim::BugSet& bugs)
    : simulation_(simulation),
      keeper_(keeper_of(parameters, bugs)),
      clients_(simulation.nodes_of_role("client")),
      seen_(simulation.node_count()) {}

std::string Monitor::name(NodeId node) const { return simulation_.node(node).node_name(); }

void Monitor::after_event(NodeId node) {
  if (node.index >= seen_.size()) return;  // a copy, which a fault made
  const sim::Node& there = simulation_.node(node);
  Seen& seen = seen_[node.index];
  if (seen.incarnation != there.incarnation()) {
    seen = {};
    seen.incarnation = there.incarnation();
  }
  if (there.process() == nullptr) return;
  if (there.role() == "client") {
    look_at_client(node);
  } else if (there.role() == "resource") {
    look_at_resource(node, seen);
  } else if (keeper_ == Keeper::consensus) {
    look_at_table(node, seen);
  } else if (keeper_ == Keeper::primary) {
    look_at_primary(node, seen);
  } else {
    look_at_clock(node, seen);
  }
}

// P9.5: whoever applies the log decides the same; what is decided first is decided.
void Monitor::look_at_table(NodeId node, Seen& seen) {
  const LockTable& table = static_cast<const Server*>(simulation_.node(node).process())->table();
  const auto news = table.changes_since(seen.changes);
  seen.changes = static_cast<std::size_t>(table.change_count()) - news.size();
  for (const Change& change : news) {
    if (seen.changes == decided_.size()) {
      decided_.push_back(change);
      happened(change, node);
    } else if (change != decided_[seen.changes]) {
      simulation_.report(
          {"P9.5",
           "divergence",
           fmt::format(
               "change {} of the lock table is another one on {} than on those that applied it before",
               seen.changes + 1, name(node)),
           {node}});
    }
    ++seen.changes;
  }
}

void Monitor::look_at_primary(NodeId node, Seen& seen) {
  const auto& decided = static_cast<const Replica*>(simulation_.node(node).process())->decided();
  for (; seen.changes < decided.size(); ++seen.changes) happened(decided[seen.changes], node);
}

void Monitor::look_at_clock(NodeId node, Seen& seen) {
  const sim::NodeClock& clock = simulation_.node(node).clock();
  const sim::Instant now = simulation_.now();
  const sim::Duration gap = clock.wall(now).time_since_epoch() - clock.mono(now).time_since_epoch();
  const sim::Duration moved = gap > seen.clock_gap ? gap - seen.clock_gap : seen.clock_gap - gap;
  if (seen.has_clock_gap && moved > jump)
    clock_jump_ = fmt::format("the wall clock of {} jumped", name(node));
  seen.clock_gap = gap;
  seen.has_clock_gap = true;
}

void Monitor::happened(const Change& change, NodeId where) {
  switch (change.kind) {
    case Change::Kind::granted:
      granted(change, where);
      return;
    case Change::Kind::released:
      // Somebody else's release does not end a grant.
      if (change.by != change.session) return;
      std::erase_if(open_[change.lock], [&](const Open& open) {
        return open.session == change.session && open.number == change.number;
      });
      return;
    case Change::Kind::expired:
      expired(change, where);
      return;
  }
}

// P9.1, P9.2
void Monitor::granted(const Change& change, NodeId where) {
  std::vector<Open>& open = open_[change.lock];
  if (!open.empty()) {
    simulation_.report(
        {"P9.1",
         "mutex-violation",
         fmt::format("{} granted lock {} with fence {} while the grant with fence {} had not ended",
                     name(where), change.lock, change.fence, open.back().fence),
         {where}});
  }
  open.push_back({change.session, change.number, change.fence});
  Fence& highest = highest_granted_[change.lock];
  if (change.fence <= highest) {
    simulation_.report({"P9.2",
                        "invariant(P9.2)",
                        fmt::format("{} granted lock {} with fence {} after one with fence {}", name(where),
                                    change.lock, change.fence, highest),
                        {where}});
  }
  highest = std::max(highest, change.fence);
}

// P9.6
void Monitor::expired(const Change& change, NodeId where) {
  for (auto& [lock, open] : open_) {
    std::erase_if(open, [&](const Open& grant) { return grant.session == change.session; });
  }
  for (const NodeId client : clients_) {
    const auto* process = static_cast<const Client*>(simulation_.node(client).process());
    if (process == nullptr || process->locker().session() != change.session) continue;
    const sim::MonoTime now = simulation_.node(client).clock().mono(simulation_.now());
    if (process->locker().lease_ends() <= now) continue;
    simulation_.report(
        {"P9.6",
         "invariant(P9.6)",
         fmt::format(
             "{} ended the session of {}, which counts on it for another {} ms", name(where), name(client),
             std::chrono::duration_cast<std::chrono::milliseconds>(process->locker().lease_ends() - now)
                 .count()),
         {where, client}});
  }
}

// P9.3, in the resource's own terms.
void Monitor::look_at_resource(NodeId node, Seen& seen) {
  const auto* resource = static_cast<const Resource*>(simulation_.node(node).process());
  if (resource->accepted() == seen.accepted) return;
  seen.accepted = resource->accepted();
  const Resource::Accepted& write = resource->last_accepted();
  Fence& highest = highest_written_[write.key];
  if (write.fence < highest) {
    simulation_.report({"P9.3",
                        "mutex-violation",
                        fmt::format("{} accepted a write to {} with fence {} after one with fence {}",
                                    name(node), write.key, write.fence, highest),
                        {node}});
  }
  const bool again = write.fence == highest && write.after == write.before;
  if (write.after != write.before + 1 && !again) {
    simulation_.report(
        {"P9.3",
         "lost-update",
         fmt::format("{} took {} for {} although it held {} by then: a write by another holder is gone",
                     name(node), write.after, write.key, write.before),
         {node}});
  }
  highest = std::max(highest, write.fence);
}

std::string Monitor::why_lease_is_over(NodeId holder) const {
  const sim::Node& node = simulation_.node(holder);
  const auto* client = static_cast<const Client*>(node.process());
  const sim::MonoTime now = node.clock().mono(simulation_.now());
  if (client->locker().lease_ends() > now) return {};
  return fmt::format("{} stood still for longer than its lease", name(holder));
}

// P9.4
void Monitor::look_at_client(NodeId node) {
  const auto* client = static_cast<const Client*>(simulation_.node(node).process());
  if (!client->holding()) return;
  for (const NodeId other : clients_) {
    const auto* rival =
        other == node ? nullptr : static_cast<const Client*>(simulation_.node(other).process());
    if (rival == nullptr || !rival->holding() || rival->holding()->lock != client->holding()->lock) continue;
    std::string excuse = why_lease_is_over(other);
    if (excuse.empty()) excuse = why_lease_is_over(node);
    if (excuse.empty() && keeper_ == Keeper::majority) excuse = clock_jump_;
    simulation_.report({keeper_ == Keeper::majority ? "P9.1" : "P9.4",
                        "mutex-violation",
                        fmt::format("{} and {} both believe that they hold lock {}", name(other), name(node),
                                    client->holding()->lock),
                        {other, node},
                        std::move(excuse)});
  }
}

}  // namespace lightcone::models::lock
