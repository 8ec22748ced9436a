#include "models/dynamo/members_monitor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <span>

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
    : Watcher(simulation),
      heal_(heal),
      rounds_(parameters.gossip_every * rounds_to_settle(parameters.servers)),
      may_miss_(std::min(parameters.read_quorum, parameters.write_quorum) - 2) {}

void MembersMonitor::after_event(NodeId node) {
  if (!compared_ && simulation().now() >= heal_ + rounds_) compare_beliefs();
  Watcher::after_event(node);
  look_at_standings(node);
}

// --- steps -------------------------------------------------------------------------------------------------

void MembersMonitor::look_at_standings(NodeId node) {
  if (std::find(servers().begin(), servers().end(), node) == servers().end()) return;
  const Server* server = server_on(node);
  if (server == nullptr) return;
  const Membership& membership = server->membership();
  View& view = views_[node];
  const std::uint32_t incarnation = simulation().node(node).incarnation();
  if (view.incarnation == incarnation && view.changes == membership.changes()) return;
  // What a restart finds was seen before, or has not been seen yet.
  const bool goes_on = view.incarnation == incarnation;
  const bool is_first = view.incarnation == 0 && incarnation == 1;
  view.incarnation = incarnation;
  view.changes = membership.changes();
  for (const NodeId who : servers()) {
    const Standing now = membership.standing(who);
    const Standing before = std::exchange(view.standings[who], now);
    if (goes_on && before == removed && now != removed) {
      simulation().report(
          {"P20.4",
           "resurrection",
           fmt::format("{} has {} on the ring again, which had been removed", name(node), name(who)),
           {node, who}});
    }
    if (now != before && !is_first) step_seen(node, {who, now});
  }
  see_who_has_heard();
}

void MembersMonitor::step_seen(NodeId node, const Step& step) {
  const auto& [who, standing] = step;
  if ((standing == leaving && node == who) || (standing == removing && node != who))
    remember_what_moves(node, who);
  if (!steps_.try_emplace(step, News{simulation().now(), false}).second) return;
  if (is_gone(standing)) look_at_what_moved(step);
}

bool MembersMonitor::is_member(NodeId node) const {
  const Server* server = server_on(node);
  if (server == nullptr) return false;
  const Standing its = server->membership().standing();
  return its != spare && !is_gone(its);
}

void MembersMonitor::see_who_has_heard() {
  for (auto& [step, news] : steps_) {
    if (news.is_everywhere) continue;
    const auto& [who, standing] = step;
    news.is_everywhere = std::all_of(servers().begin(), servers().end(), [&, this](NodeId node) {
      return !this->is_member(node) || this->server_on(node)->membership().standing(who) >= standing;
    });
    if (news.is_everywhere)
      simulation().metrics().record("gossip convergence", simulation().now() - news.since);
  }
}

// --- ranges ------------------------------------------------------------------------------------------------

void MembersMonitor::remember_what_moves(NodeId node, NodeId who) {
  const Membership& membership = server_on(node)->membership();
  const auto [at, is_first] = moving_[who].try_emplace(node);
  if (!is_first) return;
  std::vector<Moving>& moving = at->second;
  for (const auto& [key, version] : server_on(node)->replica().store().versions()) {
    const Membership::Route route = membership.to_write(key);
    const auto owners = std::span(route.walk).first(route.owners);
    if (std::find(owners.begin(), owners.end(), node) == owners.end()) continue;
    std::vector<NodeId> next = membership.new_owners(key);
    if (!next.empty() && std::find(next.begin(), next.end(), node) == next.end())
      moving.push_back({key, version, std::move(next)});
  }
}

// P20.5: of one that goes. In a removal others may have streamed for those that have not.
void MembersMonitor::look_at_what_moved(const Step& step) {
  const auto& [who, standing] = step;
  const auto known = moving_.find(who);
  if (standing == left && (known == moving_.end() || !known->second.contains(who))) {
    const Server* server = server_on(who);
    if (server == nullptr || server->replica().store().versions().empty()) return;
    simulation().report({"P20.5",
                         "invariant(P20.5)",
                         fmt::format("{} left the ring, and gave nobody what it had", name(who)),
                         {who}});
    return;
  }
  if (known == moving_.end()) return;
  std::map<std::string, std::int64_t> missing;
  for (const auto& [holder, moving] : known->second) {
    if ((holder == who) != (standing == left)) continue;  // of a removal those that stay
    for (const Moving& range : moving) {
      for (const NodeId next : range.to) {
        const Server* owner = server_on(next);
        if (owner == nullptr || covers(owner->replica().store().find(range.key), range.version)) continue;
        if (++missing[range.key] <= (standing == removed ? may_miss_ : 0)) continue;
        simulation().report({"P20.5",
                             "invariant(P20.5)",
                             fmt::format("{} went, and {} owns {} without what {} had of it", name(who),
                                         name(next), range.key, name(holder)),
                             {next, holder}});
        return;
      }
    }
  }
}

// P20.5: of one that comes.
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

// --- agreement ---------------------------------------------------------------------------------------------

// P20.4
void MembersMonitor::compare_beliefs() {
  compared_ = true;
  for (const NodeId node : servers()) {
    for (const NodeId other : servers()) {
      if (!is_member(node) || !is_member(other)) continue;
      const Membership& membership = server_on(node)->membership();
      if (membership.is_up(other) || is_gone(membership.standing(other))) continue;
      simulation().report({"P20.4",
                           "unavailable",
                           fmt::format("{} believes that {} is down, which is up and has been for long",
                                       name(node), name(other)),
                           {node, other}});
    }
  }
  look_for_missing_news();
}

// P20.4
void MembersMonitor::look_for_missing_news() {
  for (const auto& [step, news] : steps_) {
    const auto& [who, standing] = step;
    if (news.is_everywhere || simulation().now() < std::max(heal_, news.since) + rounds_) continue;
    for (const NodeId node : servers()) {
      if (!is_member(node) || server_on(node)->membership().standing(who) >= standing) continue;
      simulation().report({"P20.4",
                           "divergence",
                           fmt::format("{} has not heard of a step of {} that others have known for long",
                                       name(node), name(who)),
                           {node, who}});
      return;
    }
  }
}

}  // namespace lightcone::models::dynamo
