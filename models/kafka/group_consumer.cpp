#include "models/kafka/group_consumer.hpp"

#include <utility>

namespace lightcone::models::kafka {

GroupConsumer::GroupConsumer(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
                             const sim::Workload& workload, const std::vector<NodeId>& brokers)
    : GroupWorker(env, parameters, workload, brokers,
                  safeguards_without(bugs, parameters).processes_first ? parameters.commit : Commit::before) {
}

sim::Task<bool> GroupConsumer::work_on(PartitionId partition) {
  std::optional<Polled> polled = co_await poll(partition);
  if (!polled || polled->entries.empty()) co_return false;
  const Position to = end_of(*polled);
  if (commits() == Commit::before) {
    std::vector<OffsetOf> done = {{partition, to}};
    const bool is_committed = co_await member().commit(std::move(done));
    if (!is_committed) co_return true;
  }
  for (const Entry& entry : polled->entries) {
    if (is_given(*polled, entry)) co_await process(partition, entry.offset, entry.record);
  }
  move_on(partition, to);
  if (commits() == Commit::after) co_await commit_what_is_held();
  co_return true;
}

sim::Task<> GroupConsumer::process(PartitionId partition, Offset offset, Record record) {
  sim::ValueList what{static_cast<std::int64_t>(offset), record.value};
  const auto operation =
      env().history().invoke(env().self().index, "process", parameters().name_of(partition), std::move(what));
  co_await sleep(work_time());
  processed_ = {processed_.count + 1, partition, offset, record};
  env().history().ok(operation, {});
}

}  // namespace lightcone::models::kafka
