#include "models/kafka/producer.hpp"

#include <algorithm>
#include <utility>

namespace lightcone::models::kafka {

using parts::Ending;

namespace {

// After a refusal: who leads is not asked in a loop.
constexpr sim::Duration breather = std::chrono::milliseconds(20);

std::string_view in_words(Reason reason) {
  switch (reason) {
    case Reason::not_leader:
      return "not the leader";
    case Reason::no_high_watermark:
      return "no high watermark yet";
    case Reason::not_enough_replicas:
      return "not enough replicas";
    case Reason::out_of_order:
      return "out of order";
    case Reason::producer_fenced:
      return "fenced";
    case Reason::disk_full:
      return "disk full";
    case Reason::not_verified:
      return "not in a transaction";
  }
  return {};
}

}  // namespace

Producer::Producer(sim::Env& env, const Parameters& parameters, const sim::Workload& workload,
                   Directory& directory)
    : env_(env),
      parameters_(parameters),
      workload_(workload),
      directory_(directory),
      sequences_(static_cast<std::size_t>(parameters.partitions)) {}

sim::Duration Producer::left(sim::MonoTime deadline) const {
  return std::clamp(deadline - env_.mono(), sim::Duration::zero(), workload_.timeout);
}

Record Producer::stamped(PartitionId partition, std::int64_t value, Content content) {
  Record record;
  record.producer = env_.self();
  record.number = ++records_;
  record.value = value;
  record.content = std::move(content);
  if (!parameters_.idempotent) return record;
  record.pid = pid_;
  record.producer_epoch = epoch_;
  record.sequence = sequences_[partition]++;
  return record;
}

sim::Task<> Producer::get_pid(sim::MonoTime deadline) {
  while (pid_ == 0 && env_.mono() < deadline) {
    InitProducerId request;
    const NodeId broker = directory_.any_broker();
    auto reply = co_await sim::call<ProducerIdGiven, Refused>(env_, broker, request, left(deadline));
    if (pid_ != 0) break;  // another record's question was answered meanwhile
    if (reply && std::holds_alternative<ProducerIdGiven>(*reply)) {
      pid_ = std::get<ProducerIdGiven>(*reply).pid;
    } else if (reply) {
      co_await sim::sleep(env_, breather);
    }
  }
}

sim::Task<Ending> Producer::send(PartitionId partition, std::int64_t value, Content content) {
  const std::int64_t tries = workload_.retry == sim::Retry::none ? 1 : 1 + workload_.retry_max;
  const sim::MonoTime deadline = env_.mono() + workload_.timeout * tries;
  if (parameters_.idempotent && pid_ == 0) co_await get_pid(deadline);
  if (parameters_.idempotent && pid_ == 0) co_return Ending{sim::Outcome::fail, {}, "no producer id"};
  Produce produce{partition, parameters_.acks, stamped(partition, value, std::move(content))};
  const Record record = produce.record;
  Ending ending = co_await send_until(produce, deadline);
  if (ending.outcome != sim::Outcome::ok) give_up(record);
  co_return ending;
}

// Only what was never sent certainly did not happen: a refusal says nothing of a copy that is under way.
sim::Task<Ending> Producer::send_until(Produce produce, sim::MonoTime deadline) {
  std::int64_t unanswered = 0;
  bool was_sent = false;
  std::string_view error = "no leader";
  while (env_.mono() < deadline) {
    const NodeId leader = directory_.leader_of(produce.partition).leader;
    Tried tried{Try::refused, 0, 0, "no leader"};
    if (leader != no_node) {
      was_sent = true;
      if (produce.acks == Acks::none) {
        env_.send(leader, produce);
        co_return Ending{sim::Outcome::ok, {}, {}, leader};
      }
      tried = co_await try_once(produce, leader, deadline);
    }
    if (tried.result == Try::written) {
      note_acknowledged(produce, tried);
      co_return Ending{sim::Outcome::ok, static_cast<std::int64_t>(tried.offset), {}, leader};
    }
    error = tried.error;
    if (tried.result == Try::hopeless) break;
    if (tried.result == Try::unknown &&
        (workload_.retry != sim::Retry::same_id || ++unanswered > workload_.retry_max))
      break;
    co_await directory_.refresh(left(deadline));
    if (tried.result != Try::unknown) co_await sim::sleep(env_, breather);
  }
  co_return Ending{was_sent ? sim::Outcome::info : sim::Outcome::fail, {}, std::string(error)};
}

sim::Task<Producer::Tried> Producer::try_once(Produce produce, NodeId leader, sim::MonoTime deadline) {
  auto reply = co_await sim::call<Produced, Refused, MaybeProduced>(env_, leader, produce, left(deadline));
  if (!reply) co_return Tried{Try::unknown, 0, 0, "timeout"};
  if (const auto* produced = std::get_if<Produced>(&*reply))
    co_return Tried{Try::written, produced->offset, produced->epoch, {}};
  if (std::holds_alternative<MaybeProduced>(*reply)) co_return Tried{Try::unknown, 0, 0, "leader changed"};
  const Reason reason = std::get<Refused>(*reply).reason;
  co_return Tried{reason == Reason::producer_fenced ? Try::hopeless : Try::refused, 0, 0, in_words(reason)};
}

void Producer::note_acknowledged(const Produce& produce, const Tried& tried) {
  Record record = produce.record;
  record.epoch = tried.epoch;
  acknowledged_ = {acknowledged_.count + 1, produce.partition, tried.offset, record};
}

void Producer::give_up(const Record& record) {
  if (record.pid == 0 || record.producer_epoch != epoch_) return;
  ++epoch_;
  std::fill(sequences_.begin(), sequences_.end(), 0);
}

}  // namespace lightcone::models::kafka
