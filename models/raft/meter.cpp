#include "models/raft/meter.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace lightcone::models::raft {

using sim::NodeId;

namespace {
constexpr sim::Duration between_samples = std::chrono::milliseconds(250);
}  // namespace

Meter::Meter(sim::Simulation& simulation, std::vector<NodeId> servers, sim::Instant heal)
    : simulation_(simulation), heal_(heal) {
  for (const NodeId node : servers) {
    servers_.push_back({node, "lag of " + simulation.node(node).node_name()});
  }
}

const Server* Meter::server_on(NodeId node) const {
  return static_cast<const Server*>(simulation_.node(node).process());
}

void Meter::after_event(NodeId node) {
  const auto seen = std::ranges::find(servers_, node, &Seen::node);
  if (seen == servers_.end()) return;
  look_at_position(*seen, server_on(node));
  if (!is_healed_ && simulation_.now() >= heal_ && leader_ != sim::no_node) {
    is_healed_ = true;
    simulation_.metrics().record("leader after the heal", simulation_.now() - heal_);
  }
  if (simulation_.now() < next_sample_) return;
  next_sample_ = simulation_.now() + between_samples;
  sample_logs();
}

void Meter::look_at_position(Seen& seen, const Server* server) {
  const Position now = server == nullptr ? Position::follower : server->raft().position();
  const bool leads_anew = now == Position::leader && server->raft().term() > term_;
  if (now == seen.position && !leads_anew) return;
  const Position before = std::exchange(seen.position, now);
  if (now == Position::candidate) simulation_.metrics().count("candidacies");
  if (before == Position::candidate && now != Position::leader)
    simulation_.metrics().count("candidacies without success");
  if (leads_anew) {
    begin_leading(seen, server->raft().term());
  } else if (seen.node == leader_ && now != Position::leader) {
    stop_leading();
  }
}

void Meter::begin_leading(const Seen& seen, parts::raft::Term term) {
  sim::Metrics& metrics = simulation_.metrics();
  const sim::Instant now = simulation_.now();
  leader_ = seen.node;
  term_ = term;
  if (leaderless_since_) metrics.record("time without a leader", now - *leaderless_since_);
  leaderless_since_.reset();
  metrics.sample("term", static_cast<std::int64_t>(term));
  metrics.sample("who leads", static_cast<std::int64_t>(leader_.index) + 1);
}

void Meter::stop_leading() {
  leader_ = sim::no_node;
  leaderless_since_ = simulation_.now();
  simulation_.metrics().sample("who leads", 0);
}

void Meter::sample_logs() {
  const Server* leading = leader_ == sim::no_node ? nullptr : server_on(leader_);
  if (leading == nullptr) return;
  sim::Metrics& metrics = simulation_.metrics();
  const auto& group = leading->raft();
  const auto& log = group.log();
  metrics.sample("entries not committed", static_cast<std::int64_t>(log.last_index() - group.commit_index()));
  metrics.sample("entries in the log", static_cast<std::int64_t>(log.last_index() + 1 - log.first_index()));
  for (Seen& seen : servers_) {
    const Server* server = server_on(seen.node);
    if (server == nullptr) continue;
    const auto commit = std::min(server->raft().commit_index(), group.commit_index());
    const auto lag = static_cast<std::int64_t>(group.commit_index() - commit);
    if (std::exchange(seen.lag, lag) != lag) metrics.sample(seen.lag_curve, lag);
  }
}

}  // namespace lightcone::models::raft
