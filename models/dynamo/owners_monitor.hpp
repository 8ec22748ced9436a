// Watches the owners of keys: that they are different servers (SYSTEMS P20.3), and that those who hold the
// same find so when they compare themselves, and stop sending (SYSTEMS T11). It measures how even the ring
// is, and which server coordinates how much.
#pragma once

#include <map>
#include <span>
#include <utility>

#include "models/dynamo/parameters.hpp"
#include "models/dynamo/watcher.hpp"

namespace lightcone::models::dynamo {

class OwnersMonitor final : public Watcher {
 public:
  // Comparisons are looked at from `quiet` on.
  OwnersMonitor(sim::Simulation& simulation, const Parameters& parameters, sim::Instant quiet)
      : Watcher(simulation), parameters_(parameters), quiet_(quiet) {}

  void after_event(sim::NodeId node) override;

 protected:
  void write_succeeded(sim::NodeId node, const Coordinator::Success& success) override;
  void read_succeeded(sim::NodeId node, const Coordinator::Success&) override { count_request(node); }

 private:
  // Of these servers.
  std::size_t zones_of(std::span<const sim::NodeId> nodes);
  void count_request(sim::NodeId node);
  void measure_balance(const Membership& membership);
  bool hold_the_same(sim::NodeId a, sim::NodeId b) const;
  void look_at_mismatch(sim::NodeId node, sim::NodeId peer);

  const Parameters& parameters_;
  sim::Instant quiet_;
  std::uint32_t epoch_ = 0;  // of the newest ring that was measured
  bool is_measured_ = false;
  std::map<sim::NodeId, std::uint64_t> mismatches_;  // seen
  // Of two that held the same and found a difference: what had changed in their stores until then.
  std::map<std::pair<sim::NodeId, sim::NodeId>, std::pair<std::uint64_t, std::uint64_t>> in_vain_;
};

}  // namespace lightcone::models::dynamo
