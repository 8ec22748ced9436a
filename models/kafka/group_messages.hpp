// What members of a consumer group and its coordinator tell each other. The coordinator is the broker that
// leads the partition in which the group's offsets are.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <variant>
#include <vector>

#include "models/kafka/content.hpp"

namespace lightcone::models::kafka {

// What a member has while it asks for another assignment.
struct Holding {
  MemberId member = 0;
  NodeId node = no_node;
  Generation generation = 0;  // in which it was given this; 0: it has nothing
  std::vector<PartitionId> partitions;
};
BOOST_DESCRIBE_STRUCT(Holding, (), (member, node, generation, partitions))

struct JoinGroup {          // -> Joined | GroupRefused, when all members have asked or their time is over
  std::uint64_t round = 0;  // of this member's joins
  Holding holding;
};
BOOST_DESCRIBE_STRUCT(JoinGroup, (), (round, holding))

struct Joined {
  Generation generation = 0;
  MemberId leader = 0;           // who says who gets what
  std::vector<Holding> members;  // for the leader
};
BOOST_DESCRIBE_STRUCT(Joined, (), (generation, leader, members))

struct SyncGroup {  // -> Synced | GroupRefused
  MemberId member = 0;
  Generation generation = 0;
  std::vector<Share> shares;  // from the leader
};
BOOST_DESCRIBE_STRUCT(SyncGroup, (), (member, generation, shares))

struct Synced {
  Generation generation = 0;
  std::vector<PartitionId> partitions;
};
BOOST_DESCRIBE_STRUCT(Synced, (), (generation, partitions))

struct GroupHeartbeat {  // -> GroupHeartbeatTaken | GroupRefused
  MemberId member = 0;
  Generation generation = 0;
};
BOOST_DESCRIBE_STRUCT(GroupHeartbeat, (), (member, generation))

struct GroupHeartbeatTaken {};
BOOST_DESCRIBE_STRUCT(GroupHeartbeatTaken, (), ())

struct LeaveGroup {  // no answer
  MemberId member = 0;
};
BOOST_DESCRIBE_STRUCT(LeaveGroup, (), (member))

struct OffsetOf {
  PartitionId partition = 0;
  Position position;
};
BOOST_DESCRIBE_STRUCT(OffsetOf, (), (partition, position))

struct OffsetCommit {  // -> OffsetsCommitted | GroupRefused
  MemberId member = 0;
  Generation generation = 0;
  std::vector<OffsetOf> offsets;
};
BOOST_DESCRIBE_STRUCT(OffsetCommit, (), (member, generation, offsets))

struct OffsetsCommitted {};
BOOST_DESCRIBE_STRUCT(OffsetsCommitted, (), ())

struct OffsetFetch {  // -> OffsetsFetched | GroupRefused
  std::vector<PartitionId> partitions;
};
BOOST_DESCRIBE_STRUCT(OffsetFetch, (), (partitions))

struct OffsetsFetched {
  std::vector<OffsetOf> offsets;  // in the order of the question; 0 where nothing was ever committed
};
BOOST_DESCRIBE_STRUCT(OffsetsFetched, (), (offsets))

enum class GroupReason : std::uint8_t {
  not_coordinator,        // or not yet, or it cannot write
  unknown_member,         // the group goes on without this member
  illegal_generation,     // it goes on in another generation
  rebalance_in_progress,  // every member has to join again
};
BOOST_DESCRIBE_ENUM(GroupReason, not_coordinator, unknown_member, illegal_generation, rebalance_in_progress)

struct GroupRefused {
  GroupReason reason{};
};
BOOST_DESCRIBE_STRUCT(GroupRefused, (), (reason))

// --- marks -------------------------------------------------------------------------------------------------

struct GroupRebalancing {  // after this generation
  Generation generation = 0;
};
BOOST_DESCRIBE_STRUCT(GroupRebalancing, (), (generation))

struct GroupStable {
  Generation generation = 0;
  std::uint64_t members = 0;
};
BOOST_DESCRIBE_STRUCT(GroupStable, (), (generation, members))

struct MemberExpired {
  NodeId node;
};
BOOST_DESCRIBE_STRUCT(MemberExpired, (), (node))

struct PartitionsAssigned {  // a member has been told so
  Generation generation = 0;
  std::vector<PartitionId> partitions;
};
BOOST_DESCRIBE_STRUCT(PartitionsAssigned, (), (generation, partitions))

struct OffsetsWereCommitted {  // a member has been told so
  std::vector<OffsetOf> offsets;
};
BOOST_DESCRIBE_STRUCT(OffsetsWereCommitted, (), (offsets))

struct BatchPolled {  // a member begins to process it
  PartitionId partition = 0;
  Offset offset = 0;
  std::uint64_t records = 0;
};
BOOST_DESCRIBE_STRUCT(BatchPolled, (), (partition, offset, records))

using FromMembersOfGroup =
    std::variant<JoinGroup, SyncGroup, GroupHeartbeat, LeaveGroup, OffsetCommit, OffsetFetch>;

}  // namespace lightcone::models::kafka
