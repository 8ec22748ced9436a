#include "models/dynamo/watcher.hpp"

namespace lightcone::models::dynamo {

using sim::NodeId;

Watcher::Watcher(sim::Simulation& simulation)
    : simulation_(simulation), servers_(simulation.nodes_of_role("server")) {
  for (const NodeId node : simulation.nodes_of_role("client")) clients_[node] = {};
  for (const NodeId node : servers_) seen_servers_[node] = {};
}

const Client* Watcher::client_on(NodeId node) const {
  return static_cast<const Client*>(simulation_.node(node).process());
}

const Server* Watcher::server_on(NodeId node) const {
  return static_cast<const Server*>(simulation_.node(node).process());
}

std::optional<Version> Watcher::what_everybody_has(const std::string& key) const {
  Version all;
  for (const NodeId node : servers_) {
    const Server* server = server_on(node);
    if (server == nullptr) return std::nullopt;
    const Store& store = server->replica().store();
    merge_into(all, store.find(key));
    merge_into(all, store.hinted(key));
  }
  return all;
}

void Watcher::after_event(NodeId node) {
  if (const auto server = seen_servers_.find(node); server != seen_servers_.end()) {
    look_at_server(node, server->second);
  } else if (const auto client = clients_.find(node); client != clients_.end()) {
    look_at_client(node, client->second);
  }
}

void Watcher::look_at_server(NodeId node, SeenServer& seen) {
  const Server* server = server_on(node);
  if (server == nullptr) return;
  const std::uint32_t incarnation = simulation_.node(node).incarnation();
  if (seen.incarnation != incarnation) {
    seen = {incarnation, 0, 0, incarnation > 1};
    server_started(node);
  }
  const Store& store = server->replica().store();
  if (seen.is_back && store.is_durable()) {
    seen.is_back = false;
    server_is_back();
  }
  if (store.changes() != seen.changes) {
    seen.changes = store.changes();
    for (const Store::Change& change : store.latest()) became_durable(node, change);
    store_changed(node, store);
  }
  const Coordinator::Success& success = server->coordinator().latest();
  if (success.number == seen.successes) return;
  seen.successes = success.number;
  if (success.is_write) {
    write_succeeded(node, success);
  } else {
    read_succeeded(node, success);
  }
}

void Watcher::look_at_client(NodeId node, SeenClient& seen) {
  const Client* client = client_on(node);
  if (client == nullptr) return;
  const std::uint32_t incarnation = simulation_.node(node).incarnation();
  if (seen.incarnation != incarnation) seen = {incarnation, 0, 0};
  const Client::Progress& progress = client->progress();
  if (progress.ended != seen.ended) {
    seen.ended = progress.ended;
    request_ended(node, progress.done);
  }
  if (progress.begun != seen.begun) {
    seen.begun = progress.begun;
    request_began(node, progress.doing);
  }
}

}  // namespace lightcone::models::dynamo
