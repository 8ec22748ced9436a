// What overlapping faults do to each node at the moment, so that the end of one does not end another.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "faults/world.hpp"

namespace lightcone::faults {

class Afflictions {
 public:
  explicit Afflictions(World& world) : world_(world) {}

  void pause(sim::NodeId node);
  void resume(sim::NodeId node);  // when it was paused as often as it is resumed

  // The largest factor holds.
  enum class Part : std::uint8_t { work, disk };
  void slow_down(sim::NodeId node, Part part, std::uint32_t factor);
  void speed_up(sim::NodeId node, Part part, std::uint32_t factor);  // one that was given to slow_down

  enum class Ailment : std::uint8_t { full_disk, lying_disk, frozen_clock, lost_masters };
  void inflict(sim::NodeId node, Ailment ailment);
  void cure(sim::NodeId node, Ailment ailment);

  // Drifts add up, and to what the node had before.
  void drift(sim::NodeId node, std::int64_t by_ppb);

  // The node's disk was wiped and nobody is going to bring it back.
  void give_up(sim::NodeId node) { of(node).given_up = true; }
  void bring_back(sim::NodeId node) { of(node).given_up = false; }
  bool is_given_up(sim::NodeId node) { return of(node).given_up; }

 private:
  struct Patient {
    std::uint32_t pauses = 0;
    std::vector<std::uint32_t> factors[2];
    std::uint32_t ailments[4] = {};
    std::int64_t drift_before_ppb = 0;
    std::int64_t drift_ppb = 0;
    bool given_up = false;
  };

  Patient& of(sim::NodeId node);
  void apply_factor(sim::NodeId node, Part part);
  void set(sim::Node& node, Ailment ailment, bool on) const;

  World& world_;
  std::map<sim::NodeId, Patient> patients_;
};

}  // namespace lightcone::faults
