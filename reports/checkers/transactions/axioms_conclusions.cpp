// What a schedule that got stuck concludes before it tries again.
#include <algorithm>

#include "reports/checkers/transactions/axioms_schedule.hpp"

namespace lightcone::reports::checkers {

bool Axioms::Schedule::start_over(const std::vector<std::pair<std::uint32_t, Wait>>& cycle,
                                  std::uint64_t& moves) {
  if (cycle.empty()) return false;
  constexpr std::uint32_t most_back = 400;
  back_ = trail_.size() > furthest_ ? 8 : std::min(back_ + back_ / 4, most_back);
  furthest_ = std::max(furthest_, trail_.size());
  ++round_;
  const auto length = static_cast<std::uint32_t>(trail_.size());
  const std::uint32_t kept = length - std::min(length, back_);
  undo_to(kept, moves);
  std::erase_if(learnt_, [&](const Edge& edge) {
    const bool later = at_[edge.second] == none;
    if (later) drop(edge);
    return later || at_[edge.second] + 4 * most_back < kept;
  });
  std::int64_t until = INT64_MIN;
  for (const auto& [node, wait] : cycle)
    if (node < count_) until = std::max(until, ends(node));
  conclude(unexecuted(until), moves);
  unpark_all();
  return true;
}

std::vector<std::uint32_t> Axioms::Schedule::unexecuted(std::int64_t until) const {
  constexpr std::size_t most = 2000;
  const auto later = [&](std::int64_t time, std::uint32_t node) { return time < begins(node); };
  auto at = std::upper_bound(by_begin_.begin(), by_begin_.end(), until, later);
  std::vector<std::uint32_t> out;
  for (std::size_t i = 0; i < most && at != by_begin_.begin(); ++i)
    if (at_[*--at] == none) out.push_back(*at);
  return out;
}

void Axioms::Schedule::conclude(const std::vector<std::uint32_t>& nodes, std::uint64_t& moves) {
  constexpr int most_passes = 20;
  for (std::uint32_t i = 0; i < nodes.size(); ++i) seen_[nodes[i]] = i;
  std::vector<Edge> writers;  // key, node
  for (std::uint32_t node : nodes)
    if (node < count_)
      for (std::uint32_t key : axioms_.nodes_[node].keys) writers.emplace_back(key, node);
  std::sort(writers.begin(), writers.end());
  bool changed = true;
  for (int pass = 0; changed && pass < most_passes; ++pass) {
    const std::optional<Reach> reach = reach_among(nodes, moves);
    changed = false;
    if (!reach) break;
    for (std::uint32_t node : nodes)
      if (node < count_ && conclude_of(node, writers, *reach, moves)) changed = true;
  }
  for (std::uint32_t node : nodes) seen_[node] = none;
}

bool Axioms::Schedule::conclude_of(std::uint32_t reader, const std::vector<Edge>& writers, const Reach& reach,
                                   std::uint64_t& moves) {
  bool changed = false;
  for (const Read& read : axioms_.nodes_[reader].reads) {
    const bool there = read.from == initial || at_[read.from] != none;
    if (!there && seen_[read.from] == none) continue;
    for (auto at = std::lower_bound(writers.begin(), writers.end(), Edge{read.key, 0});
         at != writers.end() && at->first == read.key; ++at) {
      const std::uint32_t other = at->second;
      if (other == read.from || other == reader) continue;
      ++moves;
      if (there || reach(seen_[read.from], seen_[other])) {
        if (!reach(seen_[reader], seen_[other])) changed = learn({reader, other}) || changed;
      } else if (reach(seen_[other], seen_[reader]) && !reach(seen_[other], seen_[read.from])) {
        changed = learn({other, read.from}) || changed;
      }
    }
  }
  return changed;
}

std::optional<Reach> Axioms::Schedule::reach_among(const std::vector<std::uint32_t>& nodes,
                                                   std::uint64_t& moves) const {
  std::vector<std::uint32_t> open(nodes.size(), 0), done;
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    for (std::uint32_t next : after_[nodes[i]]) open[i] += seen_[next] != none ? 1 : 0;
    if (open[i] == 0) done.push_back(i);
  }
  Reach reach(nodes.size());
  for (std::size_t at = 0; at < done.size(); ++at) {
    for (std::uint32_t before : before_[nodes[done[at]]]) {
      const std::uint32_t place = seen_[before];
      if (place == none) continue;
      moves += reach.words() / 8 + 1;
      reach.add(place, done[at]);
      if (--open[place] == 0) done.push_back(place);
    }
  }
  if (done.size() < nodes.size()) return std::nullopt;
  return reach;
}

std::uint64_t Axioms::Schedule::drawn(std::uint64_t what) const {
  std::uint64_t state = round_ * 0x9e3779b97f4a7c15ULL + what;
  state = (state ^ (state >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  state = (state ^ (state >> 27U)) * 0x94d049bb133111ebULL;
  return state ^ (state >> 31U);
}

}  // namespace lightcone::reports::checkers
