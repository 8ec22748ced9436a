#include "reports/checkers/value_numbers.hpp"

#include <string>

namespace lightcone::reports::checkers {

namespace {

// The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

std::uint64_t digest(const sim::Value& value, std::uint64_t seed) {
  if (const std::int64_t* n = value.as_int()) return mixed(seed ^ static_cast<std::uint64_t>(*n));
  if (const bool* b = value.as_bool()) return mixed(seed + (*b ? 2 : 1));
  std::uint64_t hash = mixed(seed + 3);
  if (const std::string* text = value.as_text()) {
    for (const char c : *text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return mixed(hash + text->size());
  }
  if (const sim::ValueList* list = value.as_list()) {
    for (const sim::Value& each : *list) hash = digest(each, hash);
    return mixed(hash + 5);
  }
  return hash;
}

}  // namespace

std::size_t ValueNumbers::slot_of(std::uint64_t hash, std::uint32_t owner, const sim::Value& value) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t slot = hash & mask;; slot = (slot + 1) & mask) {
    if (slots_[slot] == none) return slot;
    const Entry& entry = entries_[slots_[slot]];
    if (entry.hash == hash && entry.owner == owner && *entry.value == value) return slot;
  }
}

void ValueNumbers::grow() {
  slots_.assign(slots_.empty() ? 16 : slots_.size() * 2, none);
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    slots_[slot_of(entry.hash, entry.owner, *entry.value)] = i;
  }
}

std::uint32_t ValueNumbers::insert(std::uint32_t owner, const sim::Value& value) {
  if (entries_.size() * 2 >= slots_.size()) grow();
  const std::uint64_t hash = digest(value, owner);
  const std::size_t slot = slot_of(hash, owner, value);
  if (slots_[slot] == none) {
    slots_[slot] = size();
    entries_.push_back({hash, owner, &value});
  }
  return slots_[slot];
}

std::uint32_t ValueNumbers::find(std::uint32_t owner, const sim::Value& value) const {
  return slots_.empty() ? none : slots_[slot_of(digest(value, owner), owner, value)];
}

}  // namespace lightcone::reports::checkers
