// What can be set about a Raft group, and the safeguards that can be taken away from it.
#pragma once

#include <cstdint>

#include "sim/time.hpp"

namespace lightcone::models::parts::raft {

using sim::Duration;
using namespace std::chrono_literals;

struct Options {
  Duration election_min = 150ms;  // timeouts are uniform in [election_min, election_max]
  Duration election_max = 300ms;
  Duration heartbeat = 50ms;
  bool prevote = true;
  bool check_quorum = true;
  bool stickiness = true;                 // no vote within election_min of hearing from a leader
  Duration batch{0};                      // how long a proposal waits for company; 0: not at all
  std::uint64_t max_batch = 64;           // entries in one message
  std::uint64_t pipeline = 16;            // messages with entries on the way to one follower
  std::uint64_t snapshot_every = 10'000;  // applied entries; 0: never
  bool joint = true;    // membership changes of more than one server go through a joint configuration
  bool leases = false;  // keep a read lease
  std::int64_t drift_bound_ppm = 100'000;  // of any two clocks against each other, for leases
};

// Each is on unless its bug switch is; a switch takes away this one safeguard and nothing else.
struct Safeguards {
  bool persist_vote = true;          // term and vote are durable before a vote is answered
  bool persist_before_ack = true;    // entries are durable before they are acknowledged or counted
  bool commit_own_term_only = true;  // only entries of the leader's term are committed by counting (5.4.2)
  bool vote_checks_log = true;       // votes only for logs at least as up to date (5.4.1)
  bool vote_compares_terms = true;   // up to date: the last term first, then the length
  bool step_down_without_quorum = true;  // check-quorum does step the leader down
  bool own_commit_before_change = true;  // a leader commits in its term before it changes the configuration
  bool one_change_at_a_time = true;      // one server at a time, or joint
  bool only_voters_count = true;
  bool wiped_member_abstains = true;    // who lost its disk never votes under its old name (3.8)
  bool repair_corruption = true;        // damaged entries are fetched again, not cut off
  bool truncate_only_conflicts = true;  // a follower deletes from the first conflicting entry only
  bool noop_before_read_index = true;   // a new leader commits in its term before it serves ReadIndex (6.4)
  bool lease_allows_for_drift = true;
  bool lease_needs_stickiness = true;
  bool restarted_voter_waits = true;
  bool transfer_ends_lease = true;
  bool commit_needs_quorum = true;  // an entry is committed once a quorum has it, not the leader alone
  bool quorums_meet = true;         // a quorum is more than half of the members
};

}  // namespace lightcone::models::parts::raft
