// What proposers, acceptors, learners and clients tell each other. A server is all three at once.
#pragma once

#include <variant>
#include <vector>

#include "models/parts/key_value/messages.hpp"
#include "models/paxos/types.hpp"

namespace lightcone::models::paxos {

using parts::key_value::Command;
using parts::key_value::Execute;
using parts::key_value::Executed;
using parts::key_value::NotLeader;
using parts::key_value::SessionUnknown;

// --- the protocol (2001, 2.2 and 2.3) ----------------------------------------------------------------------

struct Prepare {  // phase 1a -> Promise | Nack
  Ballot ballot{};
  Slot slot = 0;  // one decree: of this slot. Many: of all slots from this one on
};
BOOST_DESCRIBE_STRUCT(Prepare, (), (ballot, slot))

struct Promise {  // phase 1b: nothing below this ballot will be accepted any more
  Ballot ballot{};
  Slot slot = 0;
  std::vector<Accepted> accepted;  // the latest of each slot that was asked about
};
BOOST_DESCRIBE_STRUCT(Promise, (), (ballot, slot, accepted))

struct Accept {  // phase 2a -> Vote | Nack
  Ballot ballot{};
  Slot slot = 0;
  Decree decree{};
  Slot chosen = 0;  // many: the proposer knows every decree up to here
};
BOOST_DESCRIBE_STRUCT(Accept, (), (ballot, slot, decree, chosen))

struct Vote {  // phase 2b: accepted, and durably so
  Ballot ballot{};
  Slot slot = 0;
};
BOOST_DESCRIBE_STRUCT(Vote, (), (ballot, slot))

struct Nack {  // a higher ballot was promised: a courtesy, so that the proposer need not wait (2001, 2.5)
  Ballot ballot{};
  Slot slot = 0;
  Ballot promised{};
};
BOOST_DESCRIBE_STRUCT(Nack, (), (ballot, slot, promised))

struct Learn {  // decrees that are chosen, of successive slots
  Slot first = 0;
  std::vector<Decree> decrees;
};
BOOST_DESCRIBE_STRUCT(Learn, (), (first, decrees))

// --- the log: the distinguished proposer and the others ----------------------------------------------------

struct Heartbeat {  // -> Heard | Nack
  Ballot ballot{};
  Slot chosen = 0;  // the proposer knows every decree up to here
};
BOOST_DESCRIBE_STRUCT(Heartbeat, (), (ballot, chosen))

struct Heard {
  Ballot ballot{};
  Slot chosen = 0;  // this server knows every decree up to here
};
BOOST_DESCRIBE_STRUCT(Heard, (), (ballot, chosen))

// --- clients of registers ----------------------------------------------------------------------------------

struct Propose {  // -> Decided | Refused
  Slot slot = 0;
  bool reads = false;  // proposes nothing, asks what was decided
  Command command{};
};
BOOST_DESCRIBE_STRUCT(Propose, (), (slot, reads, command))

struct Decided {
  bool is_decided = false;  // false, to a read: nothing was decided before it
  Command command{};
};
BOOST_DESCRIBE_STRUCT(Decided, (), (is_decided, command))

struct Refused {};  // nothing was done: this server may not take part any more
BOOST_DESCRIBE_STRUCT(Refused, (), ())

// --- facts -------------------------------------------------------------------------------------------------

struct Synced {  // everything up to write number `write` is durable
  std::uint64_t write = 0;
};
BOOST_DESCRIBE_STRUCT(Synced, (), (write))

struct ElectionTimedOut {
  std::uint64_t attempt = 0;
};
BOOST_DESCRIBE_STRUCT(ElectionTimedOut, (), (attempt))

struct HeartbeatDue {
  Ballot ballot{};
};
BOOST_DESCRIBE_STRUCT(HeartbeatDue, (), (ballot))

struct TryAgain {  // a round of a register found no majority in time, or was refused some time ago
  Slot slot = 0;
  std::uint64_t attempt = 0;
};
BOOST_DESCRIBE_STRUCT(TryAgain, (), (slot, attempt))

// --- marks -------------------------------------------------------------------------------------------------

struct BeganBallot {  // phase 1
  Ballot ballot{};
  Slot slot = 0;
};
BOOST_DESCRIBE_STRUCT(BeganBallot, (), (ballot, slot))

struct Proposed {  // phase 2
  Ballot ballot{};
  Slot slot = 0;
};
BOOST_DESCRIBE_STRUCT(Proposed, (), (ballot, slot))

struct Chosen {  // as its proposer has counted
  Ballot ballot{};
  Slot slot = 0;
};
BOOST_DESCRIBE_STRUCT(Chosen, (), (ballot, slot))

struct BecameLeader {  // a majority has promised: it is the distinguished proposer
  Ballot ballot{};
  Slot first = 0;  // that it does not know the decree of
  Slot next = 0;   // for a new command
};
BOOST_DESCRIBE_STRUCT(BecameLeader, (), (ballot, first, next))

struct SteppedDown {
  Ballot ballot{};
};
BOOST_DESCRIBE_STRUCT(SteppedDown, (), (ballot))

struct Recovered {  // what a restart found on its disk
  Ballot promised{};
  Slot chosen = 0;
  bool lost_memory = false;
};
BOOST_DESCRIBE_STRUCT(Recovered, (), (promised, chosen, lost_memory))

// Everything a server of the log handles, and one of registers.
using ToReplica = std::variant<Accept, Vote, Execute, Heartbeat, Heard, Prepare, Promise, Nack, Learn>;
using ReplicaFacts = std::variant<Synced, HeartbeatDue, ElectionTimedOut>;
using ToRegister = std::variant<Propose, Prepare, Promise, Accept, Vote, Nack, Learn>;
using RegisterFacts = std::variant<Synced, TryAgain>;

}  // namespace lightcone::models::paxos
