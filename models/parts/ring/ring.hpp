// A hash ring (block B6): which nodes keep a key, and who stands in for them (Karger et al., STOC 1997;
// DeCandia et al., SOSP 2007, sections 4.2 and 4.3).
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/node_id.hpp"
#include "sim/wide.hpp"

namespace lightcone::models::parts {

// Where nodes stand, a zone or a rack each; nodes that are not here are alike.
using Zones = std::map<sim::NodeId, std::uint32_t>;

// Where the places of nodes are (DeCandia et al., SOSP 2007, section 6.2).
enum class Spacing : std::uint8_t {
  random,                  // anywhere, each by itself (strategy 1)
  equal,                   // all partitions between them have one size; whose is whose is drawn (strategy 3)
  random_over_partitions,  // anywhere, but keys are placed by partitions of one size: at the end of theirs
                           // (strategy 2)
};

struct RingOptions {
  // So many of the first places of a walk count even if they belong to a node that it has met; 0 keeps copies
  // apart.
  std::size_t repeating = 0;
  std::uint64_t luck = 0;  // for each another ring
  // Where there are zones: a walk first meets one node of each, and then those that it passed over.
  Zones zones{};
  Spacing spacing = Spacing::random;
  std::uint64_t partitions = 1;     // Q, with random_over_partitions: 1 or more
  std::set<sim::NodeId> without{};  // nodes that take no places; those of the others are what they would be
};

class Ring {
 public:
  // Every node takes `tokens` places on the ring (1 or more), the same in every run.
  Ring(const std::vector<sim::NodeId>& nodes, std::size_t tokens, RingOptions options = {});

  // All nodes, each once, in the order in which a walk from the key's place meets them: the first N are its
  // owners (the preference list), those behind them the fallbacks. Places of a node that was met are skipped.
  // O(places) for a key that is new, then O(log keys). The reference lasts as long as the ring.
  const std::vector<sim::NodeId>& walk(std::string_view key) const;
  // The first `count` of them, or all if there are fewer.
  std::span<const sim::NodeId> owners(std::string_view key, std::int64_t count) const {
    const std::span<const sim::NodeId> all(walk(key));
    return all.first(std::min(all.size(), static_cast<std::size_t>(count)));
  }

  // Of each node, which part of all keys it is one of the first `count` owners of, in millionths: the
  // balance of the ring. O(places * count) when there are many more nodes than that.
  std::map<sim::NodeId, std::int64_t> shares(std::int64_t count) const;

 private:
  void place_at_random(const std::vector<sim::NodeId>& nodes, std::size_t tokens);
  void place_evenly(const std::vector<sim::NodeId>& nodes, std::size_t tokens);
  // The nodes met from this place on, up to `count` of them.
  std::vector<sim::NodeId> walk_from(std::size_t start, std::size_t count) const;
  // Of the first place at or behind `at`.
  std::size_t place_behind(std::uint64_t at) const;
  std::uint64_t end_of_partition(std::uint64_t number) const;
  using Arcs = std::map<sim::NodeId, sim::Uint128>;
  void add_arc(std::size_t start, sim::Uint128 arc, std::int64_t count, Arcs& arcs) const;
  std::vector<sim::NodeId> walk_zones_from(std::size_t start, std::size_t count) const;

  std::size_t nodes_ = 0;  // that have places
  RingOptions options_;
  std::vector<std::pair<std::uint64_t, sim::NodeId>> places_;  // ascending
  mutable std::map<std::string, std::vector<sim::NodeId>, std::less<>> walks_;
};

}  // namespace lightcone::models::parts
