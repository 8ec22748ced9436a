#include "models/parts/gossip/swim.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace lightcone::models::parts::gossip {

using sim::NodeId;

Swim::Swim(NodeId self, std::vector<NodeId> others, Options options, sim::Stream chance)
    : self_(self), options_(options), chance_(std::move(chance)) {
  set_others(others);
}

void Swim::set_others(const std::vector<NodeId>& others) {
  const auto belongs = [&](NodeId node) {
    return node != self_ && std::find(others.begin(), others.end(), node) != others.end();
  };
  std::erase_if(others_, [&](const auto& entry) { return !belongs(entry.first); });
  std::erase_if(round_, [&](NodeId node) { return !belongs(node); });
  for (const NodeId node : others) {
    if (node != self_) others_.try_emplace(node);
  }
  if (!others_.contains(probe_.target)) is_answered_ = true;
}

Swim::State Swim::state(NodeId member) const {
  const auto known = others_.find(member);
  return known == others_.end() ? State::down : known->second.state;
}

// --- probes ------------------------------------------------------------------------------------------------

std::optional<Swim::Probe> Swim::begin_period() {
  if (!is_answered_) suspect(probe_.target);
  pass_time();
  is_answered_ = true;
  if (others_.empty()) return std::nullopt;
  probe_ = {probe_.number + 1, next_target()};
  is_answered_ = false;
  return probe_;
}

NodeId Swim::next_target() {
  if (options_.order == Order::random) {
    const std::uint64_t drawn = chance_.below(others_.size());
    return std::next(others_.begin(), static_cast<std::ptrdiff_t>(drawn))->first;
  }
  if (round_.empty()) {
    for (const auto& [node, known] : others_) round_.push_back(node);
  }
  const std::uint64_t drawn = chance_.below(round_.size());
  const NodeId target = round_[drawn];
  round_.erase(round_.begin() + static_cast<std::ptrdiff_t>(drawn));
  return target;
}

std::vector<NodeId> Swim::ask_others() {
  std::vector<NodeId> asked;
  if (is_answered_) return asked;
  std::vector<NodeId> left;
  for (const auto& [node, known] : others_) {
    if (node != probe_.target && known.state != State::down) left.push_back(node);
  }
  while (asked.size() < options_.helpers && !left.empty()) {
    const std::uint64_t drawn = chance_.below(left.size());
    asked.push_back(left[drawn]);
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(drawn));
  }
  return asked;
}

void Swim::acknowledged(std::uint64_t number) {
  if (number == probe_.number) is_answered_ = true;
}

// --- suspicion ---------------------------------------------------------------------------------------------

void Swim::become(Known& known, State state, std::uint64_t incarnation) {
  if (state == State::alive && known.state != State::alive) ++counts_.refuted;
  if (state == State::down && known.state != State::down) ++counts_.down;
  known = {state, incarnation, 0, 0, true};
}

void Swim::suspect(NodeId member) {
  const auto at = others_.find(member);
  if (at == others_.end() || at->second.state != State::alive) return;
  ++counts_.suspicions;
  become(at->second, State::suspected, at->second.incarnation);
}

void Swim::pass_time() {
  for (auto& [node, known] : others_) {
    if (known.state != State::suspected) continue;
    if (++known.silent_for > options_.suspicion) become(known, State::down, known.incarnation);
  }
}

// Alive: if it counts more than what is held against the member. Suspected: if it counts as much as what the
// member said of itself. Down: against everything but what the member said since.
bool Swim::overrides(const Update& update, const Known& known) {
  if (update.state == State::alive) return update.incarnation > known.incarnation;
  if (update.incarnation != known.incarnation) return update.incarnation > known.incarnation;
  return update.state > known.state;
}

std::size_t Swim::hear(std::span<const Update> updates) {
  std::size_t news = 0;
  for (const Update& update : updates) {
    if (update.member == self_) {
      if (update.state == State::alive) continue;
      // What was refuted already has not come to whoever says it: it is told again.
      if (update.incarnation >= incarnation_) incarnation_ = update.incarnation + 1;
      own_ = {State::alive, incarnation_, 0, 0, true};
      ++news;
      continue;
    }
    const auto at = others_.find(update.member);
    if (at == others_.end() || !overrides(update, at->second)) continue;
    become(at->second, update.state, update.incarnation);
    ++news;
  }
  return news;
}

// --- dissemination -----------------------------------------------------------------------------------------

std::uint32_t Swim::tell_at_most() const {
  return options_.told * static_cast<std::uint32_t>(std::bit_width(others_.size() + 1));
}

std::vector<Swim::Update> Swim::updates_for(NodeId to) {
  std::vector<std::pair<std::uint32_t, NodeId>> hot;  // by how often they were told
  if (own_.is_news) hot.emplace_back(own_.told, self_);
  for (const auto& [node, known] : others_) {
    if (known.is_news && node != to) hot.emplace_back(known.told, node);
  }
  std::sort(hot.begin(), hot.end());
  if (const auto at = others_.find(to); at != others_.end() && at->second.state != State::alive)
    hot.insert(hot.begin(), {0, to});
  if (hot.size() > options_.updates_a_message) hot.resize(options_.updates_a_message);
  std::vector<Update> updates;
  for (const auto& [times, node] : hot) {
    Known& known = node == self_ ? own_ : others_.at(node);
    updates.push_back({node, known.state, known.incarnation});
    if (++known.told >= tell_at_most()) known.is_news = false;
  }
  return updates;
}

}  // namespace lightcone::models::parts::gossip
