// Watches who the servers believe to be there: that they agree soon after the trouble has ended, and that
// nobody answers reads of what it has not streamed (SYSTEMS P20.4 and P20.5).
#pragma once

#include <string>

#include "models/dynamo/parameters.hpp"
#include "models/dynamo/watcher.hpp"

namespace lightcone::models::dynamo {

class MembersMonitor final : public Watcher {
 public:
  // Beliefs are compared once, some rounds of gossip after `heal`.
  MembersMonitor(sim::Simulation& simulation, const Parameters& parameters, sim::Instant heal);

  void after_event(sim::NodeId node) override;

 protected:
  void read_succeeded(sim::NodeId node, const Coordinator::Success& success) override;

 private:
  void compare_beliefs();

  sim::Instant settled_;
  bool compared_ = false;
};

}  // namespace lightcone::models::dynamo
