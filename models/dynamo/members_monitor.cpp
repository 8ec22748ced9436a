#include "models/dynamo/members_monitor.hpp"

#include <fmt/format.h>

#include <bit>

namespace lightcone::models::dynamo {

using sim::NodeId;

namespace {

// News reach everybody in a few times log2(n) rounds of push and pull (Demers et al., PODC 1987,
// section 1.3).
std::int64_t rounds_to_settle(std::int64_t servers) {
  const auto bits = std::bit_width(static_cast<std::uint64_t>(servers));
  return 10 * static_cast<std::int64_t>(bits);
}

}  // namespace

MembersMonitor::MembersMonitor(sim::Simulation& simulation, const Parameters& parameters, sim::Instant heal)
    : Watcher(simulation), settled_(heal + parameters.gossip_every * rounds_to_settle(parameters.servers)) {}

void MembersMonitor::after_event(NodeId node) {
  if (!compared_ && simulation().now() >= settled_) compare_beliefs();
  Watcher::after_event(node);
}

// P20.4
void MembersMonitor::compare_beliefs() {
  compared_ = true;
  for (const NodeId node : servers()) {
    const Server* server = server_on(node);
    if (server == nullptr || server->membership().standing() == spare) continue;
    for (const NodeId other : servers()) {
      const Server* peer = server_on(other);
      if (peer == nullptr || peer->membership().standing() == spare) continue;
      if (!server->membership().is_up(other)) {
        simulation().report({"P20.4",
                             "unavailable",
                             fmt::format("{} believes that {} is down, which is up and has been for long",
                                         name(node), name(other)),
                             {node, other}});
      }
      if (server->membership().epoch() >= peer->membership().epoch()) continue;
      simulation().report({"P20.4",
                           "divergence",
                           fmt::format("{} has not heard of a step of {} that {} knows", name(node),
                                       name(server->membership().newcomer()), name(other)),
                           {node, other}});
    }
  }
}

// P20.5
void MembersMonitor::read_succeeded(NodeId node, const Coordinator::Success& success) {
  for (const NodeId answerer : success.answered) {
    const Server* server = server_on(answerer);
    if (server == nullptr || server->membership().has_streamed()) continue;
    simulation().report(
        {"P20.5",
         "invariant(P20.5)",
         fmt::format("{} counted the answer of {} about {}, which has not streamed what it owns", name(node),
                     name(answerer), success.key),
         {node, answerer}});
    return;
  }
}

}  // namespace lightcone::models::dynamo
