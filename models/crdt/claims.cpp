#include "models/crdt/claims.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/crdt/server.hpp"

namespace lightcone::models::crdt {

using sim::Assumption;
using sim::Claim;
using sim::NodeId;
namespace judged_by = sim::judged_by;

namespace {

Claim value_claim_of(Type type) {
  switch (type) {
    case Type::gcounter:
    case Type::pncounter:
    case Type::bounded_counter:
      return {"P30.3", "when all is quiet a counter is the sum of what was counted", Assumption::a0};
    case Type::lwwmap:
      return {"P30.5", "when all is quiet a key has what the write with the latest (time, replica) left",
              Assumption::a0};
    case Type::orset:
      return {"P30.4", "when all is quiet an element is there if some addition of it was seen by no removal",
              Assumption::a0};
    case Type::rga:
      return {
          "P30.6",
          "when all is quiet a text has each character that was typed and not erased once, behind the one "
          "it was typed behind, with nothing between that was typed without knowing of it",
          Assumption::a0};
  }
  return {};
}

std::string object_of(Type type) {
  if (type == Type::lwwmap) return "kv";
  return type == Type::orset ? "set" : "counter";
}

}  // namespace

std::vector<Claim> claims_of(const Parameters& parameters) {
  std::vector<Claim> claims = {
      Claim{"P30.1", "replicas that know of the same updates hold the same, and in the end all know of all",
            Assumption::a0},
      value_claim_of(parameters.type)};
  if (parameters.type != Type::rga && parameters.type != Type::bounded_counter) {
    Claim linearizable{"P30.7",
                       "each object is linearizable",
                       Assumption::a0,
                       judged_by::Linearizability{object_of(parameters.type)},
                       {}};
    linearizable.weakly_satisfies =
        "strong eventual consistency: a replica answers with what it has heard of";
    claims.push_back(std::move(linearizable));
  }
  if (parameters.type == Type::bounded_counter || parameters.type == Type::pncounter) {
    Claim stock{"P30.9", "what was counted never makes less than nothing", Assumption::a0};
    if (parameters.type == Type::pncounter) {
      stock.weakly_satisfies = "nothing: no replica knows what the others count down meanwhile";
      stock.only_on_request = true;
    }
    claims.push_back(std::move(stock));
  }
  claims.push_back({"L30.1",
                    "after the heal every operation is answered",
                    Assumption::a3,
                    judged_by::Recovery{10 * std::max(parameters.gossip_every, parameters.share_timeout)},
                    {}});
  claims.push_back({"L30.2",
                    "while the faults last, clients are never without an answer for ten rounds of gossip",
                    Assumption::a3,
                    judged_by::Availability{10 * parameters.gossip_every},
                    {},
                    true});
  return claims;
}

Monitor::Monitor(sim::Simulation& simulation, const Parameters& parameters, const sim::Phases& phases)
    : simulation_(simulation),
      parameters_(parameters),
      quiet_(std::max(phases.final_reads,
                      phases.load_ends + (parameters.servers + 1) * parameters.gossip_every)),
      servers_(simulation.nodes_of_role("server")),
      ledger_(parameters) {
  for (const NodeId node : servers_) seen_[node] = {};
}

const Server* Monitor::server_on(NodeId node) const {
  return static_cast<const Server*>(simulation_.node(node).process());
}

std::string Monitor::value_claim() const { return value_claim_of(parameters_.type).id; }

void Monitor::after_event(NodeId node) {
  if (!judged_ && simulation_.now() >= quiet_) judge_contents();
  if (!seen_.contains(node)) return;
  const Server* server = server_on(node);
  if (server != nullptr) look_at(node, *server);
}

void Monitor::look_at(NodeId node, const Server& server) {
  Seen& seen = seen_[node];
  const Store& store = server.replica().store();
  const std::uint32_t incarnation = simulation_.node(node).incarnation();
  if (seen.incarnation != incarnation) seen = {incarnation, 0, 0, seen.lost_at};
  if (store.losses() != seen.losses) {
    seen.losses = store.losses();
    seen.lost_at = ledger_.size();
  }
  if (store.syncs() == seen.syncs) return;
  seen.syncs = store.syncs();
  for (const Update& update : store.latest()) {
    ledger_.add(update);
    keys_.insert(update.key);
    if (ledger_.count(update.key) >= 0 || !parameters_.is_counter()) continue;
    simulation_.report({"P30.9",
                        "invariant(stock)",
                        fmt::format("{} was counted down to {}: {} took what was taken elsewhere too",
                                    update.key, ledger_.count(update.key), name(update.dot.replica.node)),
                        {node}});
  }
  compare_with_others(node, server);
}

// P30.1, of what the latest updates were about.
void Monitor::compare_with_others(NodeId node, const Server& server) {
  std::int64_t apart = 0;
  for (const NodeId other : servers_) {
    const Server* peer = server_on(other);
    if (other == node || peer == nullptr) continue;
    const bool know_the_same = peer->replica().store().known() == server.replica().store().known();
    apart += know_the_same ? 0 : 1;
    if (!know_the_same) continue;
    for (const Update& update : server.replica().store().latest())
      compare(node, other, update.key, "knowing of the same updates");
  }
  if (apart == apart_) return;
  apart_ = apart;
  simulation_.metrics().sample("replicas that know of other updates", apart);
}

void Monitor::compare(NodeId a, NodeId b, const std::string& key, std::string_view when) {
  const Replica& first = server_on(a)->replica();
  const Replica& second = server_on(b)->replica();
  const sim::Value mine = first.rules().read(first.store().objects(), key);
  const sim::Value theirs = second.rules().read(second.store().objects(), key);
  if (mine == theirs) return;
  simulation_.report({"P30.1",
                      "divergence",
                      fmt::format("{} {} has {} in {}, {} has {}", when, name(a), mine.to_json(), key,
                                  name(b), theirs.to_json()),
                      {a, b}});
}

// Those updates are struck that only their own replica had when it lost its disk.
void Monitor::judge_contents() {
  if (judged_) return;
  judged_ = true;
  std::vector<NodeId> up;
  for (const NodeId node : servers_) {
    if (server_on(node) != nullptr) up.push_back(node);
  }
  ledger_.strike([&](const Update& update, std::size_t number) {
    const auto origin = seen_.find(update.dot.replica.node);
    if (origin == seen_.end() || number >= origin->second.lost_at) return false;
    return std::none_of(up.begin(), up.end(), [&](NodeId node) {
      return server_on(node)->replica().store().known().contains(update.dot);
    });
  });
  for (const NodeId node : up) {
    const Replica& replica = server_on(node)->replica();
    for (const std::string& key : keys_) {
      const auto complaint = ledger_.judge(key, replica.rules().read(replica.store().objects(), key));
      if (!complaint) continue;
      simulation_.report(
          {value_claim(), complaint->anomaly, fmt::format("on {} {}", name(node), complaint->text), {node}});
    }
    if (node == up.front()) continue;
    const Replica& first = server_on(up.front())->replica();
    for (const std::string& key : keys_) compare(up.front(), node, key, "when all was quiet");
    if (replica.store().known() == first.store().known()) continue;
    const bool is_behind = !replica.store().known().includes(first.store().known());
    simulation_.report({"P30.1",
                        "divergence",
                        fmt::format("when all was quiet {} had not heard of everything that {} knew",
                                    name(is_behind ? node : up.front()), name(is_behind ? up.front() : node)),
                        {up.front(), node}});
  }
}

}  // namespace lightcone::models::crdt
