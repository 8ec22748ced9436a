#include "models/dynamo/operator.hpp"

#include <algorithm>

namespace lightcone::models::dynamo {

using sim::NodeId;

Server* Operator::server_on(NodeId node) {
  if (std::find(servers_.begin(), servers_.end(), node) == servers_.end()) return nullptr;
  return static_cast<Server*>(simulation_.node(node).process());
}

bool Operator::asks_for(std::string_view action, NodeId node) {
  const NodeId whom = action == "join" ? servers_.back() : node;
  if (action == "remove") return remove(whom);
  Server* server = server_on(whom);
  if (server == nullptr || !server->has_gossip()) return false;
  if (action == "join") return may_change(whom) && server->join();
  if (action == "leave") return may_change(whom) && server->leave();
  if (action != "damage-gossip") return false;
  server->damage_next_gossip();
  return true;
}

bool Operator::may_change(NodeId who) {
  std::vector<const Membership*> views;
  for (const NodeId node : servers_) {
    if (node == who) continue;
    const Server* server = server_on(node);
    if (server != nullptr) views.push_back(&server->membership());
  }
  for (const NodeId node : servers_) {
    if (node == who) continue;
    for (const Membership* view : views) {
      const Standing its = view->standing(node);
      const bool is_settled = its == spare || its == normal || is_gone(its);
      if (!is_settled || its != views.front()->standing(node)) return false;
    }
    const bool is_known_to_be_gone = !views.empty() && is_gone(views.front()->standing(node));
    if (server_on(node) == nullptr && !is_known_to_be_gone) return false;
  }
  return true;
}

// By the first server that is up.
bool Operator::remove(NodeId node) {
  if (std::find(servers_.begin(), servers_.end(), node) == servers_.end() || !may_change(node)) return false;
  for (const NodeId other : servers_) {
    Server* server = other == node ? nullptr : server_on(other);
    if (server == nullptr || is_gone(server->membership().standing())) continue;
    return server->has_gossip() && server->remove(node);
  }
  return false;
}

}  // namespace lightcone::models::dynamo
