#include "models/dynamo/claims.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/dynamo/client.hpp"
#include "models/dynamo/server.hpp"

namespace lightcone::models::dynamo {

using sim::Assumption;
using sim::Claim;
using sim::NodeId;
namespace judged_by = sim::judged_by;

namespace {

std::string what_is_satisfied(const Parameters& parameters) {
  if (parameters.is_regular()) return "regular: two reads during one write may see it, and then not";
  if (parameters.sloppy) return "eventual: what was written shows once hints have been handed over";
  if (parameters.timestamps != Timestamps::logical)
    return "eventual: of two writes the one with the later clock stays, whatever their order was";
  return "eventual: reads may miss what only other replicas have";
}

std::string words(const Tag& tag) { return fmt::format("({}, {})", tag.counter, tag.writer); }

}  // namespace

std::vector<Claim> claims_of(const Parameters& parameters) {
  Claim linearizable{
      "P11.1", "each key is linearizable", Assumption::a1, judged_by::Linearizability{"kv"}, {}};
  if (!parameters.is_linearizable()) linearizable.weakly_satisfies = what_is_satisfied(parameters);
  Claim regular{"P11.2", "a read finds the latest write acknowledged before it began, or a later one",
                Assumption::a1};
  if (!parameters.is_regular()) regular.weakly_satisfies = what_is_satisfied(parameters);
  std::vector<Claim> claims = {
      std::move(linearizable),
      std::move(regular),
      Claim{"P11.3", "what was acknowledged stays until something with a later timestamp replaces it",
            Assumption::a1},
      Claim{"P11.4", "after the heal, hand-off and anti-entropy all owners hold the same", Assumption::a0},
      Claim{"P11.5", "what was deleted does not come back", Assumption::a3},
      Claim{"P11.6",
            fmt::format("what was acknowledged was durable on {} {}", parameters.write_quorum,
                        parameters.sloppy ? "nodes, owners or stand-ins" : "owners"),
            Assumption::a1},
  };
  if (!parameters.is_regular()) claims[4].weakly_satisfies = what_is_satisfied(parameters);
  claims.push_back({"L11.1",
                    "after the heal every operation is answered",
                    Assumption::a3,
                    judged_by::Recovery{parameters.request_timeout * 10},
                    {}});
  claims.push_back({"L11.2",
                    "while the faults last, clients are never without an answer for twenty time-outs",
                    Assumption::a3,
                    judged_by::Availability{parameters.request_timeout * 20},
                    {},
                    true});
  return claims;
}

Monitor::Monitor(sim::Simulation& simulation, const Parameters& parameters, sim::Instant quiet)
    : simulation_(simulation),
      parameters_(parameters),
      quiet_(quiet),
      servers_(simulation.nodes_of_role("server")) {
  for (const NodeId node : simulation.nodes_of_role("client")) clients_[node] = {};
  for (const NodeId node : servers_) seen_servers_[node] = {};
}

const Client* Monitor::client_on(NodeId node) const {
  return static_cast<const Client*>(simulation_.node(node).process());
}

const Server* Monitor::server_on(NodeId node) const {
  return static_cast<const Server*>(simulation_.node(node).process());
}

void Monitor::after_event(NodeId node) {
  if (!compared_ && simulation_.now() >= quiet_) compare_owners();
  if (seen_servers_.contains(node)) {
    look_at_server(node);
  } else if (clients_.contains(node)) {
    look_at_client(node);
  }
}

void Monitor::look_at_server(NodeId node) {
  SeenServer& seen = seen_servers_[node];
  const Server* server = server_on(node);
  if (server == nullptr) return;
  const std::uint32_t incarnation = simulation_.node(node).incarnation();
  if (seen.incarnation != incarnation) seen = {incarnation, 0, 0, incarnation > 1};
  const Store& store = server->replica().store();
  if (seen.is_back && store.is_durable()) {
    seen.is_back = false;
    look_for_lost_writes();
  }
  if (store.changes() != seen.changes) {
    seen.changes = store.changes();
    for (const auto& [key, tag, is_forgotten] : store.latest()) {
      Tag& newest = is_forgotten ? forgotten_[key] : held_[key][node];
      newest = std::max(newest, tag);
    }
  }
  if (server->coordinator().latest().number != seen.successes) {
    seen.successes = server->coordinator().latest().number;
    look_at_success(node);
  }
}

// P11.6
void Monitor::look_at_success(NodeId node) {
  const Server& server = *server_on(node);
  const Coordinator::Success& success = server.coordinator().latest();
  if (!success.is_write) return;
  const std::vector<NodeId>& walk = server.ring().walk(success.key);
  const std::size_t counted =
      parameters_.sloppy ? walk.size() : static_cast<std::size_t>(parameters_.replicas);
  std::int64_t holders = 0;
  for (std::size_t i = 0; i < counted; ++i) {
    const auto& held = held_[success.key];
    const auto at = held.find(walk[i]);
    if (at != held.end() && at->second >= success.tag) ++holders;
  }
  if (holders >= parameters_.write_quorum) return;
  simulation_.report(
      {"P11.6",
       "invariant(P11.6)",
       fmt::format("{} acknowledged version {} of {} when {} had it", name(node), words(success.tag),
                   success.key, holders == 1 ? std::string("one owner") : fmt::format("{} owners", holders)),
       {node}});
}

void Monitor::look_at_client(NodeId node) {
  SeenClient& seen = clients_[node];
  const Client* client = client_on(node);
  if (client == nullptr) return;
  const std::uint32_t incarnation = simulation_.node(node).incarnation();
  if (seen.incarnation != incarnation) seen = {incarnation, 0, 0, {}};
  const Client::Progress& progress = client->progress();
  // An operation may end, and the next begin, within one event.
  if (progress.ended != seen.ended) {
    seen.ended = progress.ended;
    if (progress.succeeded && progress.begun == progress.ended) {
      if (progress.is_write) {
        look_at_write(node, seen.floor);
      } else {
        look_at_read(node, seen.floor);
      }
    }
  }
  if (progress.begun != seen.begun) {
    seen.begun = progress.begun;
    seen.floor = floors_[progress.key];
  }
}

// P11.2: a write that was acknowledged comes after those acknowledged before it began, or nobody will see it.
void Monitor::look_at_write(NodeId client, const Floor& floor) {
  const Client::Progress& progress = client_on(client)->progress();
  const Tag& tag = progress.version.tag;
  if (tag < floor.tag) {
    simulation_.report(
        {"P11.2",
         "lost-write",
         fmt::format(
             "{} was told that {} is written, with the timestamp {}, below {} of a write acknowledged "
             "before it began: nobody will ever read it",
             name(client), progress.key, words(tag), words(floor.tag)),
         {client}});
  }
  Floor& now = floors_[progress.key];
  if (tag > now.tag) {
    now.tag = tag;
    now.deleted = progress.version.deleted;
  }
}

// A tombstone with this timestamp or a later one.
bool Monitor::was_forgotten(const std::string& key, const Tag& tag) const {
  const auto forgotten = forgotten_.find(key);
  return forgotten != forgotten_.end() && forgotten->second >= tag;
}

// P11.2 and P11.5
void Monitor::look_at_read(NodeId client, const Floor& floor) {
  const Client::Progress& progress = client_on(client)->progress();
  const Version& found = progress.version;
  Floor& now = floors_[progress.key];
  now.read = std::max(now.read, found.tag);
  // Nothing at all may be what is left of a tombstone, perhaps of one that nobody was told of.
  const bool absent = found.deleted || !found.is_written();
  const auto has_seen = [&](const Tag& tag) {
    return found.tag >= tag || (absent && was_forgotten(progress.key, tag));
  };
  if (has_seen(floor.tag) || (absent && floor.deleted)) {
    if (has_seen(floor.read)) return;
    simulation_.report(
        {"P11.1",
         "nonlinearizable",
         fmt::format("{} read version {} of {} after another read had found {}, of a write that is not "
                     "acknowledged",
                     name(client), words(found.tag), progress.key, words(floor.read)),
         {client}});
    return;
  }
  simulation_.metrics().count("stale reads");
  if (floor.deleted) {
    simulation_.report({"P11.5",
                        "resurrection",
                        fmt::format("{} read {} of {}, which had been deleted by a later write {}",
                                    name(client), found.value.to_json(), progress.key, words(floor.tag)),
                        {client}});
  }
  simulation_.report({"P11.2",
                      "stale-read",
                      fmt::format("{} read version {} of {} after {} had been acknowledged", name(client),
                                  words(found.tag), progress.key, words(floor.tag)),
                      {client}});
}

// P11.4
void Monitor::compare_owners() {
  compared_ = true;
  for (const auto& [key, floor] : floors_) {
    const Server* first = nullptr;
    NodeId first_node;
    for (const NodeId node : servers_) {
      const Server* server = server_on(node);
      if (server == nullptr) continue;
      const auto owners = server->ring().owners(key, parameters_.replicas);
      if (std::find(owners.begin(), owners.end(), node) == owners.end()) continue;
      if (first == nullptr) {
        first = server;
        first_node = node;
        continue;
      }
      const Version& a = first->replica().store().find(key);
      const Version& b = server->replica().store().find(key);
      // One may have forgotten a tombstone that the other still has.
      const bool both_absent = (a.deleted || !a.is_written()) && (b.deleted || !b.is_written());
      if (a.tag == b.tag || both_absent) continue;
      simulation_.report({"P11.4",
                          "divergence",
                          fmt::format("when all was quiet {} had version {} of {}, {} had {}",
                                      name(first_node), words(a.tag), key, name(node), words(b.tag)),
                          {first_node, node}});
    }
  }
}

// P11.3: what was acknowledged is somewhere. Looked at whenever a server is back, too: later what was lost
// may be hidden behind the next write.
void Monitor::look_for_lost_writes() {
  for (const auto& [key, floor] : floors_) {
    Version newest{};
    for (const NodeId node : servers_) {
      const Server* server = server_on(node);
      // Nobody knows what it holds.
      if (server == nullptr || !server->replica().store().is_durable()) return;
      for (const Version& version :
           {server->replica().store().find(key), server->replica().store().hinted(key)})
        if (version.tag > newest.tag) newest = version;
    }
    if (newest.tag >= floor.tag || was_forgotten(key, floor.tag)) continue;
    simulation_.report(
        {"P11.3",
         "lost-write",
         fmt::format("version {} of {} was acknowledged, and the newest that anybody has is {}",
                     words(floor.tag), key, words(newest.tag)),
         {}});
  }
}

}  // namespace lightcone::models::dynamo
