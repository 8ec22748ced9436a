// What clients, lock servers, stores and the protected resource tell each other; what the servers of the
// consensus store tell each other besides is the Raft group's (models/parts/raft/messages.hpp).
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <variant>

#include "models/lock/table.hpp"
#include "models/parts/raft/messages.hpp"

namespace lightcone::models::lock {

namespace group = parts::raft;

using sim::NodeId;

// --- clients and lock servers --------------------------------------------------------------------------

struct OpenSession {  // -> SessionRenewed | NotLeader
  Session session;    // chosen by the client, unique
  sim::Duration ttl;
};
BOOST_DESCRIBE_STRUCT(OpenSession, (), (session, ttl))

struct KeepAlive {  // -> SessionRenewed | SessionExpired | NotLeader
  Session session;
};
BOOST_DESCRIBE_STRUCT(KeepAlive, (), (session))

struct SessionRenewed {};
BOOST_DESCRIBE_STRUCT(SessionRenewed, (), ())

struct SessionExpired {};
BOOST_DESCRIBE_STRUCT(SessionExpired, (), ())

struct NotLeader {  // nothing was done
  NodeId hint;      // who leads, as far as this server knows
};
BOOST_DESCRIBE_STRUCT(NotLeader, (), (hint))

// -> Granted, at once or when it is its turn | Held, unless it waits | SessionExpired | NotLeader.
// Asked again with the same number it is the same request.
struct Acquire {
  std::string lock;
  Session session;
  std::uint64_t number;  // of the session's acquisitions, from 1
  bool wait;
  std::uint64_t over;  // those up to this number are over, whether or not their release arrived
};
BOOST_DESCRIBE_STRUCT(Acquire, (), (lock, session, number, wait, over))

struct Granted {
  Fence fence;
};
BOOST_DESCRIBE_STRUCT(Granted, (), (fence))

struct Held {              // by somebody else
  std::uint64_t revision;  // of the lock, for Watch
};
BOOST_DESCRIBE_STRUCT(Held, (), (revision))

// Gives the lock back, or the place in the queue. -> Released | SessionExpired | NotLeader
struct Release {
  std::string lock;
  Session session;
  std::uint64_t number;
};
BOOST_DESCRIBE_STRUCT(Release, (), (lock, session, number))

struct Released {};
BOOST_DESCRIBE_STRUCT(Released, (), ())

struct Watch {  // -> LockChanged, once the lock's revision is later than this | NotLeader
  std::string lock;
  std::uint64_t revision;
};
BOOST_DESCRIBE_STRUCT(Watch, (), (lock, revision))

struct LockChanged {
  std::uint64_t revision;
};
BOOST_DESCRIBE_STRUCT(LockChanged, (), (revision))

// --- primary and backups, without consensus --------------------------------------------------------------

struct Replicate {  // heartbeat and state, not acknowledged: the primary does not wait
  std::uint64_t epoch;
  std::uint64_t version;
  sim::Payload table;  // absent from a mere heartbeat
};
BOOST_DESCRIBE_STRUCT(Replicate, (), (epoch, version))

// --- clients and independent stores (Redlock) --------------------------------------------------------------

struct SetIfAbsent {  // -> StoreAnswer
  std::string lock;
  std::uint64_t token;  // unique for each try
  sim::Duration ttl;
};
BOOST_DESCRIBE_STRUCT(SetIfAbsent, (), (lock, token, ttl))

struct DeleteIfEqual {  // not answered
  std::string lock;
  std::uint64_t token;
};
BOOST_DESCRIBE_STRUCT(DeleteIfEqual, (), (lock, token))

struct StoreAnswer {
  bool done;
};
BOOST_DESCRIBE_STRUCT(StoreAnswer, (), (done))

// --- clients and the protected resource --------------------------------------------------------------------

struct ReadResource {  // -> ResourceValue | StaleFence
  std::string key;
  Fence fence;
};
BOOST_DESCRIBE_STRUCT(ReadResource, (), (key, fence))

struct ResourceValue {
  std::int64_t value;
};
BOOST_DESCRIBE_STRUCT(ResourceValue, (), (value))

struct WriteResource {  // -> ResourceWritten | StaleFence
  std::string key;
  Fence fence;
  std::int64_t value;
};
BOOST_DESCRIBE_STRUCT(WriteResource, (), (key, fence, value))

struct ResourceWritten {};
BOOST_DESCRIBE_STRUCT(ResourceWritten, (), ())

struct StaleFence {  // nothing was done: a later holder has been here
  Fence highest;
};
BOOST_DESCRIBE_STRUCT(StaleFence, (), (highest))

struct PeekResource {  // a read outside any lock -> ResourceValue
  std::string key;
};
BOOST_DESCRIBE_STRUCT(PeekResource, (), (key))

// --- facts -------------------------------------------------------------------------------------------------

struct ExpiryDue {};  // time to look for sessions that have expired
BOOST_DESCRIBE_STRUCT(ExpiryDue, (), ())

struct HeartbeatDue {
  std::uint64_t epoch;
};
BOOST_DESCRIBE_STRUCT(HeartbeatDue, (), (epoch))

struct PrimarySilent {  // nothing was heard from the primary for too long
  std::uint64_t attempt;
};
BOOST_DESCRIBE_STRUCT(PrimarySilent, (), (attempt))

struct Stored {  // everything up to this write is durable
  std::uint64_t write;
};
BOOST_DESCRIBE_STRUCT(Stored, (), (write))

// --- marks -------------------------------------------------------------------------------------------------

struct EnteredSection {  // the client believes that it holds the lock
  std::string lock;
  Fence fence;
};
BOOST_DESCRIBE_STRUCT(EnteredSection, (), (lock, fence))

struct LeftSection {
  std::string lock;
  Fence fence;
};
BOOST_DESCRIBE_STRUCT(LeftSection, (), (lock, fence))

struct CheckedLease {  // it is still good; what follows is done without looking again
  std::string lock;
  Fence fence;
};
BOOST_DESCRIBE_STRUCT(CheckedLease, (), (lock, fence))

struct LockGranted {
  std::string lock;
  Session session;
  Fence fence;
};
BOOST_DESCRIBE_STRUCT(LockGranted, (), (lock, session, fence))

struct LeaseEnded {  // a session expired
  Session session;
};
BOOST_DESCRIBE_STRUCT(LeaseEnded, (), (session))

struct BecamePrimary {
  std::uint64_t epoch;
};
BOOST_DESCRIBE_STRUCT(BecamePrimary, (), (epoch))

// Everything that the processes handle.
using FromClients = std::variant<OpenSession, KeepAlive, Acquire, Release, Watch>;

}  // namespace lightcone::models::lock
