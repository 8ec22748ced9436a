// Membership changes and leadership transfer: dissertation 4 and 3.10.
#include <algorithm>

#include "models/parts/raft/group.hpp"

namespace lightcone::models::parts::raft {

namespace {

// How many servers are in one list and not in the other.
std::size_t difference(std::vector<NodeId> a, std::vector<NodeId> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  std::vector<NodeId> differing;
  std::set_symmetric_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(differing));
  return differing.size();
}

std::vector<NodeId> without(std::vector<NodeId> nodes, NodeId node) {
  nodes.erase(std::remove(nodes.begin(), nodes.end(), node), nodes.end());
  return nodes;
}

}  // namespace

// P18.8: a change begins when the one before is committed, and when this leader has committed in its own
// term, or two leaders could each change the last configuration they know of (Ongaro, raft-dev, July 2015).
bool Group::propose_configuration(const Configuration& configuration) {
  if (position_ != Position::leader || transfer_to_ != no_node) return false;
  if (safe_.one_change_at_a_time && configuration_index_ > commit_) return false;
  if (safe_.own_commit_before_change && commit_ < term_start_) return false;
  if (!append_own(EntryKind::configuration, Payload::of(configuration))) return false;
  use_configuration(log_.last_index(), configuration);
  refresh_peers();
  replicate_soon(log_.last_index());
  advance_commit();
  return true;
}

// A server is added as a learner first, so that it does not hold up commitment while it catches up (4.2.1);
// promote_learners() makes it a voter.
bool Group::add_server(NodeId node) {
  if (configuration_.is_member(node) || configuration_.is_joint()) return false;
  Configuration next = configuration_;
  next.learners.push_back(node);
  return propose_configuration(next);
}

bool Group::remove_server(NodeId node) {
  if (!configuration_.is_member(node) || configuration_.is_joint()) return false;
  Configuration next = configuration_;
  next.voters = without(next.voters, node);
  next.learners = without(next.learners, node);
  if (next.voters.empty()) return false;
  return propose_configuration(next);
}

bool Group::change_to(std::vector<NodeId> voters) {
  if (voters.empty() || configuration_.is_joint()) return false;
  Configuration next = configuration_;
  const bool one_server = difference(configuration_.voters, voters) <= 1;
  if (one_server || !safe_.one_change_at_a_time) {
    next.voters = std::move(voters);
  } else {
    next.incoming = std::move(voters);  // C_old,new (4.3)
  }
  for (const NodeId node : next.incoming.empty() ? next.voters : next.incoming) {
    next.learners = without(next.learners, node);
  }
  return propose_configuration(next);
}

// Called with every configuration entry as it is appended: the latest one in the log is used, committed or
// not.
void Group::use_configuration(Index index, const Configuration& configuration) {
  configuration_ = configuration;
  configuration_index_ = index;
  env_.mark(ConfigurationChanged{setup_.id, index, configuration});
}

void Group::reload_configuration() {
  configuration_ = log_.snapshot().last_index > 0 ? log_.snapshot().configuration : setup_.initial;
  configuration_index_ = log_.snapshot().last_index > 0 ? log_.snapshot().last_index : 0;
  for (Index index = log_.last_index(); index >= log_.first_index(); --index) {
    const Entry& entry = log_.at(index);
    if (entry.kind != EntryKind::configuration) continue;
    configuration_ = entry.payload.get<Configuration>();
    configuration_index_ = index;
    return;
  }
}

const Configuration& Group::configuration_at(Index index) const {
  for (Index at = std::min(index, log_.last_index()); at >= log_.first_index(); --at) {
    const Entry& entry = log_.at(at);
    if (entry.kind == EntryKind::configuration) return entry.payload.get<Configuration>();
  }
  return log_.snapshot().last_index > 0 ? log_.snapshot().configuration : setup_.initial;
}

void Group::configuration_committed(const Entry& entry) {
  const Configuration& configuration = entry.payload.get<Configuration>();
  // Leaving the group ends the obligations of a member that lost its memory; added again, it is a new one.
  if (self_.lost_memory && self_.lost_at != 0 && entry.index > self_.lost_at &&
      !configuration.is_member(env_.self())) {
    self_ = {};
    if (identity_.write(self_)) persist();
  }
  if (position_ != Position::leader) return;
  if (configuration.is_joint() && entry.index == configuration_index_) {
    Configuration next = configuration;  // C_new
    next.voters = std::exchange(next.incoming, {});
    propose_configuration(next);
  } else if (!configuration.is_voter(env_.self())) {
    become_follower(no_node);  // 4.2.2: a leader that is not in the new configuration steps down now
  }
}

void Group::promote_learners() {
  if (configuration_.learners.empty() || configuration_index_ > commit_ || configuration_.is_joint()) return;
  for (const Peer& peer : peers_) {
    const bool learns = !configuration_.is_voter(peer.node);
    if (!learns || !peer.counts || peer.match < commit_ || peer.match < configuration_index_) continue;
    Configuration next = configuration_;
    next.learners = without(next.learners, peer.node);
    next.voters.push_back(peer.node);
    propose_configuration(next);
    return;
  }
}

bool Group::transfer_leadership(NodeId to) {
  if (position_ != Position::leader || transfer_to_ != no_node || to == env_.self()) return false;
  if (!configuration_.is_voter(to)) return false;
  transfer_to_ = to;
  transfer_until_ = env_.mono() + options_.election_max;
  finish_transfer_if_ready();
  return true;
}

void Group::finish_transfer_if_ready() {
  if (transfer_to_ == no_node) return;
  Peer* target = peer_of(transfer_to_);
  if (target == nullptr || target->match != log_.last_index()) return;
  if (safe_.transfer_ends_lease) {  // the successor is elected without waiting for the lease (6.4.1)
    lease_until_ = sim::MonoTime::min();
    rounds_.clear();
  }
  env_.send(transfer_to_, TimeoutNow{setup_.id, ballot_.term});
}

}  // namespace lightcone::models::parts::raft
