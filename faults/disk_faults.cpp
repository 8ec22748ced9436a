// Faults of disks that the process lives through: disk.rot, disk.slow, disk.full, disk.lie.
#include "faults/node_faults.hpp"

namespace lightcone::faults {

namespace {

using sim::Disk;
using sim::NodeId;
using Ailment = Afflictions::Ailment;

class Rot final : public NodeFault {
 public:
  Rot(const FaultSpec& spec, Setting setting)
      : NodeFault(spec, std::move(setting), "rot records of"),
        file_(spec.file.value_or("")),
        count_(spec.count.value_or(1)) {
    if (spec.which == Damaged::newest) which_ = Disk::Which::newest;
    if (spec.which == Damaged::oldest) which_ = Disk::Which::oldest;
    if (!file_.empty()) add_to_description(fmt::format(" in {}*", file_));
  }
  void begin() override {
    for (const NodeId id : nodes()) rotten_ += node(id).disk_device().rot(file_, count_, which_);
  }
  std::uint64_t affected() const override { return rotten_; }
  std::string effect() const override { return "damaged " + counted(rotten_, "record"); }

 private:
  std::string file_;
  std::uint64_t count_;
  Disk::Which which_ = Disk::Which::random;
  std::uint64_t rotten_ = 0;
};

// For a while; what it affects is what a counter of the disk grows by.
class DiskTrouble : public NodeFault {
 public:
  using NodeFault::NodeFault;
  void begin() final {
    for (const NodeId id : nodes()) start(id);
    before_ = sum();
  }
  void end() final {
    affected_ = sum() - before_;
    is_over_ = true;
    for (const NodeId id : nodes()) stop(id);
  }
  std::uint64_t affected() const final { return is_over_ ? affected_ : sum() - before_; }

 protected:
  virtual void start(NodeId id) = 0;
  virtual void stop(NodeId id) = 0;
  virtual std::uint64_t counter(const Disk& disk) const = 0;

 private:
  std::uint64_t sum() const {
    std::uint64_t sum = 0;
    for (const NodeId id : nodes()) sum += counter(node(id).disk_device());
    return sum;
  }
  std::uint64_t before_ = 0;
  std::uint64_t affected_ = 0;
  bool is_over_ = false;
};

class SlowDisk final : public DiskTrouble {
 public:
  SlowDisk(const FaultSpec& spec, Setting setting)
      : DiskTrouble(spec, std::move(setting), "slow down the disk of"), factor_(*spec.factor) {
    add_to_description(fmt::format(" {} times", factor_));
  }
  std::string effect() const override { return "slowed " + counted(affected(), "sync"); }

 private:
  void start(NodeId id) override { setting_.afflictions.slow_down(id, Afflictions::Part::disk, factor_); }
  void stop(NodeId id) override { setting_.afflictions.speed_up(id, Afflictions::Part::disk, factor_); }
  std::uint64_t counter(const Disk& disk) const override { return disk.slowed_syncs(); }

  std::uint32_t factor_;
};

class FullDisk final : public DiskTrouble {
 public:
  FullDisk(const FaultSpec& spec, Setting setting)
      : DiskTrouble(spec, std::move(setting), "fill the disk of") {}
  std::string effect() const override { return "refused " + counted(affected(), "write"); }

 private:
  void start(NodeId id) override { setting_.afflictions.inflict(id, Ailment::full_disk); }
  void stop(NodeId id) override { setting_.afflictions.cure(id, Ailment::full_disk); }
  std::uint64_t counter(const Disk& disk) const override { return disk.refused_writes(); }
};

class LyingDisk final : public DiskTrouble {
 public:
  LyingDisk(const FaultSpec& spec, Setting setting)
      : DiskTrouble(spec, std::move(setting), "let the disk lie to") {}
  std::string effect() const override { return "lied about " + counted(affected(), "sync"); }

 private:
  void start(NodeId id) override { setting_.afflictions.inflict(id, Ailment::lying_disk); }
  void stop(NodeId id) override { setting_.afflictions.cure(id, Ailment::lying_disk); }
  std::uint64_t counter(const Disk& disk) const override { return disk.lies(); }
};

}  // namespace

std::unique_ptr<Fault> make_disk_fault(const FaultSpec& spec, Setting setting) {
  switch (spec.fault.kind) {
    case FaultKind::disk_rot:
      return std::make_unique<Rot>(spec, std::move(setting));
    case FaultKind::disk_slow:
      return std::make_unique<SlowDisk>(spec, std::move(setting));
    case FaultKind::disk_full:
      return std::make_unique<FullDisk>(spec, std::move(setting));
    case FaultKind::disk_lie:
      return std::make_unique<LyingDisk>(spec, std::move(setting));
    default:
      return nullptr;
  }
}

}  // namespace lightcone::faults
