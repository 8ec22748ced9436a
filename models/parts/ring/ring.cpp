#include "models/parts/ring/ring.hpp"

#include <algorithm>
#include <string>

#include "sim/chance/stream.hpp"
#include "sim/ensure.hpp"

namespace lightcone::models::parts {

namespace {

std::uint64_t place_of(std::string_view name) { return sim::Stream(0, name).next(); }

}  // namespace

Ring::Ring(const std::vector<sim::NodeId>& nodes, std::size_t tokens, std::size_t repeating)
    : nodes_(nodes.size()), repeating_(repeating) {
  sim::ensure(tokens > 0, "a node has a place on its ring");
  for (std::size_t node = 0; node < nodes.size(); ++node) {
    for (std::size_t token = 0; token < tokens; ++token) {
      const std::string name = "node " + std::to_string(node) + " token " + std::to_string(token);
      places_.emplace_back(place_of(name), nodes[node]);
    }
  }
  std::sort(places_.begin(), places_.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first, a.second.index) < std::pair(b.first, b.second.index);
  });
}

const std::vector<sim::NodeId>& Ring::walk(std::string_view key) const {
  if (const auto known = walks_.find(key); known != walks_.end()) return known->second;
  std::vector<sim::NodeId>& met = walks_.emplace(std::string(key), std::vector<sim::NodeId>{}).first->second;
  const std::uint64_t from = place_of(std::string("key ") += key);
  const auto first =
      std::find_if(places_.begin(), places_.end(), [&](const auto& place) { return place.first >= from; });
  const auto start = static_cast<std::size_t>(first - places_.begin());
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const sim::NodeId node = places_[(start + i) % places_.size()].second;
    if (i < repeating_ || std::find(met.begin(), met.end(), node) == met.end()) met.push_back(node);
    if (repeating_ == 0 && met.size() == nodes_) break;
  }
  return met;
}

}  // namespace lightcone::models::parts
