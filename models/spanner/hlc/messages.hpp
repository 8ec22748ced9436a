// What clients, gateways and leaseholders tell each other in the profile hlc. A gateway is whichever server a
// client talks to; a leaseholder leads a shard's group. `now` is the sender's hybrid clock.
#pragma once

#include <boost/describe.hpp>
#include <boost/mp11/algorithm.hpp>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "models/spanner/hlc/types.hpp"
#include "models/spanner/messages.hpp"

namespace lightcone::models::spanner::hlc {

// --- clients and gateways ----------------------------------------------------------------------------------

struct Select {  // -> Selected | Refused
  TransactionId id{};
  Age age{};
  std::vector<Keys> parts;
  sim::Duration ago{};  // 0: now
  bool goes_on{};       // WriteAndCommit follows
};
BOOST_DESCRIBE_STRUCT(Select, (), (id, age, parts, ago, goes_on))

struct Selected {
  std::vector<sim::Value> values;
  std::vector<Timestamp> written;  // when each was; 0: never
};
BOOST_DESCRIBE_STRUCT(Selected, (), (values, written))

struct WriteAndCommit {  // -> Committed | Refused
  TransactionId id{};
  Age age{};
  std::vector<Writes> parts;  // the record of the transaction is in the group of the first
  bool goes_on{};             // after a Select
};
BOOST_DESCRIBE_STRUCT(WriteAndCommit, (), (id, age, parts, goes_on))

struct Settle {  // what came of it? and if nothing has, nothing ever will -> Committed | Refused
  TransactionId id{};
  ShardId anchor{};
};
BOOST_DESCRIBE_STRUCT(Settle, (), (id, anchor))

// --- gateways and leaseholders -----------------------------------------------------------------------------

struct Read {  // -> Values | Uncertain | Conflict | Refused
  ShardId shard{};
  Timestamp now{};
  TransactionId id{};
  Timestamp at{};
  Timestamp limit{};  // what was written after `at` and up to here may have been there when the read began
  std::vector<std::string> keys;
  std::vector<TransactionId> passed;  // who were pending after that, and can commit after `at` only
  Age age{};
  bool reserves{};  // younger transactions shall wait a moment before they write these keys
};
BOOST_DESCRIBE_STRUCT(Read, (), (shard, now, id, at, limit, keys, passed, age, reserves))

struct Values {
  Timestamp now{};
  std::vector<sim::Value> values;
  std::vector<Timestamp> written;
};
BOOST_DESCRIBE_STRUCT(Values, (), (now, values, written))

struct Uncertain {  // something was written at `at`, and nobody knows whether before the read began
  Timestamp now{};
  Timestamp at{};
};
BOOST_DESCRIBE_STRUCT(Uncertain, (), (now, at))

struct Conflict {  // an intent is in the way
  Timestamp now{};
  TransactionId with{};
  ShardId anchor{};  // where its record is
};
BOOST_DESCRIBE_STRUCT(Conflict, (), (now, with, anchor))

struct Refresh {  // was any of these written meanwhile? -> Refreshed | Changed | Refused
  ShardId shard{};
  Timestamp now{};
  TransactionId id{};
  Timestamp since{};
  Timestamp until{};
  std::vector<std::string> keys;
};
BOOST_DESCRIBE_STRUCT(Refresh, (), (shard, now, id, since, until, keys))

struct Refreshed {
  Timestamp now{};
};
BOOST_DESCRIBE_STRUCT(Refreshed, (), (now))

struct Changed {
  Timestamp now{};
};
BOOST_DESCRIBE_STRUCT(Changed, (), (now))

struct Intent {  // -> Laid | Conflict | Refused
  ShardId shard{};
  Timestamp now{};
  TransactionId id{};
  Age age{};
  ShardId anchor{};  // this shard: the record begins with it
  Timestamp at{};    // or later
  std::vector<Write> writes;
};
BOOST_DESCRIBE_STRUCT(Intent, (), (shard, now, id, age, anchor, at, writes))

struct Laid {
  Timestamp now{};
  Timestamp at{};
};
BOOST_DESCRIBE_STRUCT(Laid, (), (now, at))

struct Heartbeat {  // its gateway lives -> Recorded
  ShardId shard{};
  Timestamp now{};
  TransactionId id{};
};
BOOST_DESCRIBE_STRUCT(Heartbeat, (), (shard, now, id))

enum class PushKind : std::uint8_t {
  timestamp,  // it shall commit after `at`
  abort,      // it shall not be, if it is younger or its gateway is dead
  settle,     // it shall not be: its client says so
};
BOOST_DESCRIBE_ENUM(PushKind, timestamp, abort, settle)

struct Push {  // -> Recorded
  ShardId shard{};
  Timestamp now{};
  TransactionId id{};
  PushKind kind{};
  Timestamp at{};
  Age age{};  // of whoever pushes
};
BOOST_DESCRIBE_STRUCT(Push, (), (shard, now, id, kind, at, age))

struct EndTransaction {  // -> Recorded
  ShardId shard{};
  Timestamp now{};
  TransactionId id{};
  Timestamp at{};  // 0: abort
  std::vector<ShardId> participants;
};
BOOST_DESCRIBE_STRUCT(EndTransaction, (), (shard, now, id, at, participants))

struct Recorded {
  Timestamp now{};
  Standing standing{};
};
BOOST_DESCRIBE_STRUCT(Recorded, (), (now, standing))

struct Resolve {  // its intents here are values, or nothing -> IntentsResolved
  ShardId shard{};
  Timestamp now{};
  TransactionId id{};
  Timestamp at{};  // 0: aborted
  std::vector<ShardId> participants;
};
BOOST_DESCRIBE_STRUCT(Resolve, (), (shard, now, id, at, participants))

struct IntentsResolved {
  Timestamp now{};
};
BOOST_DESCRIBE_STRUCT(IntentsResolved, (), (now))

// --- marks -------------------------------------------------------------------------------------------------

struct TransactionPushed {
  ShardId shard{};
  TransactionId id{};
  Timestamp at{};  // 0: aborted
};
BOOST_DESCRIBE_STRUCT(TransactionPushed, (), (shard, id, at))

struct ReadUncertain {
  TransactionId id{};
  Timestamp at{};
  Timestamp written{};
};
BOOST_DESCRIBE_STRUCT(ReadUncertain, (), (id, at, written))

// Everything that a server handles.
using ToGateway = std::variant<Select, WriteAndCommit, Settle>;
using ToLeaseholder = std::variant<Read, Refresh, Intent, Heartbeat, Push, EndTransaction, Resolve>;
template <class Message>
concept GatewayMessage = boost::mp11::mp_contains<ToGateway, Message>::value;
template <class Message>
concept LeaseholderMessage = boost::mp11::mp_contains<ToLeaseholder, Message>::value;

}  // namespace lightcone::models::spanner::hlc
