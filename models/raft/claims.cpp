#include "models/raft/claims.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/raft/server.hpp"

namespace lightcone::models::raft {

using parts::raft::Configuration;
using parts::raft::Position;
using sim::Assumption;
using sim::Claim;
using sim::NodeId;
namespace judged_by = sim::judged_by;

namespace {

Claim reads_claim(const Parameters& parameters) {
  Claim claim{"P18.7", "each key is linearizable", Assumption::a0, judged_by::Linearizability{"kv"}, {}};
  if (parameters.read_mode == ReadMode::lease) claim.assumption = Assumption::a2;
  if (parameters.read_mode == ReadMode::local)
    claim.weakly_satisfies = "writes are linearizable, reads may be stale";
  return claim;
}

}  // namespace

namespace {

// What is left of P18.7 where any server answers from what it has (dissertation 6.4.1).
Claim sessions_claim() {
  using sim::judged_by::SessionGuarantee;
  Claim claim;
  claim.id = "P18.7s";
  claim.statement = "a client never reads something older than what it has read or written before";
  claim.judged_by =
      judged_by::Sessions{{SessionGuarantee::monotonic_reads, SessionGuarantee::read_your_writes}};
  claim.only_on_request = true;  // decided for plain reads and writes only
  return claim;
}

}  // namespace

std::vector<Claim> claims_of(const Parameters& parameters) {
  std::vector<Claim> claims = {
      Claim{"P18.1", "at most one leader in each term", Assumption::a0},
      Claim{"P18.2", "a leader never removes or overwrites entries of its own log", Assumption::a0},
      Claim{"P18.3", "logs that hold the same entry agree in all entries before it", Assumption::a0},
      Claim{"P18.4", "what was committed is in the log of every later leader", Assumption::a0},
      Claim{"P18.5", "no two servers apply different entries at one index", Assumption::a0},
      Claim{"P18.6", "a command takes effect once, however often its client tries", Assumption::a0},
      reads_claim(parameters),
      Claim{"P18.8", "any two configurations that can be active together have common quorums",
            Assumption::a0},
      Claim{"P18.9", "a server that has lost its disk never votes under its old identity", Assumption::a1},
      Claim{"P18.10", "a damaged copy of a committed entry costs nothing while others have it",
            Assumption::a1},
  };
  if (parameters.read_mode == ReadMode::local) claims.push_back(sessions_claim());
  const sim::Duration within = parameters.election_max * 10;
  claims.push_back({"L18.1",
                    "after the heal a leader is there and answers",
                    Assumption::a3,
                    judged_by::Recovery{within},
                    {}});
  Claim stable{"L18.2",
               fmt::format("at most {} changes of leader in any minute while a majority is connected",
                           parameters.leader_changes_a_minute),
               Assumption::a3};
  stable.only_on_request = true;
  claims.push_back(std::move(stable));
  claims.push_back({"L18.3",
                    "clients of a connected majority are never without an answer for five election timeouts",
                    Assumption::a3,
                    judged_by::Availability{parameters.election_max * 5},
                    {},
                    true});
  return claims;
}

Monitor::Monitor(sim::Simulation& simulation, std::vector<NodeId> servers, const Parameters& parameters)
    : simulation_(simulation),
      servers_(std::move(servers)),
      slot_of_(simulation.node_count(), servers_.size()),
      seen_(servers_.size()),
      disks_(servers_.size()),
      allowed_leader_changes_(parameters.leader_changes_a_minute) {
  for (std::size_t slot = 0; slot < servers_.size(); ++slot) slot_of_[servers_[slot].index] = slot;
}

std::string Monitor::name(NodeId node) const { return simulation_.node(node).node_name(); }

const Server* Monitor::server_on(NodeId node) const {
  return static_cast<const Server*>(simulation_.node(node).process());
}

void Monitor::after_event(NodeId node) {
  const std::size_t slot = slot_of_[node.index];
  if (slot == servers_.size()) return;
  Seen& seen = seen_[slot];
  const Server* server = server_on(node);
  if (server == nullptr) {
    seen = {};
    return;
  }
  const std::uint32_t incarnation = simulation_.node(node).incarnation();
  const auto& group = server->raft();
  if (seen.incarnation != incarnation) {
    seen = {};
    seen.incarnation = incarnation;
    if (group.began_wiped()) disks_[slot].is_wiped = true;
    disks_[slot].unreadable_up_to = std::max(disks_[slot].unreadable_up_to, group.unreadable_up_to());
  }
  if (disks_[slot].is_wiped && group.voted_for() != sim::no_node) look_at_vote(node, *server);
  if (group.position() != seen.position || group.term() != seen.term) look_at_leader(node, *server, seen);
  if (group.log().version() != seen.log_version) look_at_log(node, *server, seen);
  if (group.commit_index() != seen.commit) look_at_commit(node, *server, seen);
  if (server->store().repeated_effects() != seen.repeated_effects) look_at_effects(node, *server, seen);
}

// P18.1
void Monitor::look_at_leader(NodeId node, const Server& server, Seen& seen) {
  const auto& group = server.raft();
  seen.position = group.position();
  seen.term = group.term();
  if (seen.position != Position::leader) return;
  const auto [known, is_new] = leaders_.emplace(seen.term, node);
  if (!is_new && known->second != node) {
    simulation_.report({"P18.1",
                        "split-brain",
                        fmt::format("{} became leader of term {}, of which {} had been leader", name(node),
                                    seen.term, name(known->second)),
                        {known->second, node}});
  }
  check_completeness(node, server);
  leader_changes_.push_back(simulation_.now());
  while (simulation_.now() - leader_changes_.front() > std::chrono::minutes(1)) leader_changes_.pop_front();
  if (static_cast<std::int64_t>(leader_changes_.size()) > allowed_leader_changes_) {
    simulation_.report({"L18.2",
                        "unavailable",
                        fmt::format("{} leaders were elected within a minute, the last one {}",
                                    leader_changes_.size(), name(node)),
                        {node}});
  }
}

// P18.9: its disk is gone, and no configuration since then has been without it.
void Monitor::look_at_vote(NodeId node, const Server& server) {
  const auto& group = server.raft();
  simulation_.report({"P18.9",
                      "invariant(P18.9)",
                      fmt::format("{} voted for {} in term {} after its disk was wiped", name(node),
                                  name(group.voted_for()), group.term()),
                      {node}});
}

// Leaving the group ends the obligations of a server that lost its disk; added again, it is a new one.
void Monitor::look_at_members(const Configuration& committed) {
  for (std::size_t slot = 0; slot < servers_.size(); ++slot) {
    if (!committed.is_member(servers_[slot])) disks_[slot] = {};
  }
}

// P18.4: the new leader holds every entry that was committed in an earlier term. A server can become leader
// of an old term late, when a later one has committed what it never heard of: nobody follows it.
void Monitor::check_completeness(NodeId node, const Server& server) {
  const auto& log = server.raft().log();
  for (Index index = log.first_index(); index < committed_.size(); ++index) {
    const auto [committed, in_term] = committed_[index];
    if (committed == 0 || in_term >= server.raft().term()) continue;
    const auto held = log.term_at(index);
    if (held == committed) continue;
    std::string text =
        fmt::format("{} became leader of term {} {} at index {}, where an entry of term {} was committed",
                    name(node), server.raft().term(),
                    held ? fmt::format("with an entry of term {}", *held) : std::string("without an entry"),
                    index, committed);
    const auto damaged = std::find_if(disks_.begin(), disks_.end(),
                                      [&](const Disk& disk) { return disk.unreadable_up_to >= index; });
    if (damaged != disks_.end()) {
      const NodeId owner = servers_[static_cast<std::size_t>(damaged - disks_.begin())];
      simulation_.report({"P18.10",
                          "lost-write",
                          fmt::format("{}; {} could not read its copy", text, name(owner)),
                          {node, owner}});
    }
    simulation_.report({"P18.4", "lost-write", std::move(text), {node}});
    return;
  }
}

// P18.2 and P18.3
void Monitor::look_at_log(NodeId node, const Server& server, Seen& seen) {
  const auto& group = server.raft();
  const auto& log = group.log();
  const bool leads = group.position() == Position::leader;
  const bool led = leads && seen.led_term == group.term() && log.first_index() <= seen.last_index;
  if (led &&
      (log.last_index() < seen.last_index || log.term_at(seen.last_index) != seen.terms[seen.last_index])) {
    simulation_.report({"P18.2",
                        "invariant(P18.2)",
                        fmt::format("{} led term {} and lost the entry at index {} of its own log",
                                    name(node), group.term(), seen.last_index),
                        {node}});
  }
  // Back from the end to the first entry that was there before: by induction all before it were, too.
  seen.terms.resize(log.last_index() + 1);
  if (entries_.size() <= log.last_index()) entries_.resize(log.last_index() + 1);
  Term previous = log.last_term();
  for (Index index = log.last_index(); index >= log.first_index(); --index) {
    const Term term = previous;
    if (seen.terms[index] == term && index <= seen.last_index) break;
    seen.terms[index] = term;
    previous = log.term_at(index - 1).value_or(0);
    auto& held = entries_[index];
    const auto same =
        std::find_if(held.begin(), held.end(), [term](const Held& h) { return h.term == term; });
    if (same == held.end()) {
      held.push_back({term, previous});
    } else if (same->previous_term != previous) {
      simulation_.report(
          {"P18.3",
           "invariant(P18.3)",
           fmt::format(
               "{} holds entry {} of term {} behind an entry of term {}, another log behind one of term {}",
               name(node), index, term, previous, same->previous_term),
           {node}});
    }
  }
  seen.led_term = leads ? group.term() : 0;
  seen.log_version = log.version();
  seen.last_index = log.last_index();
  look_at_configurations(node);
}

// P18.5: whoever commits an index commits the same entry.
void Monitor::look_at_commit(NodeId node, const Server& server, Seen& seen) {
  const auto& group = server.raft();
  const auto& log = group.log();
  if (committed_.size() <= group.commit_index()) committed_.resize(group.commit_index() + 1);
  for (Index index = std::max(seen.commit + 1, log.first_index()); index <= group.commit_index(); ++index) {
    const auto term = log.term_at(index);
    if (!term) break;
    auto& [committed, in_term] = committed_[index];
    if (committed == 0) {
      committed = *term;
      in_term = group.term();  // the leader's: nobody knows of a commit before it does
      const auto& entry = log.at(index);
      if (entry.kind == parts::raft::EntryKind::configuration)
        look_at_members(entry.payload.get<Configuration>());
    } else if (committed != *term) {
      simulation_.report(
          {"P18.5",
           "invariant(P18.5)",
           fmt::format("{} committed an entry of term {} at index {}, another server one of term {}",
                       name(node), *term, index, committed),
           {node}});
    }
  }
  seen.commit = group.commit_index();
}

// P18.6
void Monitor::look_at_effects(NodeId node, const Server& server, Seen& seen) {
  const auto& command = server.store().last_repeated();
  simulation_.report({"P18.6",
                      "duplicate-effect",
                      fmt::format("{} executed command {} of session {} on key {} a second time", name(node),
                                  command.sequence, command.session, command.key),
                      {node}});
  seen.repeated_effects = server.store().repeated_effects();
}

// Would enough of the voters in its configuration grant it a vote, by their logs alone?
bool Monitor::could_be_elected(const Server& candidate) const {
  const auto& group = candidate.raft();
  const auto reach = group.log().reach();
  const auto would_vote = [&](NodeId node) -> std::uint64_t {
    const Server* voter = server_on(node);
    if (voter == nullptr) return 1;  // it is down, and nobody here knows its log
    const auto own = voter->raft().log().reach();
    return reach.term != own.term ? reach.term > own.term : reach.index >= own.index;
  };
  return reached_by_quorum(group.configuration(), parts::raft::Counting::voters, would_vote) == 1;
}

// P18.8. Only configurations that some server could lead under count: an old one whose quorum has moved on is
// no danger.
void Monitor::look_at_configurations(NodeId node) {
  const Server* here = server_on(node);
  const Configuration& own = here->raft().configuration();
  for (const NodeId other : servers_) {
    const Server* there = other == node ? nullptr : server_on(other);
    if (there == nullptr || there->raft().configuration() == own) continue;
    const Configuration& theirs = there->raft().configuration();
    if (have_common_quorums(own, theirs) || !could_be_elected(*here) || !could_be_elected(*there)) continue;
    simulation_.report(
        {"P18.8",
         "invariant(P18.8)",
         fmt::format("{} and {} could both be elected, by disjoint quorums of their configurations",
                     name(node), name(other)),
         {node, other}});
  }
}

}  // namespace lightcone::models::raft
