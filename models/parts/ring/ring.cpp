#include "models/parts/ring/ring.hpp"

#include <algorithm>
#include <string>

#include "sim/chance/stream.hpp"
#include "sim/ensure.hpp"
#include "sim/wide.hpp"

namespace lightcone::models::parts {

namespace {

std::uint64_t place_of(std::uint64_t luck, std::string_view name) { return sim::Stream(luck, name).next(); }

}  // namespace

Ring::Ring(const std::vector<sim::NodeId>& nodes, std::size_t tokens, std::size_t repeating,
           std::uint64_t luck)
    : luck_(luck), nodes_(nodes.size()), repeating_(repeating) {
  sim::ensure(tokens > 0, "a node has a place on its ring");
  for (std::size_t node = 0; node < nodes.size(); ++node) {
    for (std::size_t token = 0; token < tokens; ++token) {
      const std::string name = "node " + std::to_string(node) + " token " + std::to_string(token);
      places_.emplace_back(place_of(luck, name), nodes[node]);
    }
  }
  std::sort(places_.begin(), places_.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first, a.second.index) < std::pair(b.first, b.second.index);
  });
}

const std::vector<sim::NodeId>& Ring::walk(std::string_view key) const {
  if (const auto known = walks_.find(key); known != walks_.end()) return known->second;
  const std::uint64_t from = place_of(luck_, std::string("key ") += key);
  const auto first = std::lower_bound(places_.begin(), places_.end(), from,
                                      [](const auto& place, std::uint64_t at) { return place.first < at; });
  const auto start = static_cast<std::size_t>(first - places_.begin());
  return walks_.emplace(std::string(key), walk_from(start, repeating_ == 0 ? nodes_ : places_.size()))
      .first->second;
}

std::vector<sim::NodeId> Ring::walk_from(std::size_t start, std::size_t count) const {
  std::vector<sim::NodeId> met;
  for (std::size_t i = 0; i < places_.size() && met.size() < count; ++i) {
    const sim::NodeId node = places_[(start + i) % places_.size()].second;
    if (i < repeating_ || std::find(met.begin(), met.end(), node) == met.end()) met.push_back(node);
  }
  return met;
}

std::map<sim::NodeId, std::int64_t> Ring::shares(std::int64_t count) const {
  std::map<sim::NodeId, sim::Uint128> arcs;
  for (const auto& [place, node] : places_) arcs[node];
  for (std::size_t i = 0; i < places_.size(); ++i) {
    // The keys between the place before, and this one; the first place has those behind the last, too.
    const std::uint64_t before = places_[(i + places_.size() - 1) % places_.size()].first;
    const std::uint64_t arc = places_[i].first - before;
    std::vector<sim::NodeId> owners = walk_from(i, static_cast<std::size_t>(count));
    std::sort(owners.begin(), owners.end());
    owners.erase(std::unique(owners.begin(), owners.end()), owners.end());
    for (const sim::NodeId owner : owners) arcs[owner] += arc;
  }
  constexpr std::int64_t million = 1'000'000;
  std::map<sim::NodeId, std::int64_t> shares;
  for (const auto& [node, arc] : arcs) shares[node] = static_cast<std::int64_t>((arc * million) >> 64U);
  return shares;
}

}  // namespace lightcone::models::parts
