#include "models/parts/workload/worker.hpp"

namespace lightcone::models::parts {

Worker::Worker(sim::Env& env, const sim::Workload& workload, const sim::Phases& phases,
               std::span<const sim::OperationKind> kinds, std::size_t index)
    : Story(env), workload_(workload), phases_(phases), index_(index), source_(env, workload, kinds, index) {}

sim::Task<> Worker::work() {
  while (now() < phases_.load_ends && !source_.is_exhausted()) {
    const sim::MonoTime due = source_.due();
    if (due.time_since_epoch() >= phases_.load_ends) break;
    if (due > env().mono()) co_await sleep(due - env().mono());
    const OperationSource::Drawn drawn = source_.next();
    co_await perform(drawn);
  }
  if (now() < phases_.final_reads) co_await sleep(phases_.final_reads - now());
  co_await read_everything();
}

}  // namespace lightcone::models::parts
