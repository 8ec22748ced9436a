#include "models/parts/ring/ring.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "sim/chance/stream.hpp"
#include "sim/ensure.hpp"
#include "sim/wide.hpp"

namespace lightcone::models::parts {

namespace {

std::uint64_t place_of(std::uint64_t luck, std::string_view name) { return sim::Stream(luck, name).next(); }

bool is_among(const std::vector<sim::NodeId>& nodes, sim::NodeId node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

}  // namespace

Ring::Ring(const std::vector<sim::NodeId>& nodes, std::size_t tokens, RingOptions options)
    : options_(std::move(options)) {
  sim::ensure(tokens > 0, "a node has a place on its ring");
  sim::ensure(options_.partitions > 0, "a ring has a partition");
  if (options_.spacing == Spacing::equal) {
    place_evenly(nodes, tokens);
  } else {
    place_at_random(nodes, tokens);
  }
  std::erase_if(places_, [this](const auto& place) { return options_.without.contains(place.second); });
  nodes_ = static_cast<std::size_t>(std::count_if(
      nodes.begin(), nodes.end(), [this](sim::NodeId node) { return !options_.without.contains(node); }));
  std::sort(places_.begin(), places_.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first, a.second.index) < std::pair(b.first, b.second.index);
  });
}

void Ring::place_at_random(const std::vector<sim::NodeId>& nodes, std::size_t tokens) {
  for (std::size_t node = 0; node < nodes.size(); ++node) {
    for (std::size_t token = 0; token < tokens; ++token) {
      const std::string name = "node " + std::to_string(node) + " token " + std::to_string(token);
      places_.emplace_back(place_of(options_.luck, name), nodes[node]);
    }
  }
}

void Ring::place_evenly(const std::vector<sim::NodeId>& nodes, std::size_t tokens) {
  std::vector<sim::NodeId> turns;
  for (std::size_t token = 0; token < tokens; ++token) turns.insert(turns.end(), nodes.begin(), nodes.end());
  sim::Stream chance(options_.luck, "partitions");
  for (std::size_t left = turns.size(); left > 1; --left)
    std::swap(turns[left - 1], turns[chance.below(left)]);
  const sim::Uint128 whole = sim::Uint128{1} << 64U;
  for (std::size_t i = 0; i < turns.size(); ++i)
    places_.emplace_back(static_cast<std::uint64_t>(whole * i / turns.size()), turns[i]);
}

const std::vector<sim::NodeId>& Ring::walk(std::string_view key) const {
  if (const auto known = walks_.find(key); known != walks_.end()) return known->second;
  std::uint64_t from = place_of(options_.luck, std::string("key ") += key);
  if (options_.spacing == Spacing::random_over_partitions)
    from = end_of_partition(static_cast<std::uint64_t>((sim::Uint128{from} * options_.partitions) >> 64U));
  const std::size_t start = place_behind(from);
  return walks_.emplace(std::string(key), walk_from(start, options_.repeating == 0 ? nodes_ : places_.size()))
      .first->second;
}

std::size_t Ring::place_behind(std::uint64_t at) const {
  const auto first = std::lower_bound(places_.begin(), places_.end(), at,
                                      [](const auto& place, std::uint64_t to) { return place.first < to; });
  return static_cast<std::size_t>(first - places_.begin());
}

// Its last place.
std::uint64_t Ring::end_of_partition(std::uint64_t number) const {
  const sim::Uint128 whole = sim::Uint128{1} << 64U;
  return static_cast<std::uint64_t>(whole * (number + 1) / options_.partitions - 1);
}

std::vector<sim::NodeId> Ring::walk_from(std::size_t start, std::size_t count) const {
  if (!options_.zones.empty() && options_.repeating == 0) return walk_zones_from(start, count);
  std::vector<sim::NodeId> met;
  for (std::size_t i = 0; i < places_.size() && met.size() < count; ++i) {
    const sim::NodeId node = places_[(start + i) % places_.size()].second;
    if (i < options_.repeating || !is_among(met, node)) met.push_back(node);
  }
  return met;
}

std::vector<sim::NodeId> Ring::walk_zones_from(std::size_t start, std::size_t count) const {
  std::vector<sim::NodeId> met;
  std::vector<sim::NodeId> passed_over;
  std::set<std::uint32_t> zones;
  for (std::size_t i = 0; i < places_.size() && met.size() < count; ++i) {
    const sim::NodeId node = places_[(start + i) % places_.size()].second;
    if (is_among(met, node) || is_among(passed_over, node)) continue;
    const auto zone = options_.zones.find(node);
    const bool is_new = zone == options_.zones.end() || zones.insert(zone->second).second;
    (is_new ? met : passed_over).push_back(node);
    if (met.size() + passed_over.size() == nodes_) break;
  }
  const std::size_t left = std::min(passed_over.size(), count - std::min(count, met.size()));
  met.insert(met.end(), passed_over.begin(), passed_over.begin() + static_cast<std::ptrdiff_t>(left));
  return met;
}

void Ring::add_arc(std::size_t start, sim::Uint128 arc, std::int64_t count, Arcs& arcs) const {
  std::vector<sim::NodeId> owners = walk_from(start, static_cast<std::size_t>(count));
  std::sort(owners.begin(), owners.end());
  owners.erase(std::unique(owners.begin(), owners.end()), owners.end());
  for (const sim::NodeId owner : owners) arcs[owner] += arc;
}

std::map<sim::NodeId, std::int64_t> Ring::shares(std::int64_t count) const {
  Arcs arcs;
  for (const auto& [place, node] : places_) arcs[node];
  if (options_.spacing == Spacing::random_over_partitions) {
    const sim::Uint128 whole = sim::Uint128{1} << 64U;
    for (std::uint64_t number = 0; number < options_.partitions; ++number)
      add_arc(place_behind(end_of_partition(number)), whole / options_.partitions, count, arcs);
  } else {
    for (std::size_t i = 0; i < places_.size(); ++i) {
      // The keys between the place before, and this one; the first place has those behind the last, too.
      const std::uint64_t before = places_[(i + places_.size() - 1) % places_.size()].first;
      add_arc(i, places_[i].first - before, count, arcs);
    }
  }
  constexpr std::int64_t million = 1'000'000;
  std::map<sim::NodeId, std::int64_t> shares;
  for (const auto& [node, arc] : arcs) shares[node] = static_cast<std::int64_t>((arc * million) >> 64U);
  return shares;
}

}  // namespace lightcone::models::parts
