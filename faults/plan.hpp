// The faults of one run: begins each at its time or on its trigger, ends it, and ends everything at the heal.
//
//   Plan plan(World::of(simulation, model), specs, phases.heal);
//   plan.install();                 // before the simulation starts
//   simulation.start();  simulation.run_until(...);
//   run.faults = plan.records();
//
// At the heal all faults end in the order in which they began: held messages go on their way, paused nodes
// resume, nodes that are down start (but those that a disk.wipe without `for` took for good), clocks run at
// their usual rates. What a clk.jump, a drift or a disk.rot did stays. Nothing begins from then on.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "faults/afflictions.hpp"
#include "faults/fault.hpp"
#include "faults/spec.hpp"
#include "faults/world.hpp"
#include "sim/observer.hpp"
#include "sim/run_record.hpp"

namespace lightcone::faults {

class Plan {
 public:
  // The specs must be sound (faults/validate.hpp). The plan must not outlive the simulation.
  Plan(World world, std::vector<FaultSpec> specs, sim::Duration heal);
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;
  ~Plan();

  // Once, at the start of simulated time.
  void install();

  // What has not begun yet never does. What has begun ends as it would.
  void begin_no_more() { begins_no_more_ = true; }

  // One for each time that a fault began, in that order, and then one for each that never did.
  std::vector<sim::FaultRecord> records() const;
  // Records of faults that never began or affected nothing although the spec does not say `may_miss`: with
  // any, the run tells nothing (rule R7).
  std::vector<sim::FaultRecord> misses() const;

  const std::vector<FaultSpec>& specs() const { return specs_; }

 private:
  struct Entry {
    std::uint64_t matches = 0;  // of its trigger
    std::uint64_t fired = 0;
    std::uint64_t begun = 0;
  };
  struct Occasion {
    std::size_t spec;
    std::unique_ptr<Fault> fault;
    sim::Instant began;
    sim::Instant ended;
    bool is_over = false;
  };
  // Hears what happens and lets triggers see it.
  class Ear final : public sim::Observer {
   public:
    Ear(Plan& plan, sim::Interest interest) : plan_(plan), interest_(interest) {}
    void on(const sim::Occurrence& occurrence) override { plan_.hear(occurrence, interest_); }

   private:
    Plan& plan_;
    sim::Interest interest_;
  };

  void hear(const sim::Occurrence& occurrence, sim::Interest interest);
  bool is_armed(std::size_t spec) const;
  void stop_listening();
  void begin(std::size_t spec);
  void flap(std::size_t occasion, sim::Duration period);
  void end(std::size_t occasion);
  void heal();
  std::uint64_t release(const std::optional<std::string>& hold);
  std::string stream_name(std::size_t spec) const;
  sim::FaultRecord record(const Occasion& occasion) const;
  sim::FaultRecord record_of_absence(std::size_t spec) const;

  World world_;
  std::vector<FaultSpec> specs_;
  sim::Instant heal_;
  Afflictions afflictions_;
  Ear everything_{*this, sim::Interest::everything};
  Ear landmarks_{*this, sim::Interest::landmarks};
  std::vector<Entry> entries_;                  // by spec
  std::map<std::string, std::uint64_t> begun_;  // by id: how often
  std::vector<Occasion> occasions_;
  bool is_healed_ = false;
  bool begins_no_more_ = false;
};

}  // namespace lightcone::faults
