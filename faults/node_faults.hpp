// What faults of processes, disks and clocks have in common: they happen to nodes that are chosen when they
// begin, and count how many of them they changed.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "faults/fault.hpp"

namespace lightcone::faults {

class NodeFault : public Fault {
 public:
  NodeFault(const FaultSpec& spec, Setting setting, std::string_view verb)
      : Fault(std::move(setting)), description_(verb) {
    if (!spec.node) return;
    nodes_ = spec.node->resolve(setting_.world, setting_.chance);
    description_ += " " + nodes_text(nodes_);
  }
  std::string description() const final { return description_; }
  std::vector<sim::NodeId> nodes() const final { return nodes_; }

 protected:
  // "n1", "{n1, n2}", "nobody"
  std::string nodes_text(const std::vector<sim::NodeId>& nodes) const {
    if (nodes.empty()) return "nobody";
    return nodes.size() == 1 ? std::string(world().name(nodes.front())) : names_of(world(), nodes);
  }
  void add_to_description(std::string_view text) { description_ += text; }
  sim::Node& node(sim::NodeId id) const { return simulation().node(id); }

 private:
  std::vector<sim::NodeId> nodes_;
  std::string description_;
};

}  // namespace lightcone::faults
