#include "models/kafka/broker.hpp"

#include <algorithm>

#include "sim/fields_of.hpp"

namespace lightcone::models::kafka {

namespace {

constexpr int looks_a_lag = 4;  // for followers that lag, in the time after which they do
// For members of a group and transactions that are open, in the time after which that is too long.
constexpr int looks_a_session = 6;
constexpr Pid pids_a_broker = 1'000'000;  // that one incarnation can give

}  // namespace

Broker::Broker(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs, Places places)
    : env_(env),
      parameters_(parameters),
      safe_(safeguards_without(bugs, parameters)),
      places_(std::move(places)),
      verifier_(env, parameters.transaction_timeout),
      cleaning_(env.stream("cleanup")),
      incarnation_(env.stream("incarnation").next()) {
  for (PartitionId id = 0; id < static_cast<PartitionId>(parameters.all_partitions()); ++id) {
    const std::vector<NodeId> replicas = replicas_of(id, places_.brokers, parameters.rf);
    if (std::find(replicas.begin(), replicas.end(), env.self()) == replicas.end()) continue;
    Replica::Host& host = *this;
    replicas_.try_emplace(id, env, parameters_, safe_, host, id);
  }
  Replica* offsets = parameters.has_group() ? replica(parameters.offsets_partition()) : nullptr;
  if (offsets != nullptr) group_.emplace(env, parameters_, safe_, *offsets);
  Replica* states = parameters.has_transactions() ? replica(parameters.transactions_partition()) : nullptr;
  TransactionCoordinator::Host& host = *this;
  if (states != nullptr) transactions_.emplace(env, parameters_, safe_, host, *states);
}

void Broker::start() {
  for (auto& [id, replica] : replicas_) replica.recover();
  speak_to_controller();
  env_.after(parameters_.heartbeat, HeartbeatDue{});
  env_.after(parameters_.lag_max / looks_a_lag, IsrCheckDue{});
  env_.after(parameters_.checkpoint_every, CheckpointDue{});
  if (parameters_.flush == Flush::none) env_.after(parameters_.writeback, WritebackDue{});
  if (parameters_.is_cleaned()) arm_cleanup();
  if (group_) env_.after(parameters_.session_timeout / looks_a_session, GroupCheckDue{});
  if (transactions_) env_.after(parameters_.transaction_timeout / looks_a_session, TransactionCheckDue{});
}

void Broker::show(sim::FieldVisitor& visitor) const {
  sim::visit_field("epoch", epoch_, visitor);
  sim::visit_field("metadata", image_.version, visitor);
  for (const auto& [id, replica] : replicas_) replica.show(visitor);
  if (group_) group_->show(visitor);
  if (transactions_) transactions_->show(visitor);
}

Replica* Broker::replica(PartitionId id) {
  const auto found = replicas_.find(id);
  return found == replicas_.end() ? nullptr : &found->second;
}

// --- clients -----------------------------------------------------------------------------------------------

void Broker::on(const FindLeaders&, const sim::From& from) {
  Leaders leaders;
  for (const PartitionState& partition : image_.partitions)
    leaders.partitions.push_back({partition.leader, partition.leader_epoch});
  env_.reply(from, std::move(leaders));
}

// Broker epochs are unique, so what is counted within one is.
void Broker::on(const InitProducerId&, const sim::From& from) {
  if (epoch_ == 0 || given_pids_ + 1 == pids_a_broker) return env_.reply(from, Refused{Reason::not_leader});
  env_.reply(from, ProducerIdGiven{epoch_ * pids_a_broker + ++given_pids_});
}

void Broker::on(const Produce& produce, const sim::From& from) {
  if (Replica* here = replica(produce.partition)) {
    here->on(produce, from);
  } else if (produce.acks != Acks::none) {
    env_.reply(from, Refused{Reason::not_leader});
  }
}

void Broker::on(const Poll& poll, const sim::From& from) {
  if (Replica* here = replica(poll.partition)) {
    here->on(poll, from);
  } else {
    env_.reply(from, Refused{Reason::not_leader});
  }
}

// --- the consumer group ------------------------------------------------------------------------------------

template <class Request>
void Broker::to_group(const Request& request, const sim::From& from) {
  if (group_) {
    group_->on(request, from);
  } else {
    env_.reply(from, GroupRefused{GroupReason::not_coordinator});
  }
}

void Broker::on(const JoinGroup& join, const sim::From& from) { to_group(join, from); }
void Broker::on(const SyncGroup& sync, const sim::From& from) { to_group(sync, from); }
void Broker::on(const GroupHeartbeat& heartbeat, const sim::From& from) { to_group(heartbeat, from); }
void Broker::on(const LeaveGroup& leave, const sim::From& from) {
  if (group_) group_->on(leave, from);
}
void Broker::on(const OffsetCommit& commit, const sim::From& from) { to_group(commit, from); }
void Broker::on(const OffsetFetch& fetch, const sim::From& from) { to_group(fetch, from); }

void Broker::on(const GroupCheckDue&) {
  env_.after(parameters_.session_timeout / looks_a_session, GroupCheckDue{});
  group_->check();
}

void Broker::leader_moved(PartitionId partition) {
  if (group_ && partition == parameters_.offsets_partition()) group_->replica_moved();
  if (transactions_ && partition == parameters_.transactions_partition()) transactions_->replica_moved();
}

// --- transactions ------------------------------------------------------------------------------------------

template <class Request>
void Broker::to_transactions(const Request& request, const sim::From& from) {
  if (transactions_) {
    transactions_->on(request, from);
  } else {
    env_.reply(from, TransactionRefused{TransactionReason::not_coordinator});
  }
}

void Broker::on(const InitTransactions& init, const sim::From& from) { to_transactions(init, from); }
void Broker::on(const AddPartitions& add, const sim::From& from) { to_transactions(add, from); }
void Broker::on(const AddOffsets& add, const sim::From& from) { to_transactions(add, from); }
void Broker::on(const EndTransaction& end, const sim::From& from) { to_transactions(end, from); }
void Broker::on(const TransactionalOffsetCommit& commit, const sim::From& from) { to_group(commit, from); }

void Broker::on(const WriteMarker& marker, const sim::From& from) {
  if (Replica* here = replica(marker.partition)) here->on(marker, from);
}

void Broker::on(const MarkerWritten& written, const sim::From&) {
  if (transactions_) transactions_->on(written);
}

void Broker::on(const VerifyPartition& question, const sim::From& from) {
  if (transactions_) transactions_->on(question, from);
}

void Broker::on(const PartitionVerified& verified, const sim::From&) { verifier_.on(verified); }

void Broker::on(const TransactionCheckDue&) {
  env_.after(parameters_.transaction_timeout / looks_a_session, TransactionCheckDue{});
  transactions_->check();
}

void Broker::verify(PartitionId partition, const ProducerSession& session, std::function<void(bool)> then) {
  const NodeId coordinator = leader_of(parameters_.transactions_partition());
  if (coordinator != no_node) verifier_.ask(coordinator, session, partition, std::move(then));
}

NodeId Broker::leader_of(PartitionId partition) const {
  return partition < image_.partitions.size() ? image_.partitions[partition].leader : no_node;
}

// --- replicas ----------------------------------------------------------------------------------------------

void Broker::on(const FetchRecords& fetch, const sim::From& from) {
  if (Replica* here = replica(fetch.partition)) here->on(fetch, from.node);
}

void Broker::on(const FetchedRecords& fetched, const sim::From&) {
  if (Replica* here = replica(fetched.partition)) here->on(fetched);
}

void Broker::on(const Diverged& diverged, const sim::From&) {
  if (Replica* here = replica(diverged.partition)) here->on(diverged);
}

void Broker::on(const LogStartsLater& later, const sim::From&) {
  if (Replica* here = replica(later.partition)) here->on(later);
}

void Broker::on(const OffsetForLeaderEpoch& question, const sim::From& from) {
  if (Replica* here = replica(question.partition)) here->on(question, from.node);
}

void Broker::on(const EpochEndOffset& answer, const sim::From&) {
  if (Replica* here = replica(answer.partition)) here->on(answer);
}

void Broker::on(const FetchDue& due) {
  if (Replica* here = replica(due.partition)) here->on(due);
}

void Broker::on(const IsrCheckDue&) {
  env_.after(parameters_.lag_max / looks_a_lag, IsrCheckDue{});
  for (auto& [id, replica] : replicas_) replica.check_followers();
}

// --- controllers -------------------------------------------------------------------------------------------

void Broker::try_another_controller() { controller_ = (controller_ + 1) % places_.controllers.size(); }

void Broker::speak_to_controller() {
  const NodeId to = places_.controllers[controller_];
  is_heard_ = false;
  if (!is_registered_) {
    env_.send(to, RegisterBroker{incarnation_});
    return;
  }
  BrokerHeartbeat heartbeat{epoch_, image_.version, {}};
  for (const auto& [id, replica] : replicas_) {
    if (const auto end = replica.end_without_leader()) heartbeat.ends.push_back(*end);
  }
  env_.send(to, std::move(heartbeat));
}

void Broker::on(const HeartbeatDue&) {
  env_.after(parameters_.heartbeat, HeartbeatDue{});
  if (!is_heard_) try_another_controller();
  speak_to_controller();
}

void Broker::on(const NotController& refusal, const sim::From& from) {
  if (from.node != places_.controllers[controller_]) return;
  const auto hinted = std::find(places_.controllers.begin(), places_.controllers.end(), refusal.hint);
  if (hinted == places_.controllers.end()) return;  // nobody leads: another is tried at the next heartbeat
  controller_ = static_cast<std::size_t>(hinted - places_.controllers.begin());
  speak_to_controller();
}

void Broker::on(const BrokerRegistered& registered, const sim::From&) {
  is_heard_ = true;
  if (registered.epoch <= epoch_ || registered.incarnation != incarnation_) return;
  epoch_ = registered.epoch;
  is_registered_ = true;
  adopt(registered.image.get<Image>());
}

void Broker::on(const HeartbeatTaken&, const sim::From&) { is_heard_ = true; }

// An earlier incarnation's registration has arrived only now, and this one counts as gone.
void Broker::on(const StaleEpoch& stale, const sim::From&) {
  is_heard_ = true;
  if (stale.epoch != epoch_) return;
  is_registered_ = false;
  speak_to_controller();
}

void Broker::on(const MetadataUpdate& update, const sim::From& from) {
  if (from.node == places_.controllers[controller_]) is_heard_ = true;
  if (epoch_ == 0) return;
  if (update.version <= image_.version && safe_.refuses_old_metadata) return;
  adopt(update.image.get<Image>());
}

void Broker::adopt(const Image& image) {
  image_ = image;
  for (auto& [id, replica] : replicas_) replica.adopt(image_.partitions.at(id), image_.brokers);
}

void Broker::ask_controller(const AlterPartition& wanted) {
  env_.send(places_.controllers[controller_], wanted);
}

// --- the disk ----------------------------------------------------------------------------------------------

void Broker::log_changed() {
  is_dirty_ = true;
  if (parameters_.flush == Flush::every) flush();
}

void Broker::flush() {
  if (is_flushing_ || !is_dirty_) return;
  is_flushing_ = true;
  is_dirty_ = false;
  ++flushes_begun_;
  for (auto& [id, replica] : replicas_) replica.flush_began(flushes_begun_);
  env_.sync(Flushed{flushes_begun_});
}

void Broker::on(const Flushed& done) {
  is_flushing_ = false;
  for (auto& [id, replica] : replicas_) replica.flushed(done.flush);
  if (parameters_.flush == Flush::every) flush();
}

void Broker::on(const CheckpointDue&) {
  env_.after(parameters_.checkpoint_every, CheckpointDue{});
  for (auto& [id, replica] : replicas_) replica.write_checkpoint();
}

// Nobody flushes: the operating system does, in its own time.
void Broker::on(const WritebackDue&) {
  env_.after(parameters_.writeback, WritebackDue{});
  flush();
}

// Everybody in their own time.
void Broker::arm_cleanup() {
  const auto every = static_cast<std::uint64_t>(parameters_.cleanup_every.count());
  const std::uint64_t more = cleaning_.below(every);
  env_.after(parameters_.cleanup_every / 2 + sim::Duration(static_cast<std::int64_t>(more)), CleanupDue{});
}

void Broker::on(const CleanupDue&) {
  arm_cleanup();
  for (auto& [id, replica] : replicas_) replica.clean_up();
}

}  // namespace lightcone::models::kafka
