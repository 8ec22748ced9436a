// The nouns of Raft (Ongaro and Ousterhout, USENIX ATC 2014; "dissertation" is Ongaro's of the same year).
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <vector>

#include "sim/node_id.hpp"
#include "sim/payload.hpp"
#include "sim/time.hpp"

namespace lightcone::models::parts::raft {

using sim::no_node;
using sim::NodeId;
using sim::Payload;

using Term = std::uint64_t;     // 0 before the first election
using Index = std::uint64_t;    // of a log entry; the first is 1, and 0 stands for "none"
using GroupId = std::uint32_t;  // several groups can share a node
using Round = std::uint64_t;    // of a leader's broadcasts within its term, from 1
inline constexpr Round no_round = 0;

enum class Position : std::uint8_t { follower, candidate, leader };  // "role" is a node's, in a deployment
BOOST_DESCRIBE_ENUM(Position, follower, candidate, leader)

enum class EntryKind : std::uint8_t { noop, command, configuration };
BOOST_DESCRIBE_ENUM(EntryKind, noop, command, configuration)

struct Entry {
  Index index = 0;
  Term term = 0;
  EntryKind kind = EntryKind::noop;
  Payload payload;  // the state machine's command, or a Configuration
};
BOOST_DESCRIBE_STRUCT(Entry, (), (index, term, kind, payload))
inline std::uint64_t wire_bytes(const Entry& entry) { return 24 + entry.payload.bytes(); }

// Who takes part. With `incoming` not empty the configuration is joint: both majorities must agree
// (dissertation 4.3). Learners receive the log and never count (4.2.1).
struct Configuration {
  std::vector<NodeId> voters;
  std::vector<NodeId> incoming;  // the new voters of a joint configuration
  std::vector<NodeId> learners;

  bool is_joint() const { return !incoming.empty(); }
  bool is_voter(NodeId node) const;
  bool is_member(NodeId node) const;
  // Voters old and new and learners, each once, ascending.
  std::vector<NodeId> everyone() const;

  bool operator==(const Configuration&) const = default;
};
BOOST_DESCRIBE_STRUCT(Configuration, (), (voters, incoming, learners))
inline std::uint64_t wire_bytes(const Configuration& c) {
  return 8 * (c.voters.size() + c.incoming.size() + c.learners.size());
}

// What a member must not forget: the latest term it has seen and whom it voted for in it (Figure 2).
struct Ballot {
  Term term = 0;
  NodeId voted_for = no_node;
  bool operator==(const Ballot&) const = default;
};
BOOST_DESCRIBE_STRUCT(Ballot, (), (term, voted_for))

struct Snapshot {
  Index last_index = 0;  // the last entry that it covers
  Term last_term = 0;
  Configuration configuration;  // as of last_index
  Payload state;                // of the state machine
};
BOOST_DESCRIBE_STRUCT(Snapshot, (), (last_index, last_term, configuration, state))
inline std::uint64_t wire_bytes(const Snapshot& snapshot) {
  return 16 + wire_bytes(snapshot.configuration) + snapshot.state.bytes();
}

}  // namespace lightcone::models::parts::raft
