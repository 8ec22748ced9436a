// A controller: a member of the Raft group that replicates the metadata, and the brokers' counterpart.
//
//   request ─▶ active? ─no─▶ NotController
//                │yes
//                └─ propose ─▶ committed and applied ─▶ every broker is told the new metadata
//
// The active controller alone watches the brokers' sessions, by its own clock; a new one gives each a fresh
// session. When nobody eligible is left of a partition, it collects the ends of the logs of all who were, and
// proposes the longest (KIP-966, unclean recovery).
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "models/kafka/messages.hpp"
#include "models/kafka/switches.hpp"
#include "models/parts/raft/group.hpp"
#include "sim/process.hpp"

namespace lightcone::models::kafka {

class Controller final : public sim::Handlers<Controller, ToControllers, group::ToMember, group::MemberFacts,
                                              std::variant<SessionCheckDue>>,
                         private group::Machine {
 public:
  Controller(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
             const std::vector<NodeId>& members, const std::vector<NodeId>& brokers);

  void start() override;
  void show(sim::FieldVisitor& visitor) const override;

  void on(const RegisterBroker& registration, const sim::From& from);
  void on(const BrokerHeartbeat& heartbeat, const sim::From& from);
  void on(const AlterPartition& wanted, const sim::From& from);
  void on(const SessionCheckDue&);
  // Everything else belongs to the group.
  template <group::GroupMessage Message>
  void on(const Message& message, const sim::From& from) {
    group_.on(message, from.node);
  }
  template <group::GroupFact Fact>
  void on(const Fact& fact) {
    group_.on(fact);
  }

  // All partitions that `broker` may lead are to be led by it. False when this controller is not active.
  bool transfer(NodeId broker);

  group::Group& raft() { return group_; }
  const group::Group& raft() const { return group_; }
  const Image& image() const { return metadata_.image(); }

 private:
  // Machine
  void apply(const group::Entry& entry) override;
  sim::Payload snapshot() const override { return metadata_.snapshot(); }
  void restore(const sim::Payload& snapshot) override { metadata_.restore(snapshot); }
  void leadership_changed(group::Position position) override;

  bool is_active() const { return group_.position() == group::Position::leader; }
  bool refuses(const sim::From& from);
  std::optional<group::Index> propose(Command command);
  void publish();
  void note_ends(const BrokerHeartbeat& heartbeat, NodeId broker);
  void recover(PartitionId id);

  // What a broker said of its log while its partition had no leader.
  struct KnownEnd {
    BrokerEpoch broker_epoch = 0;
    LogEnd end{};
  };

  sim::Env& env_;
  const Parameters& parameters_;
  std::vector<NodeId> brokers_;
  Metadata metadata_;
  group::Group group_;
  std::map<group::Index, sim::From> registering_;  // who waits for the entry at this index to be applied
  std::map<NodeId, sim::MonoTime> heard_at_;
  std::map<PartitionId, std::map<NodeId, KnownEnd>> ends_;
  std::uint64_t published_ = 0;  // version
};

}  // namespace lightcone::models::kafka
