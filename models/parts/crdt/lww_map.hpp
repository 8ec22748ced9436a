// A map of registers of which the last write remains, a removal being a write too (RR-7506, section 3.3, the
// LWW-element-set, with values). What was removed leaves its stamp behind, or an older write would revive it.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <utility>

#include "models/parts/crdt/lww_register.hpp"

namespace lightcone::models::parts::crdt {

template <class Key, class T>
class LwwMap {
 public:
  LwwMap assign(const Stamp& stamp, const Key& key, T value) { return write(stamp, key, std::move(value)); }
  LwwMap remove(const Stamp& stamp, const Key& key) { return write(stamp, key, std::nullopt); }
  // Null: never written, or removed.
  const T* find(const Key& key) const {
    const auto found = registers_.find(key);
    if (found == registers_.end()) return nullptr;
    const std::optional<T>* const content = found->second.value();
    return content != nullptr && *content ? &**content : nullptr;
  }
  void merge(const LwwMap& other) {
    for (const auto& [key, theirs] : other.registers_) registers_[key].merge(theirs);
  }
  // Of all keys that were ever written: those that are there, and what removed ones left behind.
  std::size_t registers() const { return registers_.size(); }

  bool operator==(const LwwMap&) const = default;

 private:
  LwwMap write(const Stamp& stamp, const Key& key, std::optional<T> content) {
    LwwMap delta;
    delta.registers_[key] = registers_[key].assign(stamp, std::move(content));
    return delta;
  }

  std::map<Key, LwwRegister<std::optional<T>>> registers_;
};

}  // namespace lightcone::models::parts::crdt
