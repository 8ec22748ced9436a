// What a leader's transactions cost, as time series of its shard: waits are means since the sample before,
// and what ended badly is counted since this server started.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string_view>
#include <utility>

#include "models/spanner/types.hpp"
#include "sim/env.hpp"

namespace lightcone::models::spanner {

class ShardMeter {
 public:
  explicit ShardMeter(sim::Env& env) : metrics_(env.metrics()) {}

  void waited_for_lock(sim::Duration wait) { add("lock_wait", wait, lock_waits_); }
  // The decision was in the log, and its timestamp had not passed.
  void waited_for_time(sim::Duration wait) { add("commit_wait", wait, commit_waits_); }
  void wounded() {
    metrics_.count("wounds");
    ++wounds_;
  }
  void aborted() {
    metrics_.count("aborts");
    ++aborts_;
  }

  void sample(ShardId shard) {
    sample(shard, "lock_wait_ns", lock_waits_);
    sample(shard, "commit_wait_ns", commit_waits_);
    metrics_.sample(fmt::format("wounds.s{}", shard), wounds_);
    metrics_.sample(fmt::format("aborts.s{}", shard), aborts_);
  }

 private:
  struct Waits {
    std::int64_t sum = 0;
    std::int64_t count = 0;
  };

  void add(std::string_view name, sim::Duration wait, Waits& waits) {
    metrics_.record(name, wait);
    waits.sum += wait.count();
    ++waits.count;
  }
  void sample(ShardId shard, std::string_view name, Waits& waits) {
    const Waits since = std::exchange(waits, {});
    if (since.count > 0) metrics_.sample(fmt::format("{}.s{}", name, shard), since.sum / since.count);
  }

  sim::Metrics& metrics_;
  Waits lock_waits_;
  Waits commit_waits_;
  std::int64_t wounds_ = 0;
  std::int64_t aborts_ = 0;
};

}  // namespace lightcone::models::spanner
