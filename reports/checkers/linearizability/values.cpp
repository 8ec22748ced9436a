#include "reports/checkers/linearizability/values.hpp"

#include <utility>

namespace lightcone::reports::checkers {

std::uint64_t hash_of(const sim::Value& value) {
  if (const std::int64_t* n = value.as_int()) return mix(static_cast<std::uint64_t>(*n));
  if (const bool* b = value.as_bool()) return *b ? 0xb001U : 0xb000U;
  if (const std::string* text = value.as_text()) {
    std::uint64_t hash = 0x7e87U;
    for (const char c : *text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return mix(hash);
  }
  if (const sim::ValueList* list = value.as_list()) {
    std::uint64_t hash = 0x1157U;
    for (const sim::Value& element : *list) hash = mix(hash ^ hash_of(element));
    return hash;
  }
  return 0;
}

Values::Values() : slots_(64, null) {
  static const sim::Value nothing;
  values_.push_back(&nothing);
  hashes_.push_back(0);
  keep(true);
  keep(false);
}

std::size_t Values::slot_of(const sim::Value& value, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  while (slots_[at] != null) {
    const ValueId id = slots_[at];
    if (hashes_[id] == hash && *values_[id] == value) break;
    at = (at + 1) & mask;
  }
  return at;
}

ValueId Values::of(const sim::Value& value) {
  if (value.is_null()) return null;
  const std::uint64_t hash = hash_of(value);
  std::size_t at = slot_of(value, hash);
  if (slots_[at] != null) return slots_[at];
  if (values_.size() * 2 > slots_.size()) {
    grow();
    at = slot_of(value, hash);
  }
  const auto id = static_cast<ValueId>(values_.size());
  values_.push_back(&value);
  hashes_.push_back(hash);
  slots_[at] = id;
  return id;
}

ValueId Values::keep(sim::Value value) {
  if (value.is_null()) return null;
  const std::size_t at = slot_of(value, hash_of(value));
  if (slots_[at] != null) return slots_[at];
  kept_.push_back(std::move(value));
  return of(kept_.back());
}

void Values::grow() {
  slots_.assign(slots_.size() * 4, null);
  const std::size_t mask = slots_.size() - 1;
  for (ValueId id = 1; id < values_.size(); ++id) {
    std::size_t at = hashes_[id] & mask;
    while (slots_[at] != null) at = (at + 1) & mask;
    slots_[at] = id;
  }
}

}  // namespace lightcone::reports::checkers
