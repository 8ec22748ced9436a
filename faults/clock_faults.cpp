// Faults of clocks: clk.offset, clk.jump, clk.drift, clk.freeze, clk.masters_lost. They change a clock
// whether its node runs or not, so each node counts as affected.
#include "faults/node_faults.hpp"

namespace lightcone::faults {

namespace {

using sim::Duration;
using sim::NodeId;
using Ailment = Afflictions::Ailment;

class ClockFault : public NodeFault {
 public:
  using NodeFault::NodeFault;
  std::uint64_t affected() const final { return changes_anything() ? nodes().size() : 0; }
  std::string effect() const final { return "changed " + counted(affected(), "clock"); }

 protected:
  virtual bool changes_anything() const { return true; }
};

class Step final : public ClockFault {
 public:
  enum class After : std::uint8_t { stays, goes_back };
  Step(const FaultSpec& spec, Setting setting, After after)
      : ClockFault(spec, std::move(setting), "step the wall clock of"), by_(*spec.by), after_(after) {
    add_to_description(" by " + sim::to_text(by_));
  }
  void begin() override { step(by_); }
  void end() override {
    if (after_ == After::goes_back) step(-by_);
  }

 private:
  bool changes_anything() const override { return by_ != Duration::zero(); }
  void step(Duration by) {
    for (const NodeId id : nodes()) {
      node(id).clock().step(by);
      node(id).retime_timers();
    }
  }
  Duration by_;
  After after_;
};

class Drift final : public ClockFault {
 public:
  Drift(const FaultSpec& spec, Setting setting)
      : ClockFault(spec, std::move(setting), "let the clocks of"), ppb_(*spec.ppm * 1000) {
    add_to_description(fmt::format(" drift by {} ppm", *spec.ppm));
  }
  void begin() override { drift(ppb_); }
  void end() override { drift(-ppb_); }

 private:
  bool changes_anything() const override { return ppb_ != 0; }
  void drift(std::int64_t by) {
    for (const NodeId id : nodes()) setting_.afflictions.drift(id, by);
  }
  std::int64_t ppb_;
};

class ClockAilment final : public ClockFault {
 public:
  ClockAilment(const FaultSpec& spec, Setting setting, std::string_view verb, Ailment ailment)
      : ClockFault(spec, std::move(setting), verb), ailment_(ailment) {}
  void begin() override {
    for (const NodeId id : nodes()) setting_.afflictions.inflict(id, ailment_);
  }
  void end() override {
    for (const NodeId id : nodes()) setting_.afflictions.cure(id, ailment_);
  }

 private:
  Ailment ailment_;
};

}  // namespace

std::unique_ptr<Fault> make_clock_fault(const FaultSpec& spec, Setting setting) {
  switch (spec.fault.kind) {
    case FaultKind::clk_offset:
      return std::make_unique<Step>(spec, std::move(setting), Step::After::goes_back);
    case FaultKind::clk_jump:
      return std::make_unique<Step>(spec, std::move(setting), Step::After::stays);
    case FaultKind::clk_drift:
      return std::make_unique<Drift>(spec, std::move(setting));
    case FaultKind::clk_freeze:
      return std::make_unique<ClockAilment>(spec, std::move(setting), "freeze the wall clock of",
                                            Ailment::frozen_clock);
    case FaultKind::clk_masters_lost:
      return std::make_unique<ClockAilment>(spec, std::move(setting), "take the time masters from",
                                            Ailment::lost_masters);
    default:
      return nullptr;
  }
}

}  // namespace lightcone::faults
