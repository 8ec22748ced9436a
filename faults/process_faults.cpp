// Faults of processes: proc.crash, proc.restart, proc.pause, proc.slow, proc.clone; and those of disks that a
// process does not live through: disk.power, disk.torn, disk.wipe.
#include <map>

#include "faults/node_faults.hpp"

namespace lightcone::faults {

namespace {

using sim::NodeId;
using sim::Simulation;
using CrashKind = Simulation::CrashKind;

// Remembers which incarnations it ended, and starts only these nodes again.
class Crash : public NodeFault {
 public:
  Crash(const FaultSpec& spec, Setting setting, std::string_view verb, CrashKind kind)
      : NodeFault(spec, std::move(setting), verb), kind_(kind) {}

  void begin() override {
    for (const NodeId id : nodes()) {
      if (!node(id).is_up()) continue;
      const std::uint32_t incarnation = node(id).incarnation();
      const sim::Disk::PowerLoss loss = simulation().crash(id, kind_);
      ended_.emplace_back(id, incarnation);
      loss_.unsynced += loss.unsynced;
      loss_.lost += loss.lost;
      loss_.torn += loss.torn;
    }
  }
  void end() override {
    for (const auto& [id, incarnation] : ended_) {
      if (node(id).incarnation() == incarnation) simulation().restart(id);
    }
  }
  std::uint64_t affected() const override {
    return kind_ == CrashKind::power_torn ? loss_.torn : ended_.size();
  }
  std::string effect() const override {
    std::vector<NodeId> stopped;
    for (const auto& [id, incarnation] : ended_) stopped.push_back(id);
    std::string out = "stopped " + nodes_text(stopped);
    if (kind_ != CrashKind::process) {
      out += fmt::format(", lost {} of {}", loss_.lost, counted(loss_.unsynced, "unsynced write"));
    }
    if (kind_ == CrashKind::power_torn) out += fmt::format(", tore {}", loss_.torn);
    return out;
  }

 protected:
  std::vector<std::pair<NodeId, std::uint32_t>> ended_;  // and the incarnation that it was

 private:
  CrashKind kind_;
  sim::Disk::PowerLoss loss_;
};

class Wipe final : public Crash {
 public:
  Wipe(const FaultSpec& spec, Setting setting)
      : Crash(spec, std::move(setting), "wipe", CrashKind::process), comes_back_(spec.lasts.has_value()) {}

  void begin() override {
    Crash::begin();
    for (const NodeId id : nodes()) {
      for (const auto& [name, file] : node(id).disk_device().files()) records_ += file->size();
      node(id).disk_device().wipe();
      if (!comes_back_) setting_.afflictions.give_up(id);
    }
  }
  void end() override {
    if (comes_back_) Crash::end();
  }
  std::uint64_t affected() const override { return ended_.size() + records_; }
  std::string effect() const override {
    return fmt::format("{}, wiped {}", Crash::effect(), counted(records_, "record"));
  }

 private:
  bool comes_back_;
  std::uint64_t records_ = 0;
};

class Restart final : public NodeFault {
 public:
  Restart(const FaultSpec& spec, Setting setting) : NodeFault(spec, std::move(setting), "restart") {}
  void begin() override {
    for (const NodeId id : nodes()) {
      if (node(id).is_up()) continue;
      setting_.afflictions.bring_back(id);
      simulation().restart(id);
      started_.push_back(id);
    }
  }
  std::uint64_t affected() const override { return started_.size(); }
  std::string effect() const override { return "started " + nodes_text(started_); }

 private:
  std::vector<NodeId> started_;
};

class Pause final : public NodeFault {
 public:
  Pause(const FaultSpec& spec, Setting setting) : NodeFault(spec, std::move(setting), "pause") {}
  void begin() override {
    for (const NodeId id : nodes()) {
      if (!node(id).is_up()) continue;
      setting_.afflictions.pause(id);
      paused_.push_back(id);
    }
  }
  void end() override {
    for (const NodeId id : paused_) {
      waiting_ += node(id).inbox_size();
      setting_.afflictions.resume(id);
    }
  }
  std::uint64_t affected() const override { return paused_.size(); }
  std::string effect() const override {
    return fmt::format("paused {}, with {} waiting at the end", nodes_text(paused_),
                       counted(waiting_, "event"));
  }

 private:
  std::vector<NodeId> paused_;
  std::uint64_t waiting_ = 0;
};

class Slowness final : public NodeFault {
 public:
  Slowness(const FaultSpec& spec, Setting setting)
      : NodeFault(spec, std::move(setting), "slow down"), factor_(*spec.factor) {
    add_to_description(fmt::format(" {} times", factor_));
  }
  void begin() override {
    for (const NodeId id : nodes()) setting_.afflictions.slow_down(id, Afflictions::Part::work, factor_);
    before_ = events();
  }
  void end() override {
    for (const NodeId id : nodes()) setting_.afflictions.speed_up(id, Afflictions::Part::work, factor_);
    slowed_ = events() - before_;
    is_over_ = true;
  }
  std::uint64_t affected() const override { return is_over_ ? slowed_ : events() - before_; }
  std::string effect() const override { return "slowed " + counted(affected(), "event"); }

 private:
  std::uint64_t events() const {
    std::uint64_t sum = 0;
    for (const NodeId id : nodes()) sum += node(id).slowed_events();
    return sum;
  }
  std::uint32_t factor_;
  std::uint64_t before_ = 0;
  std::uint64_t slowed_ = 0;
  bool is_over_ = false;
};

// The copies die at the end, for good.
class Clone final : public NodeFault {
 public:
  Clone(const FaultSpec& spec, Setting setting) : NodeFault(spec, std::move(setting), "clone") {}
  void begin() override {
    for (const NodeId id : nodes()) {
      if (!node(id).is_up() || !is_server_role(node(id).role())) continue;
      clones_.push_back(simulation().clone(id));
      setting_.afflictions.give_up(clones_.back());
    }
  }
  void end() override {
    for (const NodeId id : clones_) simulation().crash(id, CrashKind::process);
  }
  std::uint64_t affected() const override { return clones_.size(); }
  std::string effect() const override { return "started " + nodes_text(clones_); }

 private:
  std::vector<NodeId> clones_;
};

}  // namespace

std::unique_ptr<Fault> make_process_fault(const FaultSpec& spec, Setting setting) {
  switch (spec.fault.kind) {
    case FaultKind::proc_crash:
      return std::make_unique<Crash>(spec, std::move(setting), "crash", CrashKind::process);
    case FaultKind::proc_restart:
      return std::make_unique<Restart>(spec, std::move(setting));
    case FaultKind::proc_pause:
      return std::make_unique<Pause>(spec, std::move(setting));
    case FaultKind::proc_slow:
      return std::make_unique<Slowness>(spec, std::move(setting));
    case FaultKind::proc_clone:
      return std::make_unique<Clone>(spec, std::move(setting));
    case FaultKind::disk_power: {
      const bool all_lost = spec.unsynced == Unsynced::lost;
      return std::make_unique<Crash>(spec, std::move(setting), "cut the power of",
                                     all_lost ? CrashKind::power_total : CrashKind::power);
    }
    case FaultKind::disk_torn:
      return std::make_unique<Crash>(spec, std::move(setting), "tear a write of", CrashKind::power_torn);
    case FaultKind::disk_wipe:
      return std::make_unique<Wipe>(spec, std::move(setting));
    default:
      return nullptr;
  }
}

}  // namespace lightcone::faults
