#include "reports/checkers/linearizability/transitions.hpp"

#include <utility>

namespace lightcone::reports::checkers {
namespace {

constexpr std::uint32_t free_slot = UINT32_MAX;

std::uint64_t hash_of(const State& state) {
  std::uint64_t hash = state.size();
  for (const std::int64_t word : state) hash = mix(hash ^ static_cast<std::uint64_t>(word));
  return hash;
}

std::uint64_t hash_of(const Op& op) {
  std::uint64_t hash = mix((std::uint64_t{op.value} << 32U) | op.other);
  hash = mix(hash ^ ((std::uint64_t{op.answer} << 32U) | (static_cast<std::uint64_t>(op.verb) << 1U) |
                     (op.answered ? 1U : 0U)));
  return hash;
}

}  // namespace

Transitions::Transitions(const Specification& specification)
    : specification_(specification), state_slots_(64, free_slot), class_slots_(64, free_slot), cache_(256) {
  id_of(specification.initial());
}

ClassId Transitions::class_of(const Op& op) {
  if (classes_.size() * 2 >= class_slots_.size()) {
    class_slots_.assign(class_slots_.size() * 4, free_slot);
    for (ClassId id = 0; id < classes_.size(); ++id) {
      std::size_t at = hash_of(*classes_[id].op) & (class_slots_.size() - 1);
      while (class_slots_[at] != free_slot) at = (at + 1) & (class_slots_.size() - 1);
      class_slots_[at] = id;
    }
  }
  const std::size_t mask = class_slots_.size() - 1;
  std::size_t at = hash_of(op) & mask;
  while (class_slots_[at] != free_slot) {
    if (classes_[class_slots_[at]].op->same_call(op)) return class_slots_[at];
    at = (at + 1) & mask;
  }
  class_slots_[at] = static_cast<ClassId>(classes_.size());
  classes_.push_back(
      {&op, specification_.is_read_only(op), specification_.is_overwrite(op), specification_.can_hide(op)});
  return class_slots_[at];
}

StateId Transitions::id_of(State state) {
  if (states_.size() * 2 >= state_slots_.size()) {
    state_slots_.assign(state_slots_.size() * 4, free_slot);
    for (StateId id = 0; id < states_.size(); ++id) {
      std::size_t at = state_hashes_[id] & (state_slots_.size() - 1);
      while (state_slots_[at] != free_slot) at = (at + 1) & (state_slots_.size() - 1);
      state_slots_[at] = id;
    }
  }
  const std::uint64_t hash = hash_of(state);
  const std::size_t mask = state_slots_.size() - 1;
  std::size_t at = hash & mask;
  while (state_slots_[at] != free_slot) {
    const StateId id = state_slots_[at];
    if (state_hashes_[id] == hash && states_[id] == state) return id;
    at = (at + 1) & mask;
  }
  const auto id = static_cast<StateId>(states_.size());
  bytes_ += state.size() * sizeof(std::int64_t) + 64;
  states_.push_back(std::move(state));
  state_hashes_.push_back(hash);
  state_slots_[at] = id;
  return id;
}

bool Transitions::can_grow_to(StateId state, ClassId read) {
  constexpr std::size_t size = std::size_t{1} << 16U;
  if (growths_.empty()) {
    growths_.resize(size, Growth::unasked);
    growth_keys_.resize(size);
  }
  const std::uint64_t key = (std::uint64_t{state} << 32U) | read;
  const std::size_t at = mix(key) & (size - 1);
  if (growths_[at] == Growth::unasked || growth_keys_[at] != key) {
    growth_keys_[at] = key;
    growths_[at] = specification_.can_grow_to(states_[state], *classes_[read].op) ? Growth::possible
                                                                                  : Growth::impossible;
  }
  return growths_[at] == Growth::possible;
}

Transitions::Cached& Transitions::slot_of(std::uint64_t key) {
  const std::size_t mask = cache_.size() - 1;
  std::size_t at = mix(key) & mask;
  while (cache_[at].key != key && cache_[at].key != UINT64_MAX) at = (at + 1) & mask;
  return cache_[at];
}

void Transitions::grow_cache() {
  std::vector<Cached> old(cache_.size() * 2);
  old.swap(cache_);
  for (const Cached& cached : old) {
    if (cached.key != UINT64_MAX) slot_of(cached.key) = cached;
  }
}

std::span<const StateId> Transitions::after(StateId state, ClassId op) {
  const std::uint64_t key = (std::uint64_t{state} << 32U) | op;
  Cached* cached = &slot_of(key);
  if (cached->key != key) {
    if (cached_ * 2 >= cache_.size()) {
      grow_cache();
      cached = &slot_of(key);
    }
    ++cached_;
    bytes_ += 2 * sizeof(Cached);
    made_.clear();
    specification_.apply(states_[state], *classes_[op].op, made_);
    *cached = {key, static_cast<std::uint32_t>(successors_.size()), static_cast<std::uint32_t>(made_.size())};
    for (State& next : made_) successors_.push_back(id_of(std::move(next)));
  }
  return std::span(successors_).subspan(cached->first, cached->count);
}

}  // namespace lightcone::reports::checkers
