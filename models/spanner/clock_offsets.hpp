// How far the clock of each server is off the true time, as time series: positive is ahead.
#pragma once

#include <fmt/format.h>

#include <map>

#include "models/spanner/types.hpp"
#include "sim/simulation.hpp"

namespace lightcone::models::spanner {

class ClockOffsets {
 public:
  ClockOffsets(sim::Simulation& simulation, sim::Duration every) : simulation_(simulation), every_(every) {}

  void look_at(NodeId node) {
    const sim::Instant now = simulation_.now();
    sim::Instant& sampled = sampled_[node];
    if (now - sampled < every_) return;
    sampled = now;
    const auto& clock = simulation_.node(node).clock();
    simulation_.metrics().sample(fmt::format("clock_offset_ns.{}", simulation_.node(node).node_name()),
                                 clock.error(now).count());
  }

 private:
  sim::Simulation& simulation_;
  sim::Duration every_;
  std::map<NodeId, sim::Instant> sampled_;
};

}  // namespace lightcone::models::spanner
