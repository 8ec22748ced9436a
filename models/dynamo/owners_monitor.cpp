#include "models/dynamo/owners_monitor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace lightcone::models::dynamo {

using sim::NodeId;

namespace {

bool has_owner(std::span<const NodeId> owners, NodeId node) {
  return std::find(owners.begin(), owners.end(), node) != owners.end();
}

}  // namespace

void OwnersMonitor::count_request(NodeId node) {
  simulation().metrics().count("requests through " + name(node));
}

// The efficiency of the balance (DeCandia et al., SOSP 2007, section 6.2): mean over greatest.
void OwnersMonitor::measure_balance(const Membership& membership) {
  if (is_measured_ && membership.epoch() <= epoch_) return;
  is_measured_ = true;
  epoch_ = membership.epoch();
  std::int64_t sum = 0;
  std::int64_t greatest = 0;
  std::int64_t members = 0;
  for (const auto& [server, share] : membership.ring().shares(parameters_.replicas)) {
    sum += share;
    greatest = std::max(greatest, share);
    ++members;
  }
  if (greatest > 0) simulation().metrics().sample("ring balance, percent", 100 * sum / members / greatest);
}

// P20.3
void OwnersMonitor::write_succeeded(NodeId node, const Coordinator::Success& success) {
  count_request(node);
  const auto owners = server_on(node)->ring().owners(success.key, parameters_.replicas);
  for (std::size_t i = 1; i < owners.size(); ++i) {
    if (!has_owner(owners.first(i), owners[i])) continue;
    simulation().report({"P20.3",
                         "invariant(P20.3)",
                         fmt::format("{} wrote {} to {} owners, and {} is two of them", name(node),
                                     success.key, owners.size(), name(owners[i])),
                         {owners[i]}});
    return;
  }
  if (!parameters_.zones_apart) return;
  const std::size_t zones = zones_of(owners);
  if (zones >= std::min(owners.size(), zones_of(server_on(node)->ring().walk(success.key)))) return;
  simulation().report({"P20.3",
                       "invariant(P20.3)",
                       fmt::format("{} wrote {} to {} owners in {}", name(node), success.key, owners.size(),
                                   zones == 1 ? std::string("one zone") : fmt::format("{} zones", zones)),
                       {node}});
}

std::size_t OwnersMonitor::zones_of(std::span<const NodeId> nodes) {
  std::set<sim::Network::Place> zones;
  for (const NodeId node : nodes) zones.insert(simulation().network().place(node));
  return zones.size();
}

void OwnersMonitor::after_event(NodeId node) {
  Watcher::after_event(node);
  const bool is_server = std::find(servers().begin(), servers().end(), node) != servers().end();
  if (!is_server || server_on(node) == nullptr) return;
  measure_balance(server_on(node)->membership());
  const Replica::Mismatch& mismatch = server_on(node)->replica().latest_mismatch();
  if (mismatch.number == mismatches_[node]) return;
  mismatches_[node] = mismatch.number;
  if (mismatch.number != 0 && simulation().now() >= quiet_) look_at_mismatch(node, mismatch.peer);
}

// L11.3: once, it may be a difference that went while the message was under way; not again when nothing has
// changed in between.
void OwnersMonitor::look_at_mismatch(NodeId node, NodeId peer) {
  if (!hold_the_same(node, peer)) return;
  const std::pair changes(server_on(node)->replica().store().changes(),
                          server_on(peer)->replica().store().changes());
  const auto [before, is_first] = in_vain_.try_emplace({node, peer}, changes);
  if (is_first || std::exchange(before->second, changes) != changes) return;
  simulation().report({"L11.3",
                       "unavailable",
                       fmt::format("{} and {} hold the same of all keys that both own, compared themselves, "
                                   "and found a difference again",
                                   name(node), name(peer)),
                       {node, peer}});
}

bool OwnersMonitor::hold_the_same(NodeId a, NodeId b) const {
  if (server_on(a) == nullptr || server_on(b) == nullptr) return false;
  const parts::Ring& ring = server_on(a)->ring();
  const Store& left = server_on(a)->replica().store();
  const Store& right = server_on(b)->replica().store();
  for (const Store* store : {&left, &right}) {
    for (const auto& [key, version] : store->versions()) {
      const auto owners = ring.owners(key, parameters_.replicas);
      if (!has_owner(owners, a) || !has_owner(owners, b)) continue;
      if (hash_of(key, left.find(key)) != hash_of(key, right.find(key))) return false;
    }
  }
  return true;
}

}  // namespace lightcone::models::dynamo
