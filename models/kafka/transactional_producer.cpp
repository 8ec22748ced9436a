#include "models/kafka/transactional_producer.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace lightcone::models::kafka {

namespace {

// After a refusal: nobody is asked in a loop.
constexpr sim::Duration breather = std::chrono::milliseconds(20);
// While the transaction before is finished.
constexpr sim::Duration short_breather = std::chrono::milliseconds(2);

}  // namespace

TransactionalProducer::TransactionalProducer(sim::Env& env, const Parameters& parameters,
                                             const sim::Workload& workload, Directory& directory,
                                             TransactionalId id)
    : env_(env), parameters_(parameters), workload_(workload), directory_(directory), id_(id) {}

sim::Task<> TransactionalProducer::look_elsewhere() {
  co_await directory_.refresh(workload_.timeout);
  co_await sim::sleep(env_, breather);
}

bool TransactionalProducer::has_time() const { return env_.mono() < deadline_; }

sim::Duration TransactionalProducer::left() const {
  return std::clamp(deadline_ - env_.mono(), sim::Duration::zero(), workload_.timeout);
}

void TransactionalProducer::use(const ProducerSession& session) {
  if (session != session_) sequences_.clear();
  session_ = session;
}

TransactionalProducer::Step TransactionalProducer::was_refused(TransactionReason reason) {
  if (reason != TransactionReason::fenced) return Step::unknown;
  is_ready_ = false;
  env_.mark(ProducerWasFenced{id_});
  env_.metrics().count("producers fenced");
  return Step::fenced;
}

sim::Task<bool> TransactionalProducer::prepare() {
  if (coordinator() == no_node) {
    co_await look_elsewhere();
    co_return false;
  }
  InitTransactions request{id_};
  auto reply = co_await sim::call<TransactionsReady, TransactionRefused>(env_, coordinator(), request,
                                                                         workload_.timeout);
  if (reply && std::holds_alternative<TransactionsReady>(*reply)) {
    use(std::get<TransactionsReady>(*reply).session);
    is_ready_ = true;
    is_unsure_ = false;
    co_return true;
  }
  const bool is_busy = reply && std::get<TransactionRefused>(*reply).reason == TransactionReason::busy;
  if (is_busy) {
    co_await sim::sleep(env_, breather);
  } else {
    co_await look_elsewhere();
  }
  co_return false;
}

void TransactionalProducer::begin(std::uint64_t attempt) {
  attempt_ = attempt;
  added_.clear();
  deadline_ = env_.mono() + parameters_.transaction_timeout;
}

sim::Task<TransactionalProducer::Step> TransactionalProducer::add(PartitionId partition) {
  while (!added_.contains(partition) && has_time()) {
    if (coordinator() == no_node) {
      co_await look_elsewhere();
      continue;
    }
    std::optional<std::variant<PartitionsAdded, TransactionRefused>> reply;
    if (partition == parameters_.offsets_partition()) {
      AddOffsets request{id_, session_};
      reply = co_await sim::call<PartitionsAdded, TransactionRefused>(env_, coordinator(), request, left());
    } else {
      AddPartitions request{id_, session_, {partition}};
      reply = co_await sim::call<PartitionsAdded, TransactionRefused>(env_, coordinator(), std::move(request),
                                                                      left());
    }
    if (!reply) {
      co_await look_elsewhere();
    } else if (std::holds_alternative<PartitionsAdded>(*reply)) {
      added_.insert(partition);
    } else {
      const TransactionReason reason = std::get<TransactionRefused>(*reply).reason;
      if (was_refused(reason) == Step::fenced) co_return Step::fenced;
      if (reason == TransactionReason::busy) {
        co_await sim::sleep(env_, short_breather);
      } else {
        co_await look_elsewhere();
      }
    }
  }
  co_return added_.contains(partition) ? Step::done : Step::unknown;
}

sim::Task<TransactionalProducer::Step> TransactionalProducer::send(PartitionId partition, std::int64_t value,
                                                                   Output output) {
  const Step added = co_await add(partition);
  if (added != Step::done) co_return added;
  Produce request{partition, Acks::all, {}};
  Record& record = request.record;
  record.pid = session_.pid;
  record.producer_epoch = session_.epoch;
  record.sequence = sequences_[partition]++;
  record.producer = env_.self();
  record.number = ++records_;
  record.value = value;
  output.attempt = attempt_;
  record.content = output;
  const Step step = co_await produce(std::move(request));
  if (step != Step::done) is_unsure_ = true;
  co_return step;
}

sim::Task<TransactionalProducer::Step> TransactionalProducer::produce(Produce produce) {
  while (has_time()) {
    const NodeId leader = directory_.leader_of(produce.partition).leader;
    if (leader == no_node) {
      co_await look_elsewhere();
      continue;
    }
    auto reply =
        co_await sim::call<Produced, Refused, OutOfSequence, MaybeProduced>(env_, leader, produce, left());
    if (reply && std::holds_alternative<Produced>(*reply)) co_return Step::done;
    const auto* refused = reply ? std::get_if<Refused>(&*reply) : nullptr;
    if (refused != nullptr && refused->reason == Reason::producer_fenced)
      co_return was_refused(TransactionReason::fenced);
    co_await look_elsewhere();
  }
  co_return Step::unknown;
}

sim::Task<TransactionalProducer::Step> TransactionalProducer::send_offset(MemberId member,
                                                                          Generation generation,
                                                                          OffsetOf offset) {
  const Step added = co_await add(parameters_.offsets_partition());
  if (added != Step::done) co_return added;
  while (has_time()) {
    const NodeId leader = directory_.leader_of(parameters_.offsets_partition()).leader;
    if (leader == no_node) {
      co_await look_elsewhere();
      continue;
    }
    TransactionalOffsetCommit request{id_, session_, attempt_, member, generation, offset};
    auto reply =
        co_await sim::call<OffsetsCommitted, GroupRefused, TransactionRefused>(env_, leader, request, left());
    if (reply && std::holds_alternative<OffsetsCommitted>(*reply)) co_return Step::done;
    if (const auto* refused = reply ? std::get_if<GroupRefused>(&*reply) : nullptr;
        refused != nullptr && refused->reason != GroupReason::not_coordinator)
      co_return Step::refused;
    if (const auto* refused = reply ? std::get_if<TransactionRefused>(&*reply) : nullptr;
        refused != nullptr && was_refused(refused->reason) == Step::fenced)
      co_return Step::fenced;
    co_await look_elsewhere();
  }
  co_return Step::unknown;
}

// A transaction that is not known to be ended is the next prepare()'s to end.
sim::Task<TransactionalProducer::Step> TransactionalProducer::end(Verdict verdict) {
  deadline_ = std::max(deadline_, env_.mono() + workload_.timeout * 2);
  while (has_time()) {
    if (coordinator() == no_node) {
      co_await look_elsewhere();
      continue;
    }
    EndTransaction request{id_, session_, verdict};
    auto reply =
        co_await sim::call<TransactionEnded, TransactionRefused>(env_, coordinator(), request, left());
    if (reply && std::holds_alternative<TransactionEnded>(*reply)) {
      const ProducerSession next = std::get<TransactionEnded>(*reply).session;
      // In the same epoch a record that is still under way may come first, or in between (KIP-360).
      if (is_unsure_ && next == session_) is_ready_ = false;
      use(next);
      is_unsure_ = false;
      co_return Step::done;
    }
    const auto* refused = reply ? std::get_if<TransactionRefused>(&*reply) : nullptr;
    if (refused != nullptr && was_refused(refused->reason) == Step::fenced) co_return Step::fenced;
    const bool is_busy = refused != nullptr && refused->reason == TransactionReason::busy;
    if (is_busy) {
      co_await sim::sleep(env_, short_breather);
    } else {
      co_await look_elsewhere();
    }
  }
  is_ready_ = false;
  co_return Step::unknown;
}

}  // namespace lightcone::models::kafka
