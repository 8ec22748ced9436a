#include "models/kafka/processor.hpp"

#include <algorithm>
#include <utility>

namespace lightcone::models::kafka {

namespace {

// Of the history: attempts of one processor's incarnations never meet.
constexpr unsigned incarnation_bits = 24;
constexpr unsigned node_bits = 48;

}  // namespace

Processor::Processor(sim::Env& env, const Parameters& parameters, const sim::Workload& workload,
                     const std::vector<NodeId>& brokers)
    : GroupWorker(env, parameters, workload, brokers, Commit::after),
      choices_(env.stream("outputs")),
      attempt_((std::uint64_t{env.self().index} << node_bits) +
               (std::uint64_t{env.incarnation()} << incarnation_bits)) {}

PartitionId Processor::any_output() {
  const std::uint64_t output = choices_.below(static_cast<std::uint64_t>(parameters().outputs));
  return static_cast<PartitionId>(static_cast<std::uint64_t>(parameters().partitions) + output);
}

// Offsets go with transactions.
sim::Task<> Processor::save(std::vector<OffsetOf>) { co_return; }

sim::Task<bool> Processor::take_over(std::vector<PartitionId> partitions) {
  for (const PartitionId partition : partitions) {
    producers_.erase(partition);
    producers_.try_emplace(partition, env(), parameters(), workload(), directory(), partition);
  }
  const Generation generation = member().generation();
  for (const PartitionId partition : partitions) {
    TransactionalProducer& producer = producers_.at(partition);
    while (!producer.is_ready()) {
      if (member().generation() != generation || member().must_join()) co_return false;
      co_await producer.prepare();
    }
  }
  co_return true;
}

// It is unknown what became of the transaction: as if the partition were taken over from somebody else.
sim::Task<> Processor::recover(PartitionId partition) {
  std::vector<PartitionId> again = {partition};
  let_go(partition);
  co_await member().heartbeat();  // unless it is somebody else's by now
  if (member().is_left_out() || member().must_join()) co_return;
  co_await begin(std::move(again));
}

sim::Task<bool> Processor::work_on(PartitionId partition) {
  TransactionalProducer& producer = producers_.at(partition);
  std::optional<Polled> polled = co_await poll(partition);
  if (!polled || polled->entries.empty()) co_return false;
  const Position to = end_of(*polled);
  sim::ValueList what{static_cast<std::int64_t>(polled->offset),
                      static_cast<std::int64_t>(polled->entries.size())};
  ++transactions_;
  const bool gives_up = parameters().abort_every > 0 && transactions_ % parameters().abort_every == 0;
  const auto operation = env().history().invoke(env().self().index, gives_up ? "give-up" : "transform",
                                                parameters().name_of(partition), std::move(what));
  const Verdict wanted = gives_up ? Verdict::abort : Verdict::commit;
  const Step step = co_await run_transaction(producer, partition, std::move(*polled), wanted);
  if (step == Step::done) {
    env().history().ok(operation, {});
    if (!gives_up) move_on(partition, to);
  } else if (step == Step::unknown) {
    env().history().unknown(operation, "unknown");
  } else {
    env().history().fail(operation, step == Step::fenced ? "fenced" : "aborted");
  }
  const bool is_at_a_loss = step == Step::unknown || step == Step::fenced || !producer.is_ready();
  if (is_at_a_loss && !member().is_left_out()) co_await recover(partition);
  co_return true;
}

// `done`: it ended as it was wanted to. `refused`: it was aborted, because something failed.
sim::Task<Processor::Step> Processor::run_transaction(TransactionalProducer& producer, PartitionId partition,
                                                      Polled polled, Verdict wanted) {
  ++attempt_;
  std::uint64_t records = 0;
  for (const Entry& entry : polled.entries) records += is_given(polled, entry) ? 1 : 0;
  note(Stage::begun, records);
  env().mark(TransactionBegun{producer.id(), attempt_, records});
  producer.begin(attempt_);
  const Step step = co_await write_batch(producer, partition, std::move(polled));
  if (step == Step::done && wanted == Verdict::commit) {
    note(Stage::committing, records);
    const Step ended = co_await producer.end(Verdict::commit);
    if (ended == Step::done) note(Stage::committed, records);
    // Who is fenced may have been so by somebody who ended it the same way.
    co_return ended == Step::fenced ? Step::unknown : ended;
  }
  note(Stage::giving_up, records);
  if (step == Step::fenced) co_return Step::fenced;
  const Step ended = co_await producer.end(Verdict::abort);
  if (ended == Step::unknown || ended == Step::fenced) co_return Step::fenced;
  co_return step == Step::done ? ended : Step::refused;
}

sim::Task<Processor::Step> Processor::write_batch(TransactionalProducer& producer, PartitionId partition,
                                                  Polled polled) {
  const Position to = end_of(polled);
  std::uint64_t nth = 0;
  for (const Entry& entry : polled.entries) {
    if (!is_given(polled, entry)) continue;
    Output output{partition, entry.offset, attempt_};
    co_await sleep(work_time());
    const PartitionId to_output = any_output();
    const Step step = co_await producer.send(to_output, transformed(entry.record.value), output);
    if (step != Step::done) co_return step;
    env().mark(OutputWritten{producer.id(), attempt_, ++nth});
  }
  OffsetOf behind{partition, to};
  const Step step = co_await producer.send_offset(member().id(), member().generation(), behind);
  co_return step;
}

}  // namespace lightcone::models::kafka
