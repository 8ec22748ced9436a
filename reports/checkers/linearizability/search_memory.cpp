#include "reports/checkers/linearizability/search_memory.hpp"

#include <algorithm>

#include "reports/checkers/linearizability/values.hpp"

namespace lightcone::reports::checkers {

UsedSets::UsedSets() : sets_(1), slots_(64, nothing) {}

UsedSets::Id UsedSets::with(Id set, std::uint32_t element) {
  Entries entries = sets_[set];
  const auto at = std::ranges::lower_bound(entries, element, {}, &Entry::element);
  if (at != entries.end() && at->element == element) {
    ++at->count;
  } else {
    entries.insert(at, {element, 1});
  }
  const auto hash_of = [](const Entries& of) {
    std::uint64_t hash = 0;
    for (const Entry& entry : of) hash = mix(hash ^ ((std::uint64_t{entry.element} << 32U) | entry.count));
    return hash;
  };
  if (sets_.size() * 2 >= slots_.size()) {
    slots_.assign(slots_.size() * 4, nothing);
    for (Id id = 1; id < sets_.size(); ++id) {
      std::size_t slot = hash_of(sets_[id]) & (slots_.size() - 1);
      while (slots_[slot] != nothing) slot = (slot + 1) & (slots_.size() - 1);
      slots_[slot] = id;
    }
  }
  std::size_t slot = hash_of(entries) & (slots_.size() - 1);
  for (; slots_[slot] != nothing; slot = (slot + 1) & (slots_.size() - 1)) {
    if (sets_[slots_[slot]] == entries) return slots_[slot];
  }
  slots_[slot] = static_cast<Id>(sets_.size());
  sets_.push_back(std::move(entries));
  return slots_[slot];
}

std::uint32_t UsedSets::count(Id set, std::uint32_t element) const {
  const Entries& entries = sets_[set];
  const auto at = std::ranges::lower_bound(entries, element, {}, &Entry::element);
  return at != entries.end() && at->element == element ? at->count : 0;
}

bool UsedSets::includes(Id set, Id subset) const {
  if (set == subset || subset == nothing) return true;
  return std::ranges::all_of(sets_[subset],
                             [&](const Entry& entry) { return count(set, entry.element) >= entry.count; });
}

void VisitedConfigurations::set_width(std::uint32_t slots) {
  width_ = std::max<std::size_t>(1, (slots + 63) / 64);
  pending_.assign(width_, 0);
  heads_.assign(1024, none);
}

void VisitedConfigurations::clear_pending() { std::ranges::fill(pending_, 0); }

bool VisitedConfigurations::same_pending(std::size_t entry) const {
  return std::equal(pending_.begin(), pending_.end(),
                    words_.begin() + static_cast<std::ptrdiff_t>(entry * width_));
}

bool VisitedConfigurations::admit(std::uint32_t first_return, std::uint32_t state, std::uint32_t hiding_until,
                                  UsedSets::Id used, const UsedSets& sets) {
  const std::uint64_t where = (std::uint64_t{first_return} << 32U) | state;
  std::uint64_t hash = mix(where);
  for (const std::uint64_t word : pending_) hash = mix(hash ^ word);
  for (std::uint32_t at = heads_[hash & (heads_.size() - 1)]; at != none; at = entries_[at].next) {
    const Entry& entry = entries_[at];
    if (entry.hash != hash || entry.where != where || entry.hiding_until < hiding_until || !same_pending(at))
      continue;
    if (sets.includes(used, entry.used)) return false;
  }
  if (entries_.size() >= heads_.size()) grow();
  std::uint32_t& head = heads_[hash & (heads_.size() - 1)];
  entries_.push_back({hash, where, hiding_until, used, head});
  words_.insert(words_.end(), pending_.begin(), pending_.end());
  head = static_cast<std::uint32_t>(entries_.size() - 1);
  return true;
}

void VisitedConfigurations::grow() {
  heads_.assign(heads_.size() * 2, none);
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    std::uint32_t& head = heads_[entries_[i].hash & (heads_.size() - 1)];
    entries_[i].next = head;
    head = i;
  }
}

}  // namespace lightcone::reports::checkers
