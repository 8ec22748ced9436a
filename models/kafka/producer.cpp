#include "models/kafka/producer.hpp"

#include <algorithm>
#include <utility>

namespace lightcone::models::kafka {

using parts::Ending;

namespace {

// After a refusal: who leads is not asked in a loop.
constexpr sim::Duration breather = std::chrono::milliseconds(20);
// While others come first.
constexpr sim::Duration short_breather = std::chrono::milliseconds(5);

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

InFlight::Stamp stamp_of(const Record& record) { return {record.producer_epoch, record.sequence}; }

}  // namespace

Producer::Producer(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
                   const sim::Workload& workload, Directory& directory)
    : env_(env),
      parameters_(parameters),
      safe_(safeguards_without(bugs, parameters)),
      workload_(workload),
      directory_(directory),
      in_flight_(static_cast<std::size_t>(parameters.partitions)) {}

sim::Duration Producer::left(sim::MonoTime deadline) const {
  return std::clamp(deadline - env_.mono(), sim::Duration::zero(), workload_.timeout);
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

sim::Task<std::string_view> Producer::wait_for_turn(PartitionId partition, std::uint64_t number,
                                                    sim::MonoTime deadline) {
  InFlight& in_flight = in_flight_[partition];
  in_flight.wait(number);
  if (pid_ == 0) co_await get_pid(deadline);
  while (pid_ != 0 && !in_flight.may_begin(number) && env_.mono() < deadline)
    co_await sim::sleep(env_, short_breather);
  if (pid_ != 0 && in_flight.may_begin(number)) co_return std::string_view();
  in_flight.leave(number);
  co_return pid_ == 0 ? "no producer id" : "others come first";
}

sim::Task<Ending> Producer::send(PartitionId partition, std::int64_t value, Content content) {
  const std::int64_t tries = workload_.retry == sim::Retry::none ? 1 : 1 + workload_.retry_max;
  const sim::MonoTime deadline = env_.mono() + workload_.timeout * tries;
  Produce produce{partition, parameters_.acks, {}};
  const std::uint64_t number = ++records_;
  produce.record.producer = env_.self();
  produce.record.number = number;
  produce.record.value = value;
  produce.record.content = std::move(content);
  if (!parameters_.idempotent) co_return co_await send_until(std::move(produce), deadline);
  const std::string_view error = co_await wait_for_turn(partition, number, deadline);
  if (!error.empty()) co_return Ending{sim::Outcome::fail, {}, std::string(error)};
  InFlight& in_flight = in_flight_[partition];
  in_flight.begin(number, epoch_);
  produce.record.pid = pid_;
  Ending ending = co_await send_until(std::move(produce), deadline);
  if (ending.outcome != sim::Outcome::ok) in_flight.given_up(number);
  if (in_flight.needs_later_epoch() && in_flight.epoch() == epoch_) ++epoch_;
  co_return ending;
}

// Only what was never sent certainly did not happen: a refusal says nothing of a copy that is under way.
sim::Task<Ending> Producer::send_until(Produce produce, sim::MonoTime deadline) {
  std::int64_t unanswered = 0;
  bool was_sent = false;
  std::string_view error = "no leader";
  while (env_.mono() < deadline) {
    const bool was_first = stamp(produce);
    const NodeId leader = directory_.leader_of(produce.partition).leader;
    Tried tried{Try::refused, 0, 0, "no leader"};
    if (leader != no_node) {
      was_sent = true;
      if (produce.acks == Acks::none) {
        env_.send(leader, produce);
        note_written(produce, tried);
        co_return Ending{sim::Outcome::ok, {}, {}, leader};
      }
      tried = co_await try_once(produce, leader, deadline);
    }
    if (tried.result == Try::written) {
      note_written(produce, tried);
      co_return Ending{sim::Outcome::ok, static_cast<std::int64_t>(tried.offset), {}, leader};
    }
    error = tried.error;
    if (!goes_on(produce, was_first, tried)) break;
    if (tried.result == Try::unknown &&
        (workload_.retry != sim::Retry::same_id || ++unanswered > workload_.retry_max))
      break;
    co_await directory_.refresh(left(deadline));
    if (tried.result != Try::unknown) co_await sim::sleep(env_, breather);
    while (is_behind_others(produce) && env_.mono() < deadline) co_await sim::sleep(env_, short_breather);
  }
  co_return Ending{was_sent ? sim::Outcome::info : sim::Outcome::fail, {}, std::string(error)};
}

sim::Task<Producer::Tried> Producer::try_once(Produce produce, NodeId leader, sim::MonoTime deadline) {
  auto reply = co_await sim::call<Produced, Refused, OutOfSequence, MaybeProduced>(env_, leader, produce,
                                                                                   left(deadline));
  if (!reply) co_return Tried{Try::unknown, 0, 0, "timeout"};
  if (const auto* produced = std::get_if<Produced>(&*reply))
    co_return Tried{Try::written, produced->offset, produced->epoch, {}};
  if (const auto* missing = std::get_if<OutOfSequence>(&*reply))
    co_return Tried{Try::out_of_sequence, 0, missing->epoch, "out of order"};
  if (std::holds_alternative<MaybeProduced>(*reply)) co_return Tried{Try::unknown, 0, 0, "leader changed"};
  const Reason reason = std::get<Refused>(*reply).reason;
  co_return Tried{reason == Reason::producer_fenced ? Try::fenced : Try::refused, 0, 0, in_words(reason)};
}

void Producer::note_written(const Produce& produce, const Tried& tried) {
  const Record& record = produce.record;
  if (record.pid != 0)
    in_flight_[produce.partition].acknowledged(record.number, stamp_of(record), tried.epoch);
  if (produce.acks == Acks::none) return;
  acknowledged_ = {acknowledged_.count + 1, produce.partition, tried.offset, record};
  acknowledged_.record.epoch = tried.epoch;
}

// --- sequence numbers --------------------------------------------------------------------------------------

bool Producer::stamp(Produce& produce) const {
  Record& record = produce.record;
  if (record.pid == 0) return false;
  const InFlight& in_flight = in_flight_[produce.partition];
  const InFlight::Stamp& stamp = in_flight.stamp_of(record.number);
  record.producer_epoch = stamp.epoch;
  record.sequence = stamp.sequence;
  return in_flight.is_first(record.number);
}

bool Producer::is_behind_others(const Produce& produce) const {
  const Record& record = produce.record;
  return record.pid != 0 && !in_flight_[produce.partition].is_first(record.number);
}

bool Producer::goes_on(const Produce& produce, bool was_first, const Tried& told) {
  const Record& record = produce.record;
  if (record.pid == 0) return true;
  InFlight& in_flight = in_flight_[produce.partition];
  in_flight.failed(record.number);
  const InFlight::Tried tried{record.number, stamp_of(record), was_first};
  const bool is_current = in_flight.stamp_of(tried.number) == tried.stamp;
  if (told.result == Try::fenced) return !is_current;
  if (told.result != Try::out_of_sequence) return true;
  const InFlight::Cure cure = safe_.renumbers_what_is_lost || !is_current ? in_flight.cure(tried, told.epoch)
                                                                          : InFlight::Cure::renumber;
  if (cure == InFlight::Cure::renumber) renumber(produce.partition);
  return cure != InFlight::Cure::give_up;
}

// By itself, for nobody else is this producer (KIP-360).
void Producer::renumber(PartitionId partition) {
  InFlight& in_flight = in_flight_[partition];
  if (safe_.renumbers_in_later_epoch) ++epoch_;
  in_flight.renumber(epoch_);
  env_.mark(RecordsRenumbered{partition, epoch_, in_flight.size()});
  env_.metrics().count("records renumbered", in_flight.size());
}

}  // namespace lightcone::models::kafka
