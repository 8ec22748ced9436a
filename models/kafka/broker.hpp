// A broker: it registers with the controllers, tells them that it lives, and hosts replicas.
//
//   start ─ recover ─▶ unregistered ─ registered, with the metadata of that moment ─▶ serves
//
// An incarnation that has not registered yet knows nothing and does nothing: whatever its predecessor was is
// over. Its epoch is that of its registration, and goes with what it tells leaders (KIP-903).
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "models/kafka/group_coordinator.hpp"
#include "models/kafka/messages.hpp"
#include "models/kafka/replica.hpp"
#include "models/kafka/transaction_coordinator.hpp"
#include "models/kafka/verifier.hpp"
#include "sim/process.hpp"

namespace lightcone::models::kafka {

class Broker final : public sim::Handlers<Broker, FromClients, FromMembersOfGroup, FromTransactionalProducers,
                                          FromLeaders, FromReplicas, FromControllers, BrokerFacts>,
                     private Replica::Host,
                     private TransactionCoordinator::Host {
 public:
  struct Places {
    std::vector<NodeId> brokers;
    std::vector<NodeId> controllers;
  };
  Broker(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs, Places places);

  void start() override;
  void show(sim::FieldVisitor& visitor) const override;

  void on(const FindLeaders&, const sim::From& from);
  void on(const InitProducerId&, const sim::From& from);
  void on(const Produce& produce, const sim::From& from);
  void on(const Poll& poll, const sim::From& from);

  void on(const JoinGroup& join, const sim::From& from);
  void on(const SyncGroup& sync, const sim::From& from);
  void on(const GroupHeartbeat& heartbeat, const sim::From& from);
  void on(const LeaveGroup& leave, const sim::From& from);
  void on(const OffsetCommit& commit, const sim::From& from);
  void on(const OffsetFetch& fetch, const sim::From& from);

  void on(const InitTransactions& init, const sim::From& from);
  void on(const AddPartitions& add, const sim::From& from);
  void on(const AddOffsets& add, const sim::From& from);
  void on(const EndTransaction& end, const sim::From& from);
  void on(const TransactionalOffsetCommit& commit, const sim::From& from);
  void on(const WriteMarker& marker, const sim::From& from);
  void on(const MarkerWritten& written, const sim::From& from);
  void on(const VerifyPartition& question, const sim::From& from);
  void on(const PartitionVerified& verified, const sim::From& from);

  void on(const FetchRecords& fetch, const sim::From& from);
  void on(const FetchedRecords& fetched, const sim::From& from);
  void on(const Diverged& diverged, const sim::From& from);
  void on(const LogStartsLater& later, const sim::From& from);
  void on(const OffsetForLeaderEpoch& question, const sim::From& from);
  void on(const EpochEndOffset& answer, const sim::From& from);

  void on(const BrokerRegistered& registered, const sim::From& from);
  void on(const HeartbeatTaken&, const sim::From& from);
  void on(const StaleEpoch& stale, const sim::From& from);
  void on(const MetadataUpdate& update, const sim::From& from);
  void on(const NotController& refusal, const sim::From& from);

  void on(const HeartbeatDue&);
  void on(const IsrCheckDue&);
  void on(const CheckpointDue&);
  void on(const WritebackDue&);
  void on(const FetchDue& due);
  void on(const Flushed& done);
  void on(const GroupCheckDue&);
  void on(const TransactionCheckDue&);
  void on(const CleanupDue&);

  BrokerEpoch epoch() const { return epoch_; }
  const std::map<PartitionId, Replica>& replicas() const { return replicas_; }
  // Null when this broker has none of the partition.
  const Replica* replica_of(PartitionId id) const {
    const auto found = replicas_.find(id);
    return found == replicas_.end() ? nullptr : &found->second;
  }

 private:
  void ask_controller(const AlterPartition& wanted) override;
  void log_changed() override;
  void leader_moved(PartitionId partition) override;
  void verify(PartitionId partition, const ProducerSession& session, std::function<void(bool)> then) override;
  NodeId leader_of(PartitionId partition) const override;

  template <class Request>
  void to_group(const Request& request, const sim::From& from);
  template <class Request>
  void to_transactions(const Request& request, const sim::From& from);
  void adopt(const Image& image);
  void speak_to_controller();
  void try_another_controller();
  void flush();
  void arm_cleanup();
  Replica* replica(PartitionId id);

  sim::Env& env_;
  const Parameters& parameters_;
  Safeguards safe_;
  Places places_;
  std::map<PartitionId, Replica> replicas_;
  std::optional<GroupCoordinator> group_;               // where the group's offsets are
  std::optional<TransactionCoordinator> transactions_;  // where the states of transactions are
  Verifier verifier_;
  sim::Stream cleaning_;
  std::uint64_t incarnation_;
  BrokerEpoch epoch_ = 0;       // 0: not registered yet
  bool is_registered_ = false;  // in epoch_, as far as it knows
  Image image_;
  Pid given_pids_ = 0;
  std::size_t controller_ = 0;  // of the controllers, the one that is spoken to
  bool is_heard_ = true;        // it answered since the last heartbeat
  std::uint64_t flushes_begun_ = 0;
  bool is_flushing_ = false;
  bool is_dirty_ = false;  // something was written since the last flush began
};

}  // namespace lightcone::models::kafka
