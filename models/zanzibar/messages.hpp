// What clients, the content service, check servers, stores and the index tell each other.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "models/zanzibar/token.hpp"
#include "models/zanzibar/tuple.hpp"
#include "models/zanzibar/verdict.hpp"
#include "sim/node_id.hpp"
#include "sim/time.hpp"
#include "sim/value.hpp"

namespace lightcone::models::zanzibar {

using RequestId = std::uint64_t;
using ShardId = std::uint32_t;
using Sequence = std::uint64_t;  // of an entry in a shard's log, from 1

// A client's write, whoever passes it on and however often: it is done once.
struct WriteId {
  NodeId client = sim::no_node;
  std::uint64_t number = 0;

  auto operator<=>(const WriteId&) const = default;
};
BOOST_DESCRIBE_STRUCT(WriteId, (), (client, number))

// --- clients and check servers -----------------------------------------------------------------------------

struct Check {  // -> Checked
  TenantId tenant = 0;
  Userset set{};
  UserId user = 0;
  Timestamp zookie = 0;  // not evaluated at anything older; 0: whatever is fresh enough by default
};
BOOST_DESCRIBE_STRUCT(Check, (), (tenant, set, user, zookie))

// Before content is changed: may the user do it, by everything that was written before? What is answered is
// the zookie to keep with the content.
struct ContentChangeCheck {  // -> Checked
  TenantId tenant = 0;
  Userset set{};
  UserId user = 0;
};
BOOST_DESCRIBE_STRUCT(ContentChangeCheck, (), (tenant, set, user))

struct Checked {
  bool is_allowed = false;
  bool is_known = false;
  Timestamp ts = 0;  // at which it was evaluated
};
BOOST_DESCRIBE_STRUCT(Checked, (), (is_allowed, is_known, ts))

struct AskToken {  // -> Issued | Refused
  TenantId tenant = 0;
  UserId user = 0;
};
BOOST_DESCRIBE_STRUCT(AskToken, (), (tenant, user))

struct Issued {
  Token token{};
};
BOOST_DESCRIBE_STRUCT(Issued, (), (token))

struct CheckToken {  // -> Checked
  Userset set{};
  Token token{};
};
BOOST_DESCRIBE_STRUCT(CheckToken, (), (set, token))

struct Read {  // -> ReadBack | Refused
  TenantId tenant = 0;
  Userset set{};
  Timestamp zookie = 0;
  bool latest = false;  // everything that was written before
};
BOOST_DESCRIBE_STRUCT(Read, (), (tenant, set, zookie, latest))

struct ReadBack {
  std::vector<Subject> subjects{};
  Timestamp ts = 0;
};
BOOST_DESCRIBE_STRUCT(ReadBack, (), (subjects, ts))

struct Expand {  // -> Expanded | Refused
  TenantId tenant = 0;
  Userset set{};
  Timestamp zookie = 0;
};
BOOST_DESCRIBE_STRUCT(Expand, (), (tenant, set, zookie))

struct Expanded {
  std::string tree{};
  Timestamp ts = 0;
};
BOOST_DESCRIBE_STRUCT(Expanded, (), (tree, ts))

struct Watch {  // -> Watched | Refused
  TenantId tenant = 0;
  Timestamp after = 0;
};
BOOST_DESCRIBE_STRUCT(Watch, (), (tenant, after))

struct TimedChange {
  Timestamp ts = 0;
  Change change{};

  auto operator<=>(const TimedChange&) const = default;
};
BOOST_DESCRIBE_STRUCT(TimedChange, (), (ts, change))

struct Watched {  // all changes of the tenant after the one timestamp, up to the other
  std::vector<TimedChange> changes{};
  Timestamp until = 0;
};
BOOST_DESCRIBE_STRUCT(Watched, (), (changes, until))

// Changes of one object, together, on condition that nothing about it was changed since.
struct Write {  // -> Written | Conflict | Refused
  TenantId tenant = 0;
  WriteId id{};
  std::vector<Change> changes{};
  Timestamp unchanged_since = -1;  // -1: unconditional
};
BOOST_DESCRIBE_STRUCT(Write, (), (tenant, id, changes, unchanged_since))

struct Written {
  Timestamp ts = 0;
};
BOOST_DESCRIBE_STRUCT(Written, (), (ts))

struct Conflict {};  // something about it was changed, and nothing was done
BOOST_DESCRIBE_STRUCT(Conflict, (), ())

struct Refused {  // and nothing was done
  std::string why{};
};
BOOST_DESCRIBE_STRUCT(Refused, (), (why))

// --- the content service -----------------------------------------------------------------------------------

struct Save {  // -> Saved | Closed | Refused
  TenantId tenant = 0;
  WriteId id{};
  Object doc{};
  UserId user = 0;
  sim::Value content{};
};
BOOST_DESCRIBE_STRUCT(Save, (), (tenant, id, doc, user, content))

struct Saved {
  Timestamp zookie = 0;
};
BOOST_DESCRIBE_STRUCT(Saved, (), (zookie))

struct Open {  // -> Opened | Closed | Refused
  TenantId tenant = 0;
  Object doc{};
  UserId user = 0;
};
BOOST_DESCRIBE_STRUCT(Open, (), (tenant, doc, user))

struct Opened {
  sim::Value content{};
};
BOOST_DESCRIBE_STRUCT(Opened, (), (content))

struct Closed {};  // to this user
BOOST_DESCRIBE_STRUCT(Closed, (), ())

// --- check servers among themselves ------------------------------------------------------------------------

struct Subcheck {  // -> Subchecked
  RequestId request = 0;
  Userset set{};
  UserId user = 0;
  Timestamp ts = 0;
  std::vector<Userset> way{};  // to it
  sim::Duration within{};
};
BOOST_DESCRIBE_STRUCT(Subcheck, (), (request, set, user, ts, way, within))

struct Subchecked {
  RequestId request = 0;
  Outcome outcome{};
};
BOOST_DESCRIBE_STRUCT(Subchecked, (), (request, outcome))

// --- check servers and the index ---------------------------------------------------------------------------

struct AskIndex {  // -> IndexAnswer
  RequestId request = 0;
  Object group{};
  UserId user = 0;
  Timestamp ts = 0;
};
BOOST_DESCRIBE_STRUCT(AskIndex, (), (request, group, user, ts))

struct IndexAnswer {
  RequestId request = 0;
  bool is_known = false;  // the index knows that timestamp
  bool is_member = false;
};
BOOST_DESCRIBE_STRUCT(IndexAnswer, (), (request, is_known, is_member))

// --- check servers and stores ------------------------------------------------------------------------------

struct StoreRead {  // -> StoreRows | Behind
  RequestId request = 0;
  Userset set{};
  Timestamp ts = 0;
  bool newest = false;  // whatever the store has, instead of `ts`
};
BOOST_DESCRIBE_STRUCT(StoreRead, (), (request, set, ts, newest))

struct StoreRows {
  RequestId request = 0;
  std::vector<Subject> subjects{};
};
BOOST_DESCRIBE_STRUCT(StoreRows, (), (request, subjects))

struct Behind {  // ask the leader
  RequestId request = 0;
  ShardId shard = 0;
  Timestamp safe = 0;
};
BOOST_DESCRIBE_STRUCT(Behind, (), (request, shard, safe))

struct StoreWatch {  // -> Watched | Refused
  TenantId tenant = 0;
  Timestamp after = 0;
};
BOOST_DESCRIBE_STRUCT(StoreWatch, (), (tenant, after))

// --- stores among themselves, and the index ----------------------------------------------------------------

using Life = std::uint32_t;  // incarnation of a shard's leader

struct Entry {
  Sequence number = 0;  // in its shard's log, from 1
  Timestamp ts = 0;
  WriteId id{};
  std::vector<Change> changes{};

  bool operator==(const Entry&) const = default;
};
BOOST_DESCRIBE_STRUCT(Entry, (), (number, ts, id, changes))
inline std::uint64_t wire_bytes(const Entry& entry) { return 32 + 23 * entry.changes.size(); }

struct Append {  // -> Appended
  ShardId shard = 0;
  Life life = 0;
  Sequence after = 0;  // the entries follow this one
  std::vector<Entry> entries{};
  Sequence decided = 0;  // whoever has so many ...
  Timestamp safe = 0;    // ... has all that is stamped up to here, and nothing else will be
};
BOOST_DESCRIBE_STRUCT(Append, (), (shard, life, after, entries, decided, safe))

struct Appended {
  ShardId shard = 0;
  Sequence has = 0;    // durably
  bool lacks = false;  // what comes before
};
BOOST_DESCRIBE_STRUCT(Appended, (), (shard, has, lacks))

struct AskLog {  // -> LogCopy, once nothing of an earlier life is taken any more
  ShardId shard = 0;
  Life life = 0;
};
BOOST_DESCRIBE_STRUCT(AskLog, (), (shard, life))

struct LogCopy {
  ShardId shard = 0;
  Life life = 0;  // of the leader that asked
  std::vector<Entry> entries{};
  Sequence reached = 0;  // so many there were once, whether or not all can be read
  Timestamp safe = 0;
};
BOOST_DESCRIBE_STRUCT(LogCopy, (), (shard, life, entries, reached, safe))

struct AskFeed {  // -> Feed
  ShardId shard = 0;
  Sequence after = 0;
};
BOOST_DESCRIBE_STRUCT(AskFeed, (), (shard, after))

struct Feed {  // decided entries, all that are stamped up to `safe`
  ShardId shard = 0;
  Sequence after = 0;
  std::vector<Entry> entries{};
  Timestamp safe = 0;
};
BOOST_DESCRIBE_STRUCT(Feed, (), (shard, after, entries, safe))

// --- timers and completions --------------------------------------------------------------------------------

struct Synced {
  std::uint64_t sync = 0;
};
BOOST_DESCRIBE_STRUCT(Synced, (), (sync))

struct HeartbeatDue {};
BOOST_DESCRIBE_STRUCT(HeartbeatDue, (), ())

struct TimeHasPassed {  // of a commit wait, or of a read in the future
  ShardId shard = 0;
};
BOOST_DESCRIBE_STRUCT(TimeHasPassed, (), (shard))

struct FeedDue {};
BOOST_DESCRIBE_STRUCT(FeedDue, (), ())

struct SnapshotDue {};
BOOST_DESCRIBE_STRUCT(SnapshotDue, (), ())

struct StepDue {  // some work was done
  RequestId step = 0;
};
BOOST_DESCRIBE_STRUCT(StepDue, (), (step))

struct ReadIsLate {
  RequestId request = 0;
};
BOOST_DESCRIBE_STRUCT(ReadIsLate, (), (request))

struct SubcheckIsLate {
  RequestId request = 0;
};
BOOST_DESCRIBE_STRUCT(SubcheckIsLate, (), (request))

struct IndexIsLate {
  RequestId request = 0;
};
BOOST_DESCRIBE_STRUCT(IndexIsLate, (), (request))

struct CheckIsLate {
  RequestId request = 0;
};
BOOST_DESCRIBE_STRUCT(CheckIsLate, (), (request))

// --- marks -------------------------------------------------------------------------------------------------

struct EntryStamped {  // and not yet decided
  ShardId shard = 0;
  Timestamp ts = 0;
};
BOOST_DESCRIBE_STRUCT(EntryStamped, (), (shard, ts))

struct EntryDecided {
  ShardId shard = 0;
  Timestamp ts = 0;
};
BOOST_DESCRIBE_STRUCT(EntryDecided, (), (shard, ts))

struct LogRecovered {  // with what the others have of what this disk had lost
  ShardId shard = 0;
  Sequence entries = 0;
};
BOOST_DESCRIBE_STRUCT(LogRecovered, (), (shard, entries))

struct ChangeAllowed {  // the content is not saved yet
  Object doc{};
  Timestamp zookie = 0;
};
BOOST_DESCRIBE_STRUCT(ChangeAllowed, (), (doc, zookie))

struct CycleCut {
  Userset set{};
};
BOOST_DESCRIBE_STRUCT(CycleCut, (), (set))

struct IndexSnapshotTaken {
  Timestamp ts = 0;
};
BOOST_DESCRIBE_STRUCT(IndexSnapshotTaken, (), (ts))

// Everything that each role handles.
using ToStore = std::variant<StoreRead, StoreWatch, Write, Append, Appended, AskLog, LogCopy, AskFeed>;
using StoreFacts = std::variant<Synced, HeartbeatDue, TimeHasPassed>;
using ToServer = std::variant<Check, AskToken, CheckToken, ContentChangeCheck, Read, Expand, Watch, Write,
                              Subcheck, Subchecked, IndexAnswer, StoreRows, Behind>;
using ServerFacts = std::variant<StepDue, ReadIsLate, SubcheckIsLate, IndexIsLate, CheckIsLate>;
using ToIndex = std::variant<AskIndex, Feed>;
using IndexFacts = std::variant<Synced, FeedDue, SnapshotDue>;
using ToContent = std::variant<Save, Open>;
using ContentFacts = std::variant<Synced>;

}  // namespace lightcone::models::zanzibar
