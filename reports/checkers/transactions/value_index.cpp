#include "reports/checkers/transactions/value_index.hpp"

namespace lightcone::reports::checkers {

std::uint64_t value_hash(const sim::Value& value) {
  if (const auto* n = value.as_int()) return mixed(static_cast<std::uint64_t>(*n) + 0x9e3779b97f4a7c15ULL);
  if (const auto* text = value.as_text()) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
    for (char c : *text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return mixed(hash);
  }
  if (const auto* b = value.as_bool()) return mixed(*b ? 3 : 2);
  std::uint64_t hash = 1;
  if (const auto* list = value.as_list())
    for (const auto& item : *list) hash = mixed(hash * 31 + value_hash(item));
  return hash;
}

std::size_t ValueIndex::slot_of(std::uint64_t hash, std::uint32_t owner, const sim::Value& value) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  for (; slots_[slot] != none; slot = (slot + 1) & mask) {
    const Entry& entry = entries_[slots_[slot]];
    if (entry.hash == hash && entry.owner == owner && *entry.value == value) break;
  }
  return slot;
}

void ValueIndex::grow() {
  slots_.assign(slots_.empty() ? 64 : slots_.size() * 2, none);
  const std::size_t mask = slots_.size() - 1;
  for (std::uint32_t number = 0; number < size(); ++number) {
    std::size_t slot = entries_[number].hash & mask;
    while (slots_[slot] != none) slot = (slot + 1) & mask;
    slots_[slot] = number;
  }
}

std::uint32_t ValueIndex::insert(std::uint32_t owner, const sim::Value& value) {
  if (2 * (entries_.size() + 1) > slots_.size()) grow();
  const std::uint64_t hash = mixed(value_hash(value) + owner);
  const std::size_t slot = slot_of(hash, owner, value);
  if (slots_[slot] == none) {
    slots_[slot] = size();
    entries_.push_back({hash, owner, &value});
  }
  return slots_[slot];
}

std::uint32_t ValueIndex::find(std::uint32_t owner, const sim::Value& value) const {
  if (slots_.empty()) return none;
  return slots_[slot_of(mixed(value_hash(value) + owner), owner, value)];
}

}  // namespace lightcone::reports::checkers
