// Which messages a fault bends: by sender, receiver, type and fields, a share of them, and at most so many.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "faults/spec.hpp"
#include "sim/network/rule.hpp"

namespace lightcone::faults {

class MessageFilter {
 public:
  // `usual_share` holds when the spec says none. Nodes are resolved now.
  MessageFilter(const FaultSpec& spec, const World& world, sim::Stream& chance, sim::Ratio usual_share);

  // Draws for each message of the right kind, whatever the share.
  bool takes(const sim::Passage& passage, sim::Stream& chance);

  // Whether it looks at single messages, and not only at links and chance.
  bool aims() const { return !types_.empty() || !where_.empty() || left_.has_value(); }
  bool is_certain() const { return share_ >= sim::Ratio{1, 1}; }
  // "AppendEntries (term=3) from n1 to n2, each with 0.5"
  std::string text() const;
  std::vector<sim::NodeId> nodes() const { return named_; }

 private:
  const World& world_;
  std::optional<std::vector<sim::NodeId>> from_;
  std::optional<std::vector<sim::NodeId>> to_;
  std::vector<std::string> types_;
  std::vector<FieldCondition> where_;
  sim::Ratio share_;
  std::optional<std::uint64_t> left_;
  std::vector<sim::NodeId> named_;
};

}  // namespace lightcone::faults
