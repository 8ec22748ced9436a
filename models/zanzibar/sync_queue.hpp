// What is to happen once everything written so far is durable. One sync at a time: whatever comes meanwhile
// shares the next.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "models/zanzibar/messages.hpp"
#include "sim/env.hpp"

namespace lightcone::models::zanzibar {

class SyncQueue {
 public:
  using Then = std::function<void()>;

  explicit SyncQueue(sim::Env& env) : env_(env) {}

  void then(Then then) {
    waiting_.push_back(std::move(then));
    if (syncing_.empty()) start();
  }

  void on(const Synced&) {
    const std::vector<Then> done = std::exchange(syncing_, {});
    if (!waiting_.empty()) start();
    for (const Then& each : done) each();
  }

 private:
  void start() {
    syncing_ = std::exchange(waiting_, {});
    env_.sync(Synced{++syncs_});
  }

  sim::Env& env_;
  std::vector<Then> waiting_;
  std::vector<Then> syncing_;
  std::uint64_t syncs_ = 0;
};

}  // namespace lightcone::models::zanzibar
