// What clients and leaders of shards tell each other; what the members of a group tell each other besides is
// in models/parts/raft/messages.hpp. Whatever comes from another place says which shard it is for.
#pragma once

#include <boost/describe.hpp>
#include <boost/mp11/algorithm.hpp>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "models/parts/raft/messages.hpp"
#include "models/spanner/types.hpp"

namespace lightcone::models::spanner {

namespace group = parts::raft;

// --- clients and leaders -----------------------------------------------------------------------------------

struct LockAndRead {  // -> Locked, once it is granted | Refused
  ShardId shard{};
  TransactionId id{};
  Age age{};
  std::string key;
  LockMode mode{};
};
BOOST_DESCRIBE_STRUCT(LockAndRead, (), (shard, id, age, key, mode))

struct Locked {
  Term term;         // of the leader
  sim::Value value;  // that the key holds
};
BOOST_DESCRIBE_STRUCT(Locked, (), (term, value))

struct KeepAlive {  // the transaction goes on, elsewhere
  ShardId shard{};
  TransactionId id{};
};
BOOST_DESCRIBE_STRUCT(KeepAlive, (), (shard, id))

struct GiveUp {  // the client does not go on with it
  ShardId shard{};
  TransactionId id{};
};
BOOST_DESCRIBE_STRUCT(GiveUp, (), (shard, id))

struct Commit {     // to the coordinator -> Committed | Refused
  ShardId shard{};  // whose leader coordinates; the first of `parts`
  TransactionId id{};
  std::vector<Part> parts;
};
BOOST_DESCRIBE_STRUCT(Commit, (), (shard, id, parts))

struct Committed {
  Timestamp at;
};
BOOST_DESCRIBE_STRUCT(Committed, (), (at))

struct ReadAt {  // -> ReadThen | Refused
  ShardId shard{};
  Timestamp at{};
  std::vector<std::string> keys;
  bool from_leader{};  // else any replica answers, once it may
};
BOOST_DESCRIBE_STRUCT(ReadAt, (), (shard, at, keys, from_leader))

struct ReadThen {
  std::vector<sim::Value> values;
};
BOOST_DESCRIBE_STRUCT(ReadThen, (), (values))

enum class Reason : std::uint8_t {
  not_leader,
  no_lease,  // it leads, and must not serve yet, or any more
  aborted,   // the transaction will never commit
};
BOOST_DESCRIBE_ENUM(Reason, not_leader, no_lease, aborted)

struct Refused {
  Reason reason;
  NodeId hint;  // who leads, as far as this server knows
};
BOOST_DESCRIBE_STRUCT(Refused, (), (reason, hint))

// --- leaders of different groups ---------------------------------------------------------------------------

struct Prepare {  // -> Prepared
  ShardId shard{};
  TransactionId id{};
  ShardId coordinator{};
  Part part;
  std::vector<ShardId> participants;
};
BOOST_DESCRIBE_STRUCT(Prepare, (), (shard, id, coordinator, part, participants))

struct Prepared {   // also: what came of it? -> Decided
  ShardId shard{};  // the coordinator's
  TransactionId id{};
  ShardId participant{};
  Timestamp at{};  // 0: it cannot be committed
};
BOOST_DESCRIBE_STRUCT(Prepared, (), (shard, id, participant, at))

struct Decided {  // -> Resolved
  ShardId shard{};
  TransactionId id{};
  ShardId coordinator{};
  Timestamp at{};  // 0: aborted
};
BOOST_DESCRIBE_STRUCT(Decided, (), (shard, id, coordinator, at))

struct Resolved {  // a participant's log has the decision
  ShardId shard{};
  TransactionId id{};
  ShardId participant{};
};
BOOST_DESCRIBE_STRUCT(Resolved, (), (shard, id, participant))

// --- within a group ----------------------------------------------------------------------------------------

// A replica that has applied its log up to `index` has seen all that commits at or before `at`, save what is
// prepared (MinNextTS: Spanner, section 4.2.4).
struct SafeTime {
  ShardId shard{};
  group::Index index{};
  Timestamp at{};
};
BOOST_DESCRIBE_STRUCT(SafeTime, (), (shard, index, at))

// --- facts -------------------------------------------------------------------------------------------------

struct RoundDue {};  // time to look after what should have gone on
BOOST_DESCRIBE_STRUCT(RoundDue, (), ())

struct ClockDue {  // a timestamp may have passed
  ShardId shard;
};
BOOST_DESCRIBE_STRUCT(ClockDue, (), (shard))

// --- marks -------------------------------------------------------------------------------------------------

struct LeaseBegan {
  ShardId shard{};
  Lease lease{};
};
BOOST_DESCRIBE_STRUCT(LeaseBegan, (), (shard, lease))

struct TransactionPrepared {
  ShardId shard{};
  TransactionId id{};
  Timestamp at{};
};
BOOST_DESCRIBE_STRUCT(TransactionPrepared, (), (shard, id, at))

struct TransactionDecided {
  ShardId shard{};
  TransactionId id{};
  Timestamp at{};
};
BOOST_DESCRIBE_STRUCT(TransactionDecided, (), (shard, id, at))

struct TransactionShown {  // from now on the client and the participants may know
  ShardId shard{};
  TransactionId id{};
  Timestamp at{};
};
BOOST_DESCRIBE_STRUCT(TransactionShown, (), (shard, id, at))

struct TransactionWounded {
  ShardId shard{};
  TransactionId id{};
  TransactionId by{};
};
BOOST_DESCRIBE_STRUCT(TransactionWounded, (), (shard, id, by))

// Everything that a server handles.
using FromClients = std::variant<LockAndRead, KeepAlive, GiveUp, Commit, ReadAt>;
using FromLeaders = std::variant<Prepare, Prepared, Decided, Resolved, SafeTime>;
template <class Message>
concept ShardMessage = boost::mp11::mp_contains<FromClients, Message>::value ||
                       boost::mp11::mp_contains<FromLeaders, Message>::value;
using ServerFacts = std::variant<RoundDue, ClockDue>;

}  // namespace lightcone::models::spanner
