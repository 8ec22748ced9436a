// What clients and servers of the quorum store tell each other.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "models/dynamo/version.hpp"
#include "models/parts/gossip/members.hpp"
#include "models/parts/gossip/swim.hpp"
#include "sim/node_id.hpp"
#include "sim/time.hpp"
#include "sim/value.hpp"

namespace lightcone::models::dynamo {

// --- clients and coordinators ------------------------------------------------------------------------------

struct Get {  // -> Got | Refused | NotMember
  std::string key{};
  Tag floor{};  // nothing older, if the client keeps its session
};
BOOST_DESCRIBE_STRUCT(Get, (), (key, floor))

// Puts travel in connections, as over TCP: a server does not take one again that the network doubles, nor one
// that was meant for an incarnation before it.
struct Put {  // -> Written | Refused | Unsure | Reconnect | NotMember
  std::uint64_t connection = 0;
  std::uint64_t number = 0;  // the client's puts count up
  std::string key{};
  sim::Value value{};
  bool deleted = false;
  sim::WallTime at{};  // the client's clock
  Tag floor{};         // as above
};
BOOST_DESCRIBE_STRUCT(Put, (), (connection, number, key, value, deleted, at, floor))

// A put where versions have dots. In a connection, as above.
struct CausalPut {  // -> CausalWritten | Refused | Unsure | Reconnect | NotMember
  std::uint64_t connection = 0;
  std::uint64_t number = 0;
  std::string key{};
  sim::Value value{};
  bool deleted = false;
  Context context{};  // of what the client has read
  WriteId write = 0;
};
BOOST_DESCRIBE_STRUCT(CausalPut, (), (connection, number, key, value, deleted, context, write))

struct Reconnect {  // nothing was done
  std::uint64_t connection = 0;
};
BOOST_DESCRIBE_STRUCT(Reconnect, (), (connection))

struct Got {
  Version version{};
};
BOOST_DESCRIBE_STRUCT(Got, (), (version))

struct Written {
  Tag tag{};
};
BOOST_DESCRIBE_STRUCT(Written, (), (tag))

struct CausalWritten {
  Version version{};  // the siblings that it now is one of
};
BOOST_DESCRIBE_STRUCT(CausalWritten, (), (version))

struct Refused {};  // no quorum answered, and nothing was written
BOOST_DESCRIBE_STRUCT(Refused, (), ())

struct NotMember {};  // the server has left the ring, or was removed: others know the key
BOOST_DESCRIBE_STRUCT(NotMember, (), ())

struct Unsure {};  // some replicas may have it
BOOST_DESCRIBE_STRUCT(Unsure, (), ())

// --- coordinators and replicas -----------------------------------------------------------------------------

using RequestId = std::uint64_t;

// A write gets its dot from one replica, whoever answers first, which adds it to what it knows of the key.
struct AskToTake {  // -> WillTake | Outdated
  RequestId request = 0;
  std::uint32_t epoch = 0;
};
BOOST_DESCRIBE_STRUCT(AskToTake, (), (request, epoch))

struct WillTake {  // -> Take
  RequestId request = 0;
  std::uint64_t connection = 0;
};
BOOST_DESCRIBE_STRUCT(WillTake, (), (request, connection))

struct Take {  // -> Taken | Outdated, when it is durable; not twice, and not by a later incarnation
  RequestId request = 0;
  std::uint64_t connection = 0;
  std::string key{};
  Sibling content{};
  Context context{};
  NodeId stands_for = sim::no_node;  // the owner, if the replica is none
  std::uint32_t epoch = 0;
};
BOOST_DESCRIBE_STRUCT(Take, (), (request, connection, key, content, context, stands_for, epoch))

struct Taken {
  RequestId request = 0;
  Version version{};
};
BOOST_DESCRIBE_STRUCT(Taken, (), (request, version))

struct RGet {  // -> RGot | Outdated
  RequestId request = 0;
  std::string key{};
  std::uint32_t epoch = 0;  // of the ring that the coordinator knows
};
BOOST_DESCRIBE_STRUCT(RGet, (), (request, key, epoch))

struct RGot {
  RequestId request = 0;
  Version version{};
  std::int64_t collected = 0;  // no tombstone beyond this counter was ever forgotten here
};
BOOST_DESCRIBE_STRUCT(RGot, (), (request, version, collected))

struct RPut {  // -> RPutDone | Outdated, when it is durable
  RequestId request = 0;
  std::string key{};
  Version version{};
  std::uint32_t epoch = 0;
};
BOOST_DESCRIBE_STRUCT(RPut, (), (request, key, version, epoch))

struct RPutDone {
  RequestId request = 0;
};
BOOST_DESCRIBE_STRUCT(RPutDone, (), (request))

struct RepairPut {  // to a replica that a read found behind
  Keyed entry{};
};
BOOST_DESCRIBE_STRUCT(RepairPut, (), (entry))

// --- hinted hand-off ---------------------------------------------------------------------------------------

struct Hint {  // -> HintKept, when it is durable
  RequestId request = 0;
  NodeId target{};
  Keyed entry{};
};
BOOST_DESCRIBE_STRUCT(Hint, (), (request, target, entry))

struct HintKept {
  RequestId request = 0;
  NodeId target{};
};
BOOST_DESCRIBE_STRUCT(HintKept, (), (request, target))

struct HandOff {  // -> HandedOver, when it is durable
  std::uint64_t hint = 0;
  Keyed entry{};
};
BOOST_DESCRIBE_STRUCT(HandOff, (), (hint, entry))

struct HandedOver {
  std::uint64_t hint = 0;
};
BOOST_DESCRIBE_STRUCT(HandedOver, (), (hint))

// --- anti-entropy, about the keys that both own ------------------------------------------------------------

struct MerkleRoot {  // -> MerkleEqual | MerkleNodes
  std::uint64_t root = 0;
};
BOOST_DESCRIBE_STRUCT(MerkleRoot, (), (root))

struct MerkleEqual {
  std::uint64_t root = 0;
};
BOOST_DESCRIBE_STRUCT(MerkleEqual, (), (root))

struct MerkleNodes {  // -> SyncKeys
  std::vector<std::uint64_t> leaves{};
};
BOOST_DESCRIBE_STRUCT(MerkleNodes, (), (leaves))

struct SyncKeys {  // -> SyncedKeys: all that is in the leaves that differ
  std::vector<std::uint64_t> leaves{};
  std::vector<Keyed> entries{};
};
BOOST_DESCRIBE_STRUCT(SyncKeys, (), (leaves, entries))

struct SyncedKeys {  // what the other lacked
  std::vector<Keyed> entries{};
};
BOOST_DESCRIBE_STRUCT(SyncedKeys, (), (entries))

// --- a replica that lost its disk --------------------------------------------------------------------------

struct CopyRequest {  // -> Copy
  std::uint64_t attempt = 0;
};
BOOST_DESCRIBE_STRUCT(CopyRequest, (), (attempt))

struct Copy {
  std::uint64_t attempt = 0;
  std::vector<Keyed> entries{};
  std::int64_t collected = 0;
};
BOOST_DESCRIBE_STRUCT(Copy, (), (attempt, entries, collected))

// --- who the servers are -----------------------------------------------------------------------------------

struct KnownMember {
  NodeId server{};
  parts::gossip::Member member{};
};
BOOST_DESCRIBE_STRUCT(KnownMember, (), (server, member))

struct Gossip {  // -> GossipBack
  std::vector<KnownMember> members{};
  std::uint64_t checksum = 0;
};
BOOST_DESCRIBE_STRUCT(Gossip, (), (members, checksum))

struct GossipBack {
  std::vector<KnownMember> members{};
  std::uint64_t checksum = 0;
};
BOOST_DESCRIBE_STRUCT(GossipBack, (), (members, checksum))

struct Outdated {  // the coordinator has missed a step of one of these
  RequestId request = 0;
  std::vector<KnownMember> members{};
};
BOOST_DESCRIBE_STRUCT(Outdated, (), (request, members))

struct JoinStep {  // -> JoinStepDone, when it is noted on disk
  KnownMember newcomer{};
};
BOOST_DESCRIBE_STRUCT(JoinStep, (), (newcomer))

struct JoinStepDone {
  std::uint32_t step = 0;
  std::vector<Keyed> entries{};  // of the ranges that it is to own, when it has begun to join
};
BOOST_DESCRIBE_STRUCT(JoinStepDone, (), (step, entries))

// Of the ranges of a server that leaves or is removed, to who owns them next.
struct StreamRange {  // -> RangeStored, when it is durable
  std::uint64_t batch = 0;
  std::vector<KnownMember> members{};
  std::vector<Keyed> entries{};
};
BOOST_DESCRIBE_STRUCT(StreamRange, (), (batch, members, entries))

struct RangeStored {
  std::uint64_t batch = 0;
};
BOOST_DESCRIBE_STRUCT(RangeStored, (), (batch))

struct Removal {  // -> RemovalDone, when it is noted on disk, and new owners have what is here
  NodeId removed{};
  std::vector<KnownMember> members{};
};
BOOST_DESCRIBE_STRUCT(Removal, (), (removed, members))

struct RemovalDone {
  NodeId removed{};
};
BOOST_DESCRIBE_STRUCT(RemovalDone, (), (removed))

// --- who is up (models/parts/gossip/swim.hpp)
// ----------------------------------------------------------------

struct Probe {  // -> ProbeAnswer
  std::uint64_t number = 0;
  std::vector<parts::gossip::Swim::Update> updates{};
};
BOOST_DESCRIBE_STRUCT(Probe, (), (number, updates))

struct ProbeFor {  // -> ProbeAnswer, if the target gives one
  std::uint64_t number = 0;
  NodeId target{};
  std::vector<parts::gossip::Swim::Update> updates{};
};
BOOST_DESCRIBE_STRUCT(ProbeFor, (), (number, target, updates))

struct ProbeAnswer {
  std::uint64_t number = 0;
  std::vector<parts::gossip::Swim::Update> updates{};
};
BOOST_DESCRIBE_STRUCT(ProbeAnswer, (), (number, updates))

// --- timers and completions --------------------------------------------------------------------------------

struct DeadlinePassed {
  RequestId request = 0;
};
BOOST_DESCRIBE_STRUCT(DeadlinePassed, (), (request))

struct OwnersAreLate {  // time to turn to fallbacks
  RequestId request = 0;
};
BOOST_DESCRIBE_STRUCT(OwnersAreLate, (), (request))

struct HandOffDue {};
BOOST_DESCRIBE_STRUCT(HandOffDue, (), ())

struct AntiEntropyDue {};
BOOST_DESCRIBE_STRUCT(AntiEntropyDue, (), ())

struct CopyDue {};
BOOST_DESCRIBE_STRUCT(CopyDue, (), ())

struct GossipDue {};
BOOST_DESCRIBE_STRUCT(GossipDue, (), ())

struct JoinDue {};
BOOST_DESCRIBE_STRUCT(JoinDue, (), ())

struct StreamsDue {};
BOOST_DESCRIBE_STRUCT(StreamsDue, (), ())

struct ProbeDue {};
BOOST_DESCRIBE_STRUCT(ProbeDue, (), ())

struct ProbeLate {  // no answer yet
  std::uint64_t number = 0;
};
BOOST_DESCRIBE_STRUCT(ProbeLate, (), (number))

struct MembershipPersisted {
  std::uint64_t write = 0;
};
BOOST_DESCRIBE_STRUCT(MembershipPersisted, (), (write))

struct Persisted {
  std::uint64_t write = 0;
};
BOOST_DESCRIBE_STRUCT(Persisted, (), (write))

// --- marks -------------------------------------------------------------------------------------------------

struct FirstCopyStored {  // a write has begun to exist, and is not yet acknowledged
  std::string key{};
};
BOOST_DESCRIBE_STRUCT(FirstCopyStored, (), (key))

struct HintStored {
  NodeId target{};
};
BOOST_DESCRIBE_STRUCT(HintStored, (), (target))

struct StepTaken {  // by a server that joins or leaves, or for one that is removed
  std::uint32_t step = 0;
};
BOOST_DESCRIBE_STRUCT(StepTaken, (), (step))

struct TombstoneCollected {
  std::string key{};
};
BOOST_DESCRIBE_STRUCT(TombstoneCollected, (), (key))

// Everything a server handles.
using ToServer =
    std::variant<RGet, RGot, RPut, RPutDone, Get, Put, RepairPut, Hint, HintKept, HandOff, HandedOver,
                 MerkleRoot, MerkleEqual, MerkleNodes, SyncKeys, SyncedKeys, CopyRequest, Copy, CausalPut,
                 AskToTake, WillTake, Take, Taken, Gossip, GossipBack, Outdated, JoinStep, JoinStepDone,
                 StreamRange, RangeStored, Removal, RemovalDone, Probe, ProbeFor, ProbeAnswer>;
using ServerFacts =
    std::variant<Persisted, DeadlinePassed, OwnersAreLate, HandOffDue, AntiEntropyDue, CopyDue, GossipDue,
                 JoinDue, StreamsDue, ProbeDue, ProbeLate, MembershipPersisted>;

}  // namespace lightcone::models::dynamo
