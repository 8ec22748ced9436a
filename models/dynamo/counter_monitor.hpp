// Watches the counters that clients keep in the store: what a client was told that it has counted stays
// counted, and is counted once (P20.7).
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "models/dynamo/watcher.hpp"

namespace lightcone::models::dynamo {

class CounterMonitor final : public Watcher {
 public:
  explicit CounterMonitor(sim::Simulation& simulation) : Watcher(simulation) {}

  void at_end() override;

 protected:
  void request_began(sim::NodeId client, const Client::Doing& doing) override;
  void request_ended(sim::NodeId client, const Client::Done& done) override;

 private:
  struct Counter {
    std::int64_t begun = 0;
    std::int64_t acknowledged = 0;
  };
  std::map<std::string, Counter> counters_;
};

}  // namespace lightcone::models::dynamo
