// What the controllers agree on, as a state machine: which brokers live, and of each partition who leads it,
// in which epoch, and which replicas may lead it next.
//
//   ISR         the replicas without which nothing is committed; any of them can lead
//   ELR         those that left an ISR that became smaller than min_isr. Nothing has been committed since, so
//               they have all that was, and can lead when nobody of the ISR is there (KIP-966)
//   last known  those that were of either and came back from an unclean shutdown: what they hold may be less
//               than what they acknowledged. When nobody else is left, the longest log of all of them leads
//
// Changes of a partition are compared and set by its epochs, so a request that was overtaken does nothing.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <vector>

#include "models/kafka/record.hpp"
#include "sim/payload.hpp"

namespace lightcone::models::kafka {

struct BrokerState {
  BrokerEpoch epoch = 0;
  std::uint64_t incarnation = 0;  // what the broker called itself when it registered
  bool fenced = false;            // its session has expired: it leads nothing, and is in no ISR
};
BOOST_DESCRIBE_STRUCT(BrokerState, (), (epoch, incarnation, fenced))

struct PartitionState {
  std::vector<NodeId> replicas;
  std::vector<NodeId> isr;
  std::vector<NodeId> elr;
  std::vector<NodeId> last_known;
  NodeId leader = no_node;
  LeaderEpoch leader_epoch = 0;
  PartitionEpoch epoch = 0;
};
BOOST_DESCRIBE_STRUCT(PartitionState, (), (replicas, isr, elr, last_known, leader, leader_epoch, epoch))

struct Image {
  std::uint64_t version = 0;  // one more with each change
  BrokerEpoch last_broker_epoch = 0;
  std::map<NodeId, BrokerState> brokers;
  std::vector<PartitionState> partitions;  // by PartitionId
};
BOOST_DESCRIBE_STRUCT(Image, (), (version, last_broker_epoch, brokers, partitions))

struct IsrMember {
  NodeId broker;
  BrokerEpoch epoch = 0;  // of the incarnation that is meant (KIP-903)
};
BOOST_DESCRIBE_STRUCT(IsrMember, (), (broker, epoch))

enum class Verb : std::uint8_t { register_broker, fence, unfence, alter_partition, recover, transfer };
BOOST_DESCRIBE_ENUM(Verb, register_broker, fence, unfence, alter_partition, recover, transfer)

struct Command {
  Verb verb = Verb::fence;
  NodeId broker = no_node;  // whom it is about; alter_partition: who leads; recover: who shall lead
  BrokerEpoch broker_epoch = 0;
  std::uint64_t incarnation = 0;  // register_broker
  PartitionId partition = 0;      // alter_partition, recover
  LeaderEpoch leader_epoch = 0;   // alter_partition, recover
  PartitionEpoch epoch = 0;       // alter_partition
  std::vector<IsrMember> isr{};   // alter_partition
};
BOOST_DESCRIBE_STRUCT(Command, (),
                      (verb, broker, broker_epoch, incarnation, partition, leader_epoch, epoch, isr))

class Metadata {
 public:
  struct Policy {
    std::int64_t min_isr = 2;
    bool elr = true;       // false: the last of an ISR stays in it, whatever happened to it
    bool unclean = false;  // anybody may lead when nobody of the ISR or the ELR is there
  };

  // Every partition begins with all replicas in its ISR, and the first of them as its leader.
  Metadata(const Policy& policy, const std::vector<NodeId>& brokers, std::int64_t partitions,
           std::int64_t rf);

  // Returns the epoch of the command's broker.
  BrokerEpoch apply(const Command& command);
  const Image& image() const { return image_; }

  sim::Payload snapshot() const { return sim::Payload::of(image_); }
  // An empty payload: the initial state.
  void restore(const sim::Payload& snapshot);

 private:
  enum class Leaving : std::uint8_t { with_its_log, unclean };

  void register_broker(const Command& command);
  void fence(const Command& command);
  void unfence(const Command& command);
  void alter(const Command& command);
  void recover(const Command& command);
  void transfer(const Command& command);
  void remove(PartitionState& partition, NodeId broker, Leaving leaving);
  void elect(PartitionState& partition);
  void lead(PartitionState& partition, NodeId broker);
  void changed(PartitionState& partition);
  bool is_alive(NodeId broker) const;
  bool is_current(NodeId broker, BrokerEpoch epoch) const;
  bool is_too_small(const PartitionState& partition) const;

  Policy policy_;
  Image image_;
  Image initial_;
};

// Where the replicas of a partition are: at `rf` brokers in a row, another first one for each partition.
std::vector<NodeId> replicas_of(PartitionId partition, const std::vector<NodeId>& brokers, std::int64_t rf);

}  // namespace lightcone::models::kafka
