// What clients, participants and coordinators tell each other. Names are those of Gray and Lamport,
// "Consensus on Transaction Commit", TODS 2006, 3.1, where they have them.
#pragma once

#include <variant>
#include <vector>

#include "models/parts/raft/messages.hpp"
#include "models/saga/types.hpp"

namespace lightcone::models::saga {

namespace group = parts::raft;

// --- clients -----------------------------------------------------------------------------------------------

// Requests travel in connections (parts/workload/connections.hpp): none is executed twice.
struct Execute {  // -> Executed | Declined | Aborted | Refused | Reconnect; to one of its participants
  std::uint64_t connection = 0;
  std::uint64_t number = 0;
  Age age{};
  std::vector<Step> steps;
};
BOOST_DESCRIBE_STRUCT(Execute, (), (connection, number, age, steps))
inline std::uint64_t wire_bytes(const Execute& execute) { return 32 + bytes_of(execute.steps); }

struct Executed {
  std::vector<Held> answers;
};
BOOST_DESCRIBE_STRUCT(Executed, (), (answers))
inline std::uint64_t wire_bytes(const Executed& executed) { return bytes_of(executed.answers); }

struct Declined {};  // nothing was done, since something is too small
BOOST_DESCRIBE_STRUCT(Declined, (), ())

struct Aborted {};  // nothing was done: others were in the way, or did not answer
BOOST_DESCRIBE_STRUCT(Aborted, (), ())

struct Refused {};  // nothing was done: this participant cannot serve now
BOOST_DESCRIBE_STRUCT(Refused, (), ())

struct Reconnect {  // nothing was done; it is to be asked in this connection
  std::uint64_t connection = 0;
};
BOOST_DESCRIBE_STRUCT(Reconnect, (), (connection))

// --- commitment --------------------------------------------------------------------------------------------

// What a participant has to do in a transaction.
struct Part {
  NodeId participant = no_node;
  std::vector<Step> steps;
};
BOOST_DESCRIBE_STRUCT(Part, (), (participant, steps))
inline std::uint64_t wire_bytes(const Part& part) { return 4 + bytes_of(part.steps); }

// The initiator is prepared, and asks the coordinator to prepare the others. All its transactions with
// numbers below `lowest` are over.
struct BeginCommit {  // -> Decide | NotCoordinator
  TxnId txn{};
  std::uint64_t lowest = 0;
  Age age{};
  std::vector<Part> parts;    // of the others
  std::vector<Held> answers;  // of the initiator
};
BOOST_DESCRIBE_STRUCT(BeginCommit, (), (txn, lowest, age, parts, answers))
inline std::uint64_t wire_bytes(const BeginCommit& begin) {
  return 36 + bytes_of(begin.parts) + bytes_of(begin.answers);
}

struct Prepare {  // -> Vote
  TxnId txn{};
  std::uint64_t lowest = 0;
  Age age{};
  std::vector<NodeId> participants;
  std::vector<Step> steps;
};
BOOST_DESCRIBE_STRUCT(Prepare, (), (txn, lowest, age, participants, steps))
inline std::uint64_t wire_bytes(const Prepare& prepare) {
  return 32 + 4 * prepare.participants.size() + bytes_of(prepare.steps);
}

enum class Opinion : std::uint8_t {
  prepared,  // durably so: whatever is decided can be done
  aborted,   // others are in the way
  declined,
};
BOOST_DESCRIBE_ENUM(Opinion, prepared, aborted, declined)

struct Vote {
  TxnId txn{};
  Opinion opinion = Opinion::prepared;
  std::vector<Held> answers;
};
BOOST_DESCRIBE_STRUCT(Vote, (), (txn, opinion, answers))
inline std::uint64_t wire_bytes(const Vote& vote) { return 13 + bytes_of(vote.answers); }

struct Decide {  // -> Ack
  TxnId txn{};
  Outcome outcome = Outcome::abort;
  bool declined = false;
  std::vector<Held> answers;  // to the initiator: of all
};
BOOST_DESCRIBE_STRUCT(Decide, (), (txn, outcome, declined, answers))
inline std::uint64_t wire_bytes(const Decide& decide) { return 14 + bytes_of(decide.answers); }

struct Ack {  // the outcome is durable here
  TxnId txn{};
};
BOOST_DESCRIBE_STRUCT(Ack, (), (txn))

// A participant that is prepared has heard nothing since. Whoever coordinates and knows nothing of the
// transaction aborts it (presumed abort: Mohan and Lindsay 1983).
struct Inquire {  // -> Decide | NotCoordinator
  TxnId txn{};
  std::vector<NodeId> participants;
};
BOOST_DESCRIBE_STRUCT(Inquire, (), (txn, participants))
inline std::uint64_t wire_bytes(const Inquire& inquire) { return 12 + 4 * inquire.participants.size(); }

struct NotCoordinator {
  TxnId txn{};
  NodeId hint = no_node;  // who coordinates, as far as this one knows
};
BOOST_DESCRIBE_STRUCT(NotCoordinator, (), (txn, hint))

// --- facts -------------------------------------------------------------------------------------------------

struct Synced {  // everything up to write number `write` is durable
  std::uint64_t write = 0;
};
BOOST_DESCRIBE_STRUCT(Synced, (), (write))

struct LockWaitOver {
  TxnId txn{};
};
BOOST_DESCRIBE_STRUCT(LockWaitOver, (), (txn))

struct InquiryDue {
  TxnId txn{};
};
BOOST_DESCRIBE_STRUCT(InquiryDue, (), (txn))

struct OpenDue {};  // the journal is not open yet
BOOST_DESCRIBE_STRUCT(OpenDue, (), ())

struct FlushDue {};  // outcomes are made durable together
BOOST_DESCRIBE_STRUCT(FlushDue, (), ())

struct VotesOverdue {
  TxnId txn{};
};
BOOST_DESCRIBE_STRUCT(VotesOverdue, (), (txn))

struct ResendDue {};  // to participants that have not acknowledged
BOOST_DESCRIBE_STRUCT(ResendDue, (), ())

// --- marks -------------------------------------------------------------------------------------------------

struct Prepared {  // and can no longer abort by itself
  TxnId txn{};
};
BOOST_DESCRIBE_STRUCT(Prepared, (), (txn))

struct Deciding {  // all votes are there, or one that says no: the coordinator writes its decision
  TxnId txn{};
  Outcome outcome = Outcome::abort;
};
BOOST_DESCRIBE_STRUCT(Deciding, (), (txn, outcome))

struct Decided {  // and durable
  TxnId txn{};
  Outcome outcome = Outcome::abort;
};
BOOST_DESCRIBE_STRUCT(Decided, (), (txn, outcome))

struct InDoubt {  // prepared, and without news for so long that it asks
  TxnId txn{};
};
BOOST_DESCRIBE_STRUCT(InDoubt, (), (txn))

struct AbortedAlone {  // a participant that was prepared gave up
  TxnId txn{};
};
BOOST_DESCRIBE_STRUCT(AbortedAlone, (), (txn))

struct Recovered {  // what a restart found on its disk
  std::uint64_t in_doubt = 0;
  bool lost_memory = false;
};
BOOST_DESCRIBE_STRUCT(Recovered, (), (in_doubt, lost_memory))

using ToParticipant = std::variant<Execute, Prepare, Decide, NotCoordinator>;
using ParticipantFacts = std::variant<Synced, OpenDue, LockWaitOver, InquiryDue, FlushDue>;
using ToCoordinator = std::variant<BeginCommit, Vote, Inquire, Ack>;
using CoordinatorFacts = std::variant<VotesOverdue, ResendDue>;

}  // namespace lightcone::models::saga
