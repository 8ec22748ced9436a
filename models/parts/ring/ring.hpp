// A hash ring (block B6): which nodes keep a key, and who stands in for them (Karger et al., STOC 1997;
// DeCandia et al., SOSP 2007, sections 4.2 and 4.3).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/node_id.hpp"

namespace lightcone::models::parts {

// Where nodes stand, a zone or a rack each; nodes that are not here are alike.
using Zones = std::map<sim::NodeId, std::uint32_t>;

struct RingOptions {
  // So many of the first places of a walk count even if they belong to a node that it has met; 0 keeps copies
  // apart.
  std::size_t repeating = 0;
  std::uint64_t luck = 0;  // for each another ring
  // Where there are zones: a walk first meets one node of each, and then those that it passed over.
  Zones zones{};
};

class Ring {
 public:
  // Every node takes `tokens` places on the ring (1 or more), the same in every run.
  Ring(const std::vector<sim::NodeId>& nodes, std::size_t tokens, RingOptions options = {});

  // All nodes, each once, in the order in which a walk from the key's place meets them: the first N are its
  // owners (the preference list), those behind them the fallbacks. Places of a node that was met are skipped.
  // O(places) for a key that is new, then O(log keys). The reference lasts as long as the ring.
  const std::vector<sim::NodeId>& walk(std::string_view key) const;
  // The first `count` of them, which is at most the number of nodes.
  std::span<const sim::NodeId> owners(std::string_view key, std::int64_t count) const {
    return std::span(walk(key)).first(static_cast<std::size_t>(count));
  }

  // Of each node, which part of all keys it is one of the first `count` owners of, in millionths: the
  // balance of the ring. O(places * count) when there are many more nodes than that.
  std::map<sim::NodeId, std::int64_t> shares(std::int64_t count) const;

 private:
  // The nodes met from this place on, up to `count` of them.
  std::vector<sim::NodeId> walk_from(std::size_t start, std::size_t count) const;
  std::vector<sim::NodeId> walk_zones_from(std::size_t start, std::size_t count) const;

  std::size_t nodes_;
  RingOptions options_;
  std::vector<std::pair<std::uint64_t, sim::NodeId>> places_;  // ascending
  mutable std::map<std::string, std::vector<sim::NodeId>, std::less<>> walks_;
};

}  // namespace lightcone::models::parts
