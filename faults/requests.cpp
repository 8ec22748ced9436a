// Faults that the model itself carries out: ops.*, load.*, dep.*.
#include "faults/node_faults.hpp"

namespace lightcone::faults {

namespace {

using sim::NodeId;

class Request final : public NodeFault {
 public:
  Request(const FaultSpec& spec, Setting setting)
      : NodeFault(spec, std::move(setting), spec.fault.action),
        action_(spec.fault.action),
        on_(spec.node ? nodes() : std::vector<NodeId>{sim::no_node}) {}

  void begin() override { done_ = ask(action_); }
  void end() override { ask("end-" + action_); }
  std::uint64_t affected() const override { return done_; }
  std::string effect() const override { return done_ == 0 ? "refused by the system" : "accepted"; }

 private:
  std::uint64_t ask(const std::string& action) const {
    std::uint64_t done = 0;
    for (const NodeId id : on_) {
      if (world().administer && world().administer(action, id)) ++done;
    }
    return done;
  }

  std::string action_;
  std::vector<NodeId> on_;
  std::uint64_t done_ = 0;
};

}  // namespace

std::unique_ptr<Fault> make_request(const FaultSpec& spec, Setting setting) {
  if (spec.fault.kind != FaultKind::ask) return nullptr;
  return std::make_unique<Request>(spec, std::move(setting));
}

}  // namespace lightcone::faults
