// What the Raft key-value store promises, and the monitor that watches the inside of it: Figure 3 of the
// paper as code. Numbers are those of SYSTEMS T18; models/parts/raft/group.hpp says where each is kept.
#pragma once

#include <boost/container/small_vector.hpp>
#include <deque>
#include <map>
#include <vector>

#include "models/parts/raft/types.hpp"
#include "models/raft/parameters.hpp"
#include "sim/claims.hpp"
#include "sim/finding.hpp"
#include "sim/simulation.hpp"

namespace lightcone::models::raft {

class Server;

std::vector<sim::Claim> claims_of(const Parameters& parameters);

// Sees every server's state after each event, and compares it with what was seen before: of that server, and
// of all others. Whatever was once committed is remembered for good (the ghost of the proofs).
class Monitor final : public sim::Monitor {
 public:
  Monitor(sim::Simulation& simulation, std::vector<sim::NodeId> servers, const Parameters& parameters);

  void after_event(sim::NodeId node) override;

 private:
  using Index = parts::raft::Index;
  using Term = parts::raft::Term;

  // What was last seen of a server.
  struct Seen {
    std::uint32_t incarnation = 0;
    parts::raft::Position position = parts::raft::Position::follower;
    Term term = 0;
    Term led_term = 0;  // that it led when its log was last looked at; 0: none
    Index commit = 0;
    Index last_index = 0;
    Index configuration_index = 0;
    std::uint64_t log_version = 0;
    std::uint64_t repeated_effects = 0;
    std::vector<Term> terms;  // of its log's entries, by index; 0 for what a snapshot covers
  };
  // What is known of a server's disk, whatever its process makes of it.
  struct Disk {
    bool is_wiped = false;       // since it was last added to the group
    Index unreadable_up_to = 0;  // entries up to here could not be read after some restart
  };
  // An entry that some log held: its term, and the term of the entry before it.
  struct Held {
    Term term;
    Term previous_term;
  };

  void look_at_leader(sim::NodeId node, const Server& server, Seen& seen);
  void look_at_log(sim::NodeId node, const Server& server, Seen& seen);
  void look_at_commit(sim::NodeId node, const Server& server, Seen& seen);
  void look_at_effects(sim::NodeId node, const Server& server, Seen& seen);
  void look_at_configurations(sim::NodeId node);
  void look_at_vote(sim::NodeId node, const Server& server);
  void look_at_members(const parts::raft::Configuration& committed);
  void check_completeness(sim::NodeId node, const Server& server);
  const Server* server_on(sim::NodeId node) const;
  bool could_be_elected(const Server& candidate) const;
  std::string name(sim::NodeId node) const;

  sim::Simulation& simulation_;
  std::vector<sim::NodeId> servers_;
  std::vector<std::size_t> slot_of_;  // by node; servers_.size(): no server
  std::vector<Seen> seen_;            // by slot
  std::vector<Disk> disks_;           // by slot
  std::map<Term, sim::NodeId> leaders_;
  std::deque<boost::container::small_vector<Held, 1>>
      entries_;  // by index: every (term, previous term) that was seen there
  struct Committed {
    Term term = 0;     // of the entry; 0: none was seen to be committed
    Term in_term = 0;  // of the leader that committed it
  };
  std::vector<Committed> committed_;         // by index
  std::deque<sim::Instant> leader_changes_;  // within the last minute
  std::int64_t allowed_leader_changes_;
};

}  // namespace lightcone::models::raft
