// What members of a Raft group tell each other, and the facts that become true on one of them. All name
// their group, so that a node can host several.
#pragma once

#include <boost/container/small_vector.hpp>
#include <boost/describe.hpp>
#include <boost/mp11/algorithm.hpp>
#include <cstdint>
#include <variant>

#include "models/parts/raft/types.hpp"

namespace lightcone::models::parts::raft {

using Entries = boost::container::small_vector<Entry, 2>;

struct RequestVote {
  GroupId group;
  Term term;
  Index last_index;
  Term last_term;
  bool pre;       // "would you vote for me?": nobody's state changes (dissertation 9.6)
  bool transfer;  // the leader asked for this election (3.10), so stickiness does not apply
};
BOOST_DESCRIBE_STRUCT(RequestVote, (), (group, term, last_index, last_term, pre, transfer))

struct Voted {
  GroupId group;
  Term term;
  bool granted;
  bool pre;
};
BOOST_DESCRIBE_STRUCT(Voted, (), (group, term, granted, pre))

struct AppendEntries {
  GroupId group;
  Term term;
  Index previous_index;
  Term previous_term;
  Index commit;
  Round round;  // an answer to it proves that the sender still led when it sent this
  Entries entries;
};
BOOST_DESCRIBE_STRUCT(AppendEntries, (), (group, term, previous_index, previous_term, commit, round, entries))
inline std::uint64_t wire_bytes(const AppendEntries& append) {
  std::uint64_t bytes = 48;
  for (const Entry& entry : append.entries) bytes += wire_bytes(entry);
  return bytes;
}

struct Appended {
  GroupId group;
  Term term;
  Round round;   // that it answers; no_round: the message was of an older term
  bool matches;  // the log agrees with the leader's up to `match`, and that much is durable
  Index match;
  Index conflict_index;  // otherwise: where to try next (5.3, the optimisation of the last paragraph)
  Term conflict_term;
  bool counts;  // false from a member that lost its memory: it may learn but not decide (3.8)
};
BOOST_DESCRIBE_STRUCT(Appended, (),
                      (group, term, round, matches, match, conflict_index, conflict_term, counts))

struct InstallSnapshot {
  GroupId group;
  Term term;
  Round round;
  Snapshot snapshot;
};
BOOST_DESCRIBE_STRUCT(InstallSnapshot, (), (group, term, round, snapshot))
inline std::uint64_t wire_bytes(const InstallSnapshot& install) { return 24 + wire_bytes(install.snapshot); }

struct TimeoutNow {  // stand for election at once (3.10)
  GroupId group;
  Term term;
};
BOOST_DESCRIBE_STRUCT(TimeoutNow, (), (group, term))

struct ReadIndex {  // a follower asks the leader up to where it must have applied to serve a read (6.4)
  GroupId group;
  std::uint64_t request;
};
BOOST_DESCRIBE_STRUCT(ReadIndex, (), (group, request))

struct ReadIndexed {
  GroupId group;
  std::uint64_t request;
  bool known;  // false: not the leader
  Index index;
};
BOOST_DESCRIBE_STRUCT(ReadIndexed, (), (group, request, known, index))

// --- facts ---------------------------------------------------------------------------------------------

struct ElectionTimedOut {  // nothing was heard from a leader for too long
  GroupId group;
  std::uint64_t attempt;
};
BOOST_DESCRIBE_STRUCT(ElectionTimedOut, (), (group, attempt))

struct HeartbeatDue {
  GroupId group;
  Term term;
};
BOOST_DESCRIBE_STRUCT(HeartbeatDue, (), (group, term))

struct BatchDue {  // proposals have waited long enough for company
  GroupId group;
  Term term;
};
BOOST_DESCRIBE_STRUCT(BatchDue, (), (group, term))

struct Persisted {  // everything written up to write number `write` is durable
  GroupId group;
  std::uint64_t write;
};
BOOST_DESCRIBE_STRUCT(Persisted, (), (group, write))

// --- marks -----------------------------------------------------------------------------------------------

struct BecameCandidate {
  GroupId group;
  Term term;
  bool pre;
};
BOOST_DESCRIBE_STRUCT(BecameCandidate, (), (group, term, pre))

struct BecameLeader {
  GroupId group;
  Term term;
  Index last_index;
};
BOOST_DESCRIBE_STRUCT(BecameLeader, (), (group, term, last_index))

struct SteppedDown {
  GroupId group;
  Term term;
  Term newer_term;  // equal to `term` when it gave up without seeing a newer one
};
BOOST_DESCRIBE_STRUCT(SteppedDown, (), (group, term, newer_term))

struct ConfigurationChanged {
  GroupId group = 0;
  Index index = 0;
  Configuration configuration;
};
BOOST_DESCRIBE_STRUCT(ConfigurationChanged, (), (group, index, configuration))

struct Truncated {  // entries from `from` on were replaced by a leader's
  GroupId group;
  Index from;
  Index last;
};
BOOST_DESCRIBE_STRUCT(Truncated, (), (group, from, last))

struct SnapshotTaken {
  GroupId group;
  Index last_index;
};
BOOST_DESCRIBE_STRUCT(SnapshotTaken, (), (group, last_index))

struct SnapshotInstalled {
  GroupId group;
  Index last_index;
};
BOOST_DESCRIBE_STRUCT(SnapshotInstalled, (), (group, last_index))

struct Recovered {  // what a restart found on its disk
  GroupId group;
  Term term;
  Index last_index;
  Index damaged_up_to;  // entries up to here were there but cannot be read; 0: none
  bool lost_memory;
};
BOOST_DESCRIBE_STRUCT(Recovered, (), (group, term, last_index, damaged_up_to, lost_memory))

// The inbox of a server that hosts a group: its own variant lists these as well.
// Everything that a member handles: the host has these among its inboxes.
using ToMember = std::variant<AppendEntries, Appended, RequestVote, Voted, InstallSnapshot, TimeoutNow,
                              ReadIndex, ReadIndexed>;
using MemberFacts = std::variant<Persisted, HeartbeatDue, ElectionTimedOut, BatchDue>;
template <class Message>
concept GroupMessage = boost::mp11::mp_contains<ToMember, Message>::value;
template <class Fact>
concept GroupFact = boost::mp11::mp_contains<MemberFacts, Fact>::value;

}  // namespace lightcone::models::parts::raft
