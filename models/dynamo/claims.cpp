#include "models/dynamo/claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace lightcone::models::dynamo {

using sim::Assumption;
using sim::Claim;
using sim::NodeId;
namespace judged_by = sim::judged_by;

namespace {

std::string what_is_satisfied(const Parameters& parameters) {
  if (parameters.is_regular()) return "regular: two reads during one write may see it, and then not";
  if (parameters.sloppy) return "eventual: what was written shows once hints have been handed over";
  if (parameters.keeps_siblings()) return "eventual: reads may miss what only other replicas have";
  if (parameters.timestamps != Timestamps::logical)
    return "eventual: of two writes the one with the later clock stays, whatever their order was";
  return "eventual: reads may miss what only other replicas have";
}

std::string words(const Tag& tag) { return fmt::format("({}, {})", tag.counter, tag.writer); }

Claim owners_agree() {
  return {"P11.4", "after the heal, hand-off and anti-entropy all owners hold the same", Assumption::a0};
}

Claim acknowledged_by_quorum(const Parameters& parameters) {
  const bool one = parameters.write_quorum == 1;
  const std::string_view owners = one ? "owner" : "owners";
  const std::string_view nodes = one ? "node, owner or stand-in" : "nodes, owners or stand-ins";
  return {"P11.6",
          fmt::format("what was acknowledged was durable on {} {}", parameters.write_quorum,
                      parameters.sloppy ? nodes : owners),
          Assumption::a1};
}

// Of a store whose versions have dots.
std::vector<Claim> claims_about_siblings(const Parameters& parameters) {
  const std::string weakly =
      parameters.conflict == Conflict::dvv
          ? ""
          : "a version vector a server: of concurrent writes through one server the latest stays";
  Claim regular{"P11.2", "a read finds what was acknowledged before it began, or what replaced it",
                Assumption::a1};
  if (!parameters.is_regular()) regular.weakly_satisfies = what_is_satisfied(parameters);
  Claim bound{"P20.1",
              "siblings were written by clients that had not read each other's, and none of them is replaced "
              "unseen",
              Assumption::a0};
  if (parameters.context == ContextUse::blind)
    bound.weakly_satisfies = "writes that replace nothing: siblings pile up";
  Claim acknowledged{
      "P11.3", "what was acknowledged stays until a client that has read it, or what replaced it, writes",
      Assumption::a1};
  Claim durable = acknowledged_by_quorum(parameters);
  for (Claim* claim : {&bound, &acknowledged, &durable}) {
    if (!weakly.empty()) claim->weakly_satisfies = weakly;
  }
  return {std::move(regular), std::move(acknowledged), owners_agree(), std::move(durable), std::move(bound)};
}

// With R + W > N and reads that write back nobody has to remember anything.
Claim sessions_go_forward(const Parameters& parameters) {
  using judged_by::SessionGuarantee;
  Claim claim{"P20.6",
              "a client reads its own writes, and nothing older than it has read",
              Assumption::a0,
              judged_by::Sessions{{SessionGuarantee::monotonic_reads, SessionGuarantee::read_your_writes}},
              {}};
  if (parameters.session == Session::coordinator && !parameters.is_linearizable())
    claim.weakly_satisfies = "as long as the client stays with one server that is up";
  if (parameters.session == Session::none && !parameters.is_linearizable())
    claim.weakly_satisfies = "as long as the replicas that answer have what the client saw";
  claim.only_on_request = parameters.session == Session::none;
  return claim;
}

std::vector<Claim> claims_about_timestamps(const Parameters& parameters) {
  Claim linearizable{
      "P11.1", "each key is linearizable", Assumption::a1, judged_by::Linearizability{"kv:kc"}, {}};
  if (!parameters.is_linearizable()) linearizable.weakly_satisfies = what_is_satisfied(parameters);
  Claim regular{"P11.2", "a read finds the latest write acknowledged before it began, or a later one",
                Assumption::a1};
  if (!parameters.is_regular()) regular.weakly_satisfies = what_is_satisfied(parameters);
  std::vector<Claim> claims = {
      std::move(linearizable),
      std::move(regular),
      Claim{"P11.3", "what was acknowledged stays until something with a later timestamp replaces it",
            Assumption::a1},
      owners_agree(),
      Claim{"P11.5", "what was deleted does not come back", Assumption::a3},
      acknowledged_by_quorum(parameters),
  };
  if (!parameters.is_regular()) claims[4].weakly_satisfies = what_is_satisfied(parameters);
  claims.push_back(sessions_go_forward(parameters));
  return claims;
}

// An application's promise: clients that merge siblings keep every addition.
Claim carts_keep_items(const Parameters& parameters) {
  Claim claim{"P20.2", "an item that was acknowledged stays in its cart until somebody takes it out",
              Assumption::a1};
  if (parameters.conflict != Conflict::dvv)
    claim.weakly_satisfies = "of two additions at once one may be lost; an item taken out stays out";
  claim.only_on_request = !parameters.keeps_siblings();
  return claim;
}

// Promises of applications, too. Reading and writing back are two steps, however strong each of them is.
std::vector<Claim> claims_about_objects(const Parameters& parameters) {
  const std::string in_two_steps = "read and written back in two steps: what happens in between is not seen";
  Claim counted{"P20.7", "an increment that was acknowledged stays counted, and nothing is counted twice",
                Assumption::a1};
  if (parameters.conflict != Conflict::dvv)
    counted.weakly_satisfies = "of two increments at once one may be lost";
  Claim counters{"P20.8", "each counter is linearizable", Assumption::a1, judged_by::Linearizability{"kv:n"},
                 in_two_steps};
  Claim sets{"P20.9", "each set is linearizable", Assumption::a1, judged_by::Linearizability{"set:s"},
             in_two_steps};
  std::vector<Claim> claims = {std::move(counted), std::move(counters), std::move(sets)};
  for (Claim& claim : claims) claim.only_on_request = true;
  return claims;
}

}  // namespace

std::vector<Claim> claims_of(const Parameters& parameters) {
  std::vector<Claim> claims =
      parameters.keeps_siblings() ? claims_about_siblings(parameters) : claims_about_timestamps(parameters);
  claims.push_back(carts_keep_items(parameters));
  for (Claim& claim : claims_about_objects(parameters)) claims.push_back(std::move(claim));
  if (parameters.has_gossip()) {
    claims.push_back({"P20.4",
                      "within 10 log2(n) rounds of gossip after the heal the servers agree about who is on "
                      "the ring, and up; who was removed stays out",
                      Assumption::a3});
    claims.push_back({"P20.5",
                      "a server that joins answers for ranges that it has streamed, and no others; who goes "
                      "stays until the new owners have its ranges",
                      Assumption::a0});
  }
  claims.push_back(
      {"P20.3",
       parameters.zones_apart
           ? "the owners of a key are different servers, in different zones as far as there are any"
           : "the owners of a key are different servers",
       Assumption::a0});
  claims.push_back({"L11.1",
                    "after the heal every operation is answered",
                    Assumption::a3,
                    judged_by::Recovery{parameters.request_timeout * 10},
                    {}});
  claims.push_back(
      {"L11.3", "when all is quiet, owners that hold the same find so when they compare", Assumption::a3});
  claims.push_back({"L11.2",
                    "while the faults last, clients are never without an answer for twenty time-outs",
                    Assumption::a3,
                    judged_by::Availability{parameters.request_timeout * 20},
                    {},
                    true});
  return claims;
}

Monitor::Monitor(sim::Simulation& simulation, const Parameters& parameters, sim::Instant quiet)
    : Watcher(simulation), parameters_(parameters), quiet_(quiet) {}

void Monitor::after_event(NodeId node) {
  if (!compared_ && simulation().now() >= quiet_) compare_owners();
  Watcher::after_event(node);
}

void Monitor::became_durable(NodeId node, const Store::Change& change) {
  Tag& newest = change.is_forgotten ? forgotten_[change.key] : held_[change.key][node];
  newest = std::max(newest, change.tag);
}

// P11.6
void Monitor::write_succeeded(NodeId node, const Coordinator::Success& success) {
  const std::vector<NodeId>& walk = server_on(node)->ring().walk(success.key);
  const std::size_t counted =
      parameters_.sloppy ? walk.size() : static_cast<std::size_t>(parameters_.replicas);
  const Tag& tag = success.version.tag;
  std::int64_t holders = 0;
  for (std::size_t i = 0; i < counted; ++i) {
    const auto& held = held_[success.key];
    const auto at = held.find(walk[i]);
    if (at != held.end() && at->second >= tag) ++holders;
  }
  if (holders >= parameters_.write_quorum) return;
  simulation().report(
      {"P11.6",
       "invariant(P11.6)",
       fmt::format("{} acknowledged version {} of {} when {} had it", name(node), words(tag), success.key,
                   holders == 1 ? std::string("one owner") : fmt::format("{} owners", holders)),
       {node}});
}

void Monitor::request_began(NodeId client, const Client::Doing& doing) {
  floor_at_begin_[client] = floors_[doing.key];
}

void Monitor::request_ended(NodeId client, const Client::Done& done) {
  if (!done.succeeded) return;
  if (done.what.is_write) {
    look_at_write(client, done);
  } else {
    look_at_read(client, done);
  }
}

// P11.2: a write that was acknowledged comes after those acknowledged before it began, or nobody will see it.
void Monitor::look_at_write(NodeId client, const Client::Done& done) {
  const Floor& floor = floor_at_begin_[client];
  const std::string& key = done.what.key;
  const Tag& tag = done.version.tag;
  if (tag < floor.tag) {
    simulation().report(
        {"P11.2",
         "lost-write",
         fmt::format(
             "{} was told that {} is written, with the timestamp {}, below {} of a write acknowledged "
             "before it began: nobody will ever read it",
             name(client), key, words(tag), words(floor.tag)),
         {client}});
  }
  Floor& now = floors_[key];
  if (tag > now.tag) {
    now.tag = tag;
    now.deleted = done.version.deleted;
  }
}

// A tombstone with this timestamp or a later one.
bool Monitor::was_forgotten(const std::string& key, const Tag& tag) const {
  const auto forgotten = forgotten_.find(key);
  return forgotten != forgotten_.end() && forgotten->second >= tag;
}

// P11.2 and P11.5
void Monitor::look_at_read(NodeId client, const Client::Done& done) {
  const Floor& floor = floor_at_begin_[client];
  const std::string& key = done.what.key;
  const Version& found = done.version;
  Floor& now = floors_[key];
  now.read = std::max(now.read, found.tag);
  // Nothing at all may be what is left of a tombstone, perhaps of one that nobody was told of.
  const bool absent = found.deleted || !found.is_written();
  const auto has_seen = [&](const Tag& tag) {
    return found.tag >= tag || (absent && was_forgotten(key, tag));
  };
  if (has_seen(floor.tag) || (absent && floor.deleted)) {
    if (has_seen(floor.read)) return;
    simulation().report(
        {"P11.1",
         "nonlinearizable",
         fmt::format("{} read version {} of {} after another read had found {}, of a write that is not "
                     "acknowledged",
                     name(client), words(found.tag), key, words(floor.read)),
         {client}});
    return;
  }
  simulation().metrics().count("stale reads");
  if (floor.deleted) {
    simulation().report({"P11.5",
                         "resurrection",
                         fmt::format("{} read {} of {}, which had been deleted by a later write {}",
                                     name(client), found.value.to_json(), key, words(floor.tag)),
                         {client}});
  }
  simulation().report({"P11.2",
                       "stale-read",
                       fmt::format("{} read version {} of {} after {} had been acknowledged", name(client),
                                   words(found.tag), key, words(floor.tag)),
                       {client}});
}

// P11.4
void Monitor::compare_owners() {
  compared_ = true;
  for (const auto& [key, floor] : floors_) {
    const Server* first = nullptr;
    NodeId first_node;
    for (const NodeId node : servers()) {
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
      simulation().report({"P11.4",
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
    for (const NodeId node : servers()) {
      const Server* server = server_on(node);
      // Nobody knows what it holds.
      if (server == nullptr || !server->replica().store().is_durable()) return;
      for (const Version& version :
           {server->replica().store().find(key), server->replica().store().hinted(key)})
        if (version.tag > newest.tag) newest = version;
    }
    if (newest.tag >= floor.tag || was_forgotten(key, floor.tag)) continue;
    simulation().report(
        {"P11.3",
         "lost-write",
         fmt::format("version {} of {} was acknowledged, and the newest that anybody has is {}",
                     words(floor.tag), key, words(newest.tag)),
         {}});
  }
}

}  // namespace lightcone::models::dynamo
