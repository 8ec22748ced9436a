// The producing half of a transaction: one producer of many instances that come after each other under one
// transactional id.
//
//   prepare ─▶ begin ─▶ send ... ─▶ send_offset ─▶ end(commit or abort) ─▶ begin ...
//
// Whoever is fenced is this producer no more; only prepare() makes it one again, at the cost of another.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "models/kafka/directory.hpp"
#include "models/kafka/transaction_messages.hpp"
#include "sim/workload.hpp"

namespace lightcone::models::kafka {

class TransactionalProducer {
 public:
  TransactionalProducer(sim::Env& env, const Parameters& parameters, const sim::Workload& workload,
                        Directory& directory, TransactionalId id);

  // One try to become the producer of this id. False: to be tried again.
  sim::Task<bool> prepare();
  bool is_ready() const { return is_ready_; }

  // What became of a step. `unknown`: it may have been done, or be done yet.
  enum class Step : std::uint8_t { done, fenced, refused, unknown };
  void begin(std::uint64_t attempt);
  sim::Task<Step> send(PartitionId partition, std::int64_t value, Output output);
  // refused: the group has another generation.
  sim::Task<Step> send_offset(MemberId member, Generation generation, OffsetOf offset);
  sim::Task<Step> end(Verdict verdict);

  TransactionalId id() const { return id_; }

 private:
  sim::Task<Step> add(PartitionId partition);
  sim::Task<Step> produce(Produce produce);
  sim::Task<> look_elsewhere();
  sim::Duration left() const;
  bool has_time() const;
  Step was_refused(TransactionReason reason);
  void use(const ProducerSession& session);
  NodeId coordinator() const { return directory_.leader_of(parameters_.transactions_partition()).leader; }

  sim::Env& env_;
  const Parameters& parameters_;
  const sim::Workload& workload_;
  Directory& directory_;
  TransactionalId id_;
  ProducerSession session_;
  bool is_ready_ = false;
  bool is_unsure_ = false;  // whether all that was sent in this epoch has arrived
  std::uint64_t attempt_ = 0;
  std::uint64_t records_ = 0;
  sim::MonoTime deadline_{};  // of the transaction
  std::set<PartitionId> added_;
  std::map<PartitionId, std::uint64_t> sequences_;  // the next
};

}  // namespace lightcone::models::kafka
