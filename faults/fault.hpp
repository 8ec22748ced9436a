// One fault that is happening: made and begun when its time has come, ended when it is over, and able to say
// at any time what it has affected.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "faults/afflictions.hpp"
#include "faults/spec.hpp"
#include "faults/world.hpp"
#include "sim/chance/stream.hpp"

namespace lightcone::faults {

// What a fault is given to work with. All of it outlives the fault.
struct Setting {
  World& world;
  Afflictions& afflictions;
  // Its own, so that faults do not shift each other's draws.
  sim::Stream chance;
  // Ends the net.hold faults called so, or all; returns how many messages go on their way.
  std::function<std::uint64_t(const std::optional<std::string>& hold)> release;
};

class Fault {
 public:
  explicit Fault(Setting setting) : setting_(std::move(setting)) {}
  Fault(const Fault&) = delete;
  Fault& operator=(const Fault&) = delete;
  virtual ~Fault() = default;

  // Each once, in this order. What has no length is never ended.
  virtual void begin() = 0;
  virtual void end() {}
  // Between begin and end, of faults that flap: stops acting, and acts again.
  virtual void rest() {}
  virtual void act() {}

  // After begin.
  virtual std::string description() const = 0;  // "partition {n1} | {n2, n3}"
  virtual std::uint64_t affected() const = 0;
  virtual std::string effect() const = 0;  // "cut 37 messages"
  virtual std::vector<sim::NodeId> nodes() const = 0;

 protected:
  const World& world() const { return setting_.world; }
  sim::Simulation& simulation() const { return setting_.world.simulation; }

  Setting setting_;
};

// The spec must be sound (faults/validate.hpp).
std::unique_ptr<Fault> make_fault(const FaultSpec& spec, const Setting& setting);

// By family, for make_fault; null when the kind is of another one. They read the spec only while making.
std::unique_ptr<Fault> make_cut(const FaultSpec& spec, Setting setting);
std::unique_ptr<Fault> make_message_fault(const FaultSpec& spec, Setting setting);
std::unique_ptr<Fault> make_process_fault(const FaultSpec& spec, Setting setting);
std::unique_ptr<Fault> make_disk_fault(const FaultSpec& spec, Setting setting);
std::unique_ptr<Fault> make_clock_fault(const FaultSpec& spec, Setting setting);
std::unique_ptr<Fault> make_request(const FaultSpec& spec, Setting setting);

}  // namespace lightcone::faults
