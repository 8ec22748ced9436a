#include "models/dynamo/counter_monitor.hpp"

#include <fmt/format.h>

#include "models/dynamo/objects.hpp"

namespace lightcone::models::dynamo {

using sim::NodeId;

void CounterMonitor::request_began(NodeId, const Client::Doing& doing) {
  if (doing.is_write && doing.counts) ++counters_[doing.key].begun;
}

void CounterMonitor::request_ended(NodeId, const Client::Done& done) {
  if (done.succeeded && done.what.is_write && done.what.counts) ++counters_[done.what.key].acknowledged;
}

void CounterMonitor::at_end() {
  for (const auto& [key, counter] : counters_) {
    const auto all = what_everybody_has(key);
    if (!all) return;
    const std::int64_t sum = sum_of(counts_in(*all));
    if (sum < counter.acknowledged) {
      simulation().report({"P20.7",
                           "lost-update",
                           fmt::format("{} increments of {} were acknowledged, and it has counted {}",
                                       counter.acknowledged, key, sum),
                           {}});
    }
    if (sum > counter.begun) {
      simulation().report(
          {"P20.7",
           "duplicate-effect",
           fmt::format("{} increments of {} were ever begun, and it has counted {}", counter.begun, key, sum),
           {}});
    }
  }
}

}  // namespace lightcone::models::dynamo
