#include "faults/afflictions.hpp"

#include <algorithm>

namespace lightcone::faults {

using sim::NodeId;

Afflictions::Patient& Afflictions::of(NodeId node) {
  const auto [found, is_new] = patients_.try_emplace(node);
  if (is_new) found->second.drift_before_ppb = world_.node(node).clock().drift_ppb();
  return found->second;
}

void Afflictions::pause(NodeId node) {
  ++of(node).pauses;
  world_.simulation.pause(node);
}

void Afflictions::resume(NodeId node) {
  if (--of(node).pauses == 0) world_.simulation.resume(node);
}

void Afflictions::slow_down(NodeId node, Part part, std::uint32_t factor) {
  of(node).factors[static_cast<std::size_t>(part)].push_back(factor);
  apply_factor(node, part);
}

void Afflictions::speed_up(NodeId node, Part part, std::uint32_t factor) {
  std::vector<std::uint32_t>& factors = of(node).factors[static_cast<std::size_t>(part)];
  factors.erase(std::find(factors.begin(), factors.end(), factor));
  apply_factor(node, part);
}

void Afflictions::apply_factor(NodeId node, Part part) {
  std::uint32_t largest = 1;
  for (const std::uint32_t factor : of(node).factors[static_cast<std::size_t>(part)]) {
    largest = std::max(largest, factor);
  }
  if (part == Part::work) {
    world_.node(node).set_slowdown(largest);
  } else {
    world_.node(node).disk_device().set_slowdown(largest);
  }
}

void Afflictions::inflict(NodeId node, Ailment ailment) {
  if (++of(node).ailments[static_cast<std::size_t>(ailment)] == 1) set(world_.node(node), ailment, true);
}

void Afflictions::cure(NodeId node, Ailment ailment) {
  if (--of(node).ailments[static_cast<std::size_t>(ailment)] == 0) set(world_.node(node), ailment, false);
}

void Afflictions::set(sim::Node& node, Ailment ailment, bool on) const {
  const sim::Instant now = world_.simulation.now();
  switch (ailment) {
    case Ailment::full_disk:
      node.disk_device().set_full(on);
      return;
    case Ailment::lying_disk:
      node.disk_device().set_lying(on);
      return;
    case Ailment::frozen_clock:
      on ? node.clock().freeze(now) : node.clock().thaw(now);
      node.retime_timers();
      return;
    case Ailment::lost_masters:
      on ? node.clock().lose_time_masters(now) : node.clock().regain_time_masters(now);
      return;
  }
}

void Afflictions::drift(NodeId node, std::int64_t by_ppb) {
  Patient& patient = of(node);
  patient.drift_ppb += by_ppb;
  constexpr std::int64_t most = sim::NodeClock::max_drift_ppb;
  const std::int64_t drift = std::clamp(patient.drift_before_ppb + patient.drift_ppb, -most, most);
  world_.node(node).clock().set_drift(drift, world_.simulation.now());
  world_.node(node).retime_timers();
}

}  // namespace lightcone::faults
