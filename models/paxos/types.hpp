// The nouns of Paxos. "2001" is Lamport's "Paxos Made Simple", "1998" his "The Part-Time Parliament".
#pragma once

#include <boost/container/small_vector.hpp>
#include <boost/describe.hpp>
#include <compare>
#include <cstdint>

#include "sim/node_id.hpp"
#include "sim/payload.hpp"

namespace lightcone::models::paxos {

using sim::no_node;
using sim::NodeId;

using Slot = std::uint64_t;  // an instance of the protocol, from 1: a register, or an entry of the log

// A proposal's number. No two proposers share one, and a proposer never uses one twice (2001, 2.2).
struct Ballot {
  std::uint64_t round = 0;  // 0: no ballot
  std::uint32_t node = 0;   // index of the proposer
  auto operator<=>(const Ballot&) const = default;
};
BOOST_DESCRIBE_STRUCT(Ballot, (), (round, node))

// What is decided: a key_value::Command, or nothing, which is a no-op.
using Decree = sim::Payload;
bool are_equal(const Decree& a, const Decree& b);

// A decree with the ballot in which an acceptor accepted it.
struct Accepted {
  Slot slot = 0;
  Ballot ballot{};
  Decree decree{};
  bool is_chosen = false;  // the acceptor knows the decree of this slot: then it is this one
};
BOOST_DESCRIBE_STRUCT(Accepted, (), (slot, ballot, decree, is_chosen))

// Members that have agreed to something, each once.
class Members {
 public:
  void add(NodeId node);
  bool contains(NodeId node) const;
  std::size_t size() const { return nodes_.size(); }

 private:
  boost::container::small_vector<NodeId, 5> nodes_;
};

}  // namespace lightcone::models::paxos
